#include "tracer/engine/attach.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/seize.hpp"
#include "tracer/procfs/task_files.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace shimtrace::engine {

namespace {

std::string named(Tid tid) {
    const auto stat = host::task_stat(tid);
    return stat ? std::to_string(tid.value) + " (" + stat->comm + ")" : std::to_string(tid.value);
}

Tid tracer_of(Tid tid) {
    const auto status = host::task_status(tid);
    return Tid{status ? status->tracer : 0};
}

Pid group_of(Tid tid) {
    const auto status = host::task_status(tid);
    return Pid{status ? status->thread_group : tid.value};
}

bool traced_by_us(Tid tid) {
    return tracer_of(tid).value == static_cast<std::int32_t>(syscall(SYS_gettid));
}

/// The host's id of a process whose innermost pid namespace calls it `inner`.
std::optional<Tid> outer_id(Tid inner) {
    for (const Pid pid : host::all_processes()) {
        const auto status = host::task_status(leader(pid));
        if (status && status->ns_pids.size() > 1 && status->ns_pids.back() == inner.value) return leader(pid);
    }
    return std::nullopt;
}

Error no_such(Tid tid) {
    Error error{"attach to " + std::to_string(tid.value), ESRCH, {}};
    if (const auto outer = outer_id(tid)) {
        error.hint = "that is its id inside a pid namespace: on this host it is " + named(*outer);
    }
    return error;
}

/// Why the kernel refused, in words: it says EPERM for six different reasons (kernel/ptrace.c: ptrace_attach).
Error explain(Tid tid, int number) {
    const auto stat = host::task_stat(tid);
    if (!stat || number == ESRCH) return no_such(tid);
    Error error{"attach to " + named(tid), number, {}};
    const auto because = [&](std::string why) {
        error.number = 0;
        error.what += ": " + std::move(why);
        return error;
    };
    if (group_of(tid).value == getpid()) return because("that is shimtrace itself");
    if (stat->kernel_thread()) return because("a kernel thread cannot be traced");
    if (has_ended(stat->state)) {
        return because("it has ended already and waits to be reaped by " + named(Tid{stat->parent}));
    }
    if (number == ETIMEDOUT) return because("it is executing a program whose file does not come: its file system does not answer");
    if (const Tid tracer = tracer_of(tid)) return because("it is traced already, by " + named(tracer));
    if (geteuid() != 0) {
        error.hint = "needs CAP_SYS_PTRACE: run as root";
    } else {
        error.hint = "root without CAP_SYS_PTRACE, or a security module or kernel.yama.ptrace_scope=3 forbids it";
    }
    return error;
}

enum class Seized : std::uint8_t { fresh, known, vanished };

/// Seizes one thread. The errno where it was refused.
std::expected<Seized, int> seize_one(host::SeizeInTime& seize, Tid tid, Pid pid, unsigned long options, Tracees& tracees) {
    if (tracees.find(tid)) return Seized::known;
    if (const int number = seize(tid, options); number != 0) {
        // Born to a thread that is seized already: the kernel seized it with its parent, whose event will tell.
        if (number == EPERM && traced_by_us(tid)) return Seized::known;
        const auto stat = host::task_stat(tid);
        if (number == ESRCH || !stat || has_ended(stat->state)) return Seized::vanished;
        return std::unexpected(number);
    }
    Tracee& tracee = tracees.add(tid);
    tracee.pid = pid;
    tracee.found = true;
    tracee.attached_at = host::monotonic_now();
    return Seized::fresh;
}

}  // namespace

std::optional<Error> seize_group(Pid pid, unsigned long options, Tracees& tracees) {
    const Pid group = group_of(leader(pid));
    if (group.value == getpid()) return explain(leader(pid), EPERM);
    std::optional<Error> refused;
    bool any = false;
    host::SeizeInTime seize;
    for (bool fresh = true; fresh && !refused;) {
        fresh = false;
        for (const Tid tid : host::threads_of(pid)) {
            const auto seized = seize_one(seize, tid, group, options, tracees);
            if (!seized) {
                if (!refused) refused = explain(tid, seized.error());
                if (seized.error() == ETIMEDOUT) break;  // all of its threads are kept waiting by the same exec
                continue;
            }
            fresh |= *seized == Seized::fresh;
            any |= *seized != Seized::vanished;
        }
    }
    if (!any && !refused) refused = explain(leader(pid), host::task_stat(leader(pid)) ? EPERM : ESRCH);
    return refused;
}

std::optional<Error> seize_thread(Tid tid, unsigned long options, Tracees& tracees) {
    const Pid group = group_of(tid);
    if (group.value == getpid()) return explain(tid, EPERM);
    host::SeizeInTime seize;
    const auto seized = seize_one(seize, tid, group, options, tracees);
    if (!seized) return explain(tid, seized.error());
    if (*seized == Seized::vanished) return explain(tid, host::task_stat(tid) ? EPERM : ESRCH);
    return std::nullopt;
}

}  // namespace shimtrace::engine
