// What an io_uring has been asked for and has not done: its fdinfo tells which operations wait for a descriptor, what lies in the ring's
// own memory of which one, likely.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/open_file.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace shimtrace::host {

/// As its fdinfo tells (Linux 5.10; io_uring/fdinfo.c).
struct RingState {
    std::uint32_t size = 0;   ///< places for entries
    std::uint32_t taken = 0;  ///< entries that the kernel has taken since the ring was made
    std::size_t waiting =
        0;  ///< requests that wait for a descriptor to become ready (PollList); those that a worker is at it does not list
    std::uint8_t operation = 0;  ///< IORING_OP_READ …, of the last of these
};
RingState ring_state(std::string_view fdinfo);

/// The one request that waits, as a guess: `events` is the operation, `data` the request's user_data. A place is free as soon as the kernel
/// has taken its entry, which stays there until it is written over, and the process can write there what it likes. So it is told only where
/// one request waits, no place was used twice, and one entry alone, of a fixed file or not, is that operation. `entries`: the whole
/// mapping; where it shows that they are wider than 64 bytes (IORING_SETUP_SQE128) none is told, where they may be none that could be half
/// of one.
std::optional<InterestEntry> likely_request(std::span<const std::byte> entries, const RingState& ring, std::size_t page);

/// The request that the ring likely waits for; none: it waits for none, for several, or that is not to be seen (before Linux 6.10 the
/// ring's memory cannot be read from outside). `process`: an open /proc/PID.
std::optional<InterestEntry> pending_request(const ProcDirectory& process, Pid whose, Fd ring);

}  // namespace shimtrace::host
