// What to read from the tracee at a stop, from the types of a call's arguments. The only contact between decoding and a
// live process, and it goes through Memory.
#pragma once

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/event.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::decoders {

struct CaptureLimits {
    std::uint32_t payload_bytes = 32;   ///< of each buffer and string argument (-s, --payload); paths are not cut by it
    std::uint32_t array_elements = 32;  ///< of each array: iovec, epoll_event, pollfd, argv …
    bool environment = false;           ///< execve's environment strings (-v)
    bool redact = false;                ///< leave out buffer contents and environment; lengths and paths stay
    std::uint32_t message_bytes = 0;    ///< of each buffer that goes through a socket of ttrpc or D-Bus, where that is more
};

/// Reads what rendering will need at syscall-enter: paths, in-buffers, structs. Adds to `enter.memory`.
void capture_entry(Event& enter, const Memory& memory, const CaptureLimits& limits);

/// Reads what rendering will need at syscall-exit: out-buffers of `exit.result` bytes, filled structs. Adds to `exit.memory`.
void capture_exit(const Event& enter, Event& exit, const Memory& memory, const CaptureLimits& limits);

/// The tracee's descriptors that a call names: fd arguments, dirfds, pollfd and epoll arrays, SCM_RIGHTS; with `exit`, those
/// that it returned as well. In the order in which they are printed; duplicates left out.
void descriptors(const Event& enter, const Event* exit, std::vector<Fd>& into);

/// The descriptor that a call returned; nullopt: it returned none, or failed.
std::optional<Fd> returned_descriptor(const Event& enter, const Event& exit);

/// The paths that a call's arguments name, as captured at entry (-P).
std::vector<std::string> path_arguments(const Event& enter);

}  // namespace shimtrace::decoders
