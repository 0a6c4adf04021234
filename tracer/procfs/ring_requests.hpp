// What an io_uring has been asked for and has not done: its fdinfo tells which operations wait for a descriptor, the ring's own memory of
// which one.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/open_file.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace shimtrace::host {

/// Operations (IORING_OP_READ …) of the requests that wait for a descriptor to become ready: fdinfo's PollList, each once (Linux 5.10;
/// io_uring/fdinfo.c).
std::vector<std::uint8_t> waiting_operations(std::string_view fdinfo);
/// Of the entries of a ring those that are such an operation on a descriptor: `events` is the operation, `data` the request's user_data. An
/// entry that has been done stays until it is used again, so these are all that it may be.
std::vector<InterestEntry> possible_requests(std::span<const std::byte> entries, std::span<const std::uint8_t> operations);

/// The requests that the ring may wait for; none: it waits for none, or that is not to be seen (before Linux 6.10 the ring's memory cannot
/// be read from outside). `process`: an open /proc/PID.
std::vector<InterestEntry> pending_requests(const ProcDirectory& process, Pid whose, Fd ring);

}  // namespace shimtrace::host
