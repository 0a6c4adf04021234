// The tasks of a host as the kernel's own tables have them: what /proc/PID/{stat,status,ns/*} and, of threads, {stat,schedstat,status,
// syscall,stack} tell, in one stream.
#pragma once

#include "tracer/bpf/kernel_types.hpp"
#include "tracer/bpf/programs.hpp"

#include <shimtrace/process_state.hpp>
#include <shimtrace/processes.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace shimtrace::bpf {

enum class Tasks : std::uint8_t { first_threads, threads };

/// Where something lies in the kernel's memory. Two that are the same at one moment are the same thing; it means nothing else, and is
/// nobody's to see.
struct KernelPlace {
    std::uint64_t mount = 0, name = 0;
    auto operator<=>(const KernelPlace&) const = default;
};

/// One task. All numbers of processes and threads are those of the host.
struct TaskRow {
    Pid pid;
    Tid tid;
    Pid parent;
    std::int32_t tracer = 0;            ///< a thread's number
    std::uint64_t start_time = 0;       ///< nanoseconds since boot (CLOCK_BOOTTIME)
    std::optional<ProcessState> state;  ///< nullopt: only /proc tells
    bool kernel_thread = false;         ///< /proc may have a longer name for it
    std::string_view comm;
    std::uint32_t uid = 0;                  ///< as Process::uid
    NamespaceInodes ns;                     ///< all 0 of one that has let go of them
    std::span<const std::int32_t> ns_pids;  ///< outermost first; empty: too many
    std::uint64_t context_switches = 0;
    Nanoseconds on_cpu{}, run_delay{};
    bool has_io_delay = false;  ///< of how long it waited for block I/O only /proc tells

    /// Of a first thread alone.
    struct Leader {
        std::int32_t process_group = 0, session = 0, tty = 0;
        std::uint64_t pending = 0, blocked = 0, ignored = 0, caught = 0;  ///< signals
        KernelPlace exe, cwd, root;
        std::uint64_t cgroups = 0;  ///< who has the same here is in the same ones of all hierarchies
    } leader;

    /// Of any thread where threads are asked for: as it sleeps.
    bool call_known = false;  ///< false: it has moved while it was looked at
    std::int64_t syscall = -1;
    std::array<std::uint64_t, 6> args{};
    std::uint64_t stack_pointer = 0, instruction_pointer = 0;
    std::span<const std::uint64_t> kernel_stack;  ///< return addresses, innermost first; empty: none, or only /proc tells
};

/// Calls `take` with each, by number, until that returns false. The errno that ended it: EPERM without the right to (a user, a container,
/// SHIMTRACE_NO_BPF), others where the kernel is too old or tells no types; 0: none.
[[nodiscard]] int for_each_task(Tasks which, const std::function<bool(const TaskRow&)>& take);

/// The programs for it, and of which types of the kernel they ask.
std::vector<std::string_view> names_for_tasks();
std::optional<KernelProgram> compile_tasks(const KernelTypes& types, Tasks which);

}  // namespace shimtrace::bpf
