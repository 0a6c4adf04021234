#include "tracer/diagnosis/producers/producers.hpp"

#include "decoders/syscalls/table.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis {

namespace {

constexpr auto table = std::to_array<Producer>({
    {"frozen cgroup", NodeKind::process, produce::frozen},
    {"stopped by a tracer", NodeKind::process, produce::traced},
    {"stopped by a signal", NodeKind::process, produce::stopped},
    {"a zombie, for its parent", NodeKind::process, produce::unreaped_zombie},
    {"a shim, for its runc", NodeKind::process, produce::shim_runtimes},
    {"a plugin that tries a lock again and again", NodeKind::process, produce::plugin_retries_lock},
    {"runc, for its children", NodeKind::process, produce::own_children},
    {"a shim's copier, for the fifo", NodeKind::process, produce::copier},
    {"a full stdout, whatever its writer does", NodeKind::process, produce::full_stream},
    {"an end of file that never comes", NodeKind::process, produce::stdio_held_open},
    {"a shim, for containerd", NodeKind::process, produce::containerd_unread},
    {"a shim, for a containerd that is gone", NodeKind::process, produce::containerd_gone},
    {"a shim, for an exit that it was not told of", NodeKind::process, produce::lost_exits},
    {"a shim, for its logging program", NodeKind::process, produce::unready_logger},
    {"a shim, for a mount that is busy", NodeKind::process, produce::busy_mounts},
    {"a stop, for an init that ignores it", NodeKind::process, produce::ignored_stop},
    {"a proxy, for whom it has passed a request on to", NodeKind::process, produce::passed_on},
    {"a process, as its goroutines", NodeKind::process, produce::goroutines},
    {"a process, as its threads", NodeKind::process, produce::threads},
    {"a file system's server", NodeKind::thread, produce::file_system},
    {"a fanotify listener", NodeKind::thread, produce::fanotify_listener},
    {"a seccomp agent", NodeKind::thread, produce::seccomp_agent},
    {"a memory cgroup", NodeKind::thread, produce::memory_limit},
    {"a page of memory, for who gives it", NodeKind::thread, produce::fault_handler},
    {"zap_pid_ns_processes", NodeKind::thread, produce::pid_namespace_teardown},
    {"vfork", NodeKind::thread, produce::vfork_child},
    {"state D", NodeKind::thread, produce::uninterruptible},
    {"a read", NodeKind::thread, produce::thread_reads},
    {"a write", NodeKind::thread, produce::thread_writes},
    {"an open", NodeKind::thread, produce::thread_opens},
    {"wait4 and waitid", NodeKind::thread, produce::thread_waits_for_child},
    {"poll, select, epoll", NodeKind::thread, produce::thread_polls},
    {"futex, flock, fcntl", NodeKind::thread, produce::thread_locks},
    {"sleep, pause, running", NodeKind::thread, produce::thread_rests},
    {"a socket, for its other end", NodeKind::thread, produce::thread_on_socket},
    {"a lock in memory, for its owner", NodeKind::thread, produce::thread_user_lock},
    {"a lock of its language, for its owner", NodeKind::thread, produce::thread_language_lock},
    {"another thread's end", NodeKind::thread, produce::thread_joins},
    {"its own affair, but in a ring", NodeKind::thread, produce::thread_in_ring},
    {"a full pipe, for its readers", NodeKind::pipe, produce::pipe_readers},
    {"a console, for its master", NodeKind::pty, produce::console_master},
    {"a goroutine, on a descriptor", NodeKind::goroutine, produce::goroutine_descriptor},
    {"a goroutine, for a lock", NodeKind::goroutine, produce::goroutine_lock},
    {"a goroutine, for a child", NodeKind::goroutine, produce::goroutine_child},
    {"a call, for its pod's plugin", NodeKind::goroutine, produce::goroutine_plugin},
    {"a goroutine, on a socket", NodeKind::goroutine, produce::goroutine_on_socket},
    {"a goroutine, in a call", NodeKind::goroutine, produce::goroutine_thread},
    {"a goroutine, for a reply", NodeKind::goroutine, produce::goroutine_reply},
    {"a goroutine, for another one", NodeKind::goroutine, produce::goroutine_waker},
    {"a daemon's goroutine, for a program's output", NodeKind::goroutine, produce::goroutine_awaits_output},
    {"a daemon's goroutine, on a stream", NodeKind::goroutine, produce::goroutine_stream},
    {"a call, for its container", NodeKind::goroutine, produce::goroutine_subject},
    {"a goroutine that tries a lock again and again", NodeKind::goroutine, produce::goroutine_retries_lock},
    {"a stop, for what handles the end", NodeKind::goroutine, produce::goroutine_awaits_exit},
    {"a pull, for another of the same", NodeKind::goroutine, produce::goroutine_excluded},
    {"a write into the content store, for its client", NodeKind::goroutine, produce::goroutine_awaits_client},
});

/// It waits for what has been asked of an io_uring, which is told likely at best.
bool is_in_ring(const Context& look, const NodeKey& subject) {
    const Process* process = subject.kind == NodeKind::thread ? look.facts.process(subject.pid) : nullptr;
    const Thread* thread = process ? thread_of(look.facts, subject) : nullptr;
    const auto call = thread ? waiting_call(look.facts, *process, *thread) : std::nullopt;
    const OpenFile* ring = call && call->ring.value >= 0 ? look.facts.target(*process, call->ring) : nullptr;
    return ring && !ring->interest.empty();
}

void make_guess(Wait& wait) {
    wait.inferred = wait.guessed = true;
    wait.confidence = std::min(wait.confidence, Confidence::likely);
}

}  // namespace

std::span<const Producer> producers() {
    return table;
}

std::vector<Wait> waits_of(const Context& look, const NodeKey& subject) {
    std::vector<Wait> waits;
    for (const Producer& producer : table)
        if (producer.from == subject.kind) producer.produce(look, subject, waits);
    if (is_in_ring(look, subject)) std::ranges::for_each(waits, make_guess);
    return waits;
}

void settle(Wait& wait, Standstill standstill, double interval_s, double needed_s) {
    switch (standstill) {
        case Standstill::moved:
            wait.normal = true;
            break;
        case Standstill::unknown:
            wait.confidence = Confidence::possible;
            break;
        case Standstill::still:
            wait.confidence = interval_s >= needed_s ? Confidence::likely : Confidence::possible;
            break;
    }
}

const Thread* thread_of(const Facts& facts, const NodeKey& subject) {
    const Process* process = facts.process(subject.pid);
    return process ? facts.thread(*process, subject.tid) : nullptr;
}

const Goroutine* goroutine_of(const Facts& facts, const NodeKey& subject) {
    const Process* process = subject.kind == NodeKind::goroutine ? facts.process(subject.pid) : nullptr;
    return process ? facts.goroutine(*process, subject.goroutine) : nullptr;
}

bool is_workload(const Context&, const Process& process) {
    switch (process.role.role) {
        case ProcessRole::container_init:
        case ProcessRole::container_exec:
        case ProcessRole::container_process:
        case ProcessRole::none:
            return true;
        default:
            return false;
    }
}

bool is_runtime(const Process& process) {
    return process.role.role == ProcessRole::runtime || process.role.role == ProcessRole::runtime_init;
}

NodeKey pipe_subject(const OpenFile& target) {
    NodeKey subject{.kind = NodeKind::pipe, .inode = target.inode, .device = target.device};
    const std::string_view stream = stream_word(target.role->role);
    if (target.kind == OpenFileKind::fifo)
        subject.name = target.path;
    else if (!stream.empty())
        subject.name = fmt::format("{} pipe", stream);
    return subject;
}

bool all_readers_are_stopped(const Facts& facts, const std::vector<Holder>& ends) {
    bool any = false;
    for (const Holder& end : ends) {
        if (!end.reads) continue;
        const Process* reader = facts.process(end.pid);
        if (!reader || !is_stopped(*reader)) return false;
        any = true;
    }
    return any;
}

Confidence seen_twice(const Context& look) {
    return look.facts.interval_s() >= patience_s ? Confidence::likely : Confidence::possible;
}

bool is_bus(const OpenFile& target) {
    if (target.role->role == OpenFileRole::dbus) return true;
    if (!target.socket) return false;
    const std::string& name = target.socket->remote;
    return name.ends_with("/systemd/private") || name.ends_with("/dbus/system_bus_socket");
}

std::string call_words(const Facts& facts, const Process& process, const Thread& thread) {
    const auto call = waiting_call(facts, process, thread);
    const std::string thread_name = who(process, thread);
    if (!call) {
        if (thread.syscall < 0) return fmt::format("{} is {}", thread_name, words(thread.state).predicate);
        const auto name = decoders::syscall_name(thread.arch, thread.syscall);
        return name ? fmt::format("{} is in {}", thread_name, *name) : fmt::format("{} is in system call {}", thread_name, thread.syscall);
    }
    std::string text = fmt::format("{} is in {}", thread_name, call->name);
    if (!thread.path_argument.empty()) {
        text += fmt::format("(\"{}\")", printable(thread.path_argument, most_shown));
    } else if (call->fd.value >= 0) {
        const OpenFile* target = facts.target(process, call->fd);
        const bool is_guess = call->ring.value >= 0 && call->ring != call->fd;
        text += fmt::format("({}{}<{}>)", is_guess ? "likely for " : "", call->fd.value, target ? what(*target) : "?");
        if (target && (target->kind == OpenFileKind::pipe || target->kind == OpenFileKind::fifo))
            if (const std::string counts = fill_words(facts.pipe(target->inode, target->device)); !counts.empty()) text += ", " + counts;
    }
    if (!thread.wchan.empty() && thread.wchan != "0") text += ", in the kernel's " + printable(thread.wchan, 64);
    return text;
}

}  // namespace shimtrace::diagnosis
