// The few facts of /proc that reading stacks needs: cheap, and nothing of the target's is opened.
#pragma once

#include "tracer/procfs/call_of_thread.hpp"

#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace shimtrace::stacks {

/// A file of /proc/PID that may wait for the process (files_in_time.hpp); empty also where there is no answer in time.
std::string read_in_time(Pid pid, const std::string& name, std::size_t most = std::size_t{1} << 22);

/// What a thread does, and where it stands.
struct ThreadCall {
    decoders::KnownCall call;
    std::uint64_t stack_pointer = 0, instruction_pointer = 0;
};
/// Of threads of one process, in as few questions as there can be. nullopt: it runs, is gone, or may not be looked at.
std::vector<std::optional<ThreadCall>> thread_calls(Pid pid, std::span<const Tid> tids);

/// AT_ENTRY of the auxiliary vector: where the program's entry point is in memory; 0: not known.
std::uint64_t entry_point(Pid pid);
/// The thread's id in its own (the innermost) pid namespace.
std::int32_t inner_id(Tid tid);
/// True where the process lives in a pid namespace below ours.
bool in_nested_pid_namespace(Pid pid);
/// The process of `pid`'s pid namespace (or one below) that has the number `inner` there, as we number it; 0: none.
Pid process_with_inner_id(Pid pid, std::int32_t inner);
/// The process behind a pidfd of `pid`; 0: none.
Pid pidfd_process(Pid pid, Fd fd);

}  // namespace shimtrace::stacks
