#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

namespace shimtrace::diagnosis {

std::string role_word(const Process& process) {
    switch (process.role.role) {
        case ProcessRole::shim:
            return "shim";
        case ProcessRole::runtime:
            return "runtime";
        case ProcessRole::runtime_init:
            return "runtime-init";
        case ProcessRole::hook:
            return "hook";
        case ProcessRole::container_init:
            return "init";
        case ProcessRole::container_exec:
            return "exec";
        case ProcessRole::container_process:
            return "process";
        case ProcessRole::containerd:
            return "containerd";
        case ProcessRole::client:
            return "client";
        case ProcessRole::plugin:
            return "plugin";
        case ProcessRole::monitor:
            return "monitor";
        case ProcessRole::sandbox:
            return "sandbox";
        case ProcessRole::gofer:
            return "gofer";
        case ProcessRole::none:
            break;
    }
    return "process";
}

std::string who(const Process& process) {
    const std::string named = fmt::format("{}[{}]", printable(process.comm, 32), process.pid.value);
    // The pid beside it tells it from all others: the name need not carry the id.
    const ContainerRef& container = process.role.container;
    const std::string id = container.name.empty() ? printable(container.id, 64) : printable(container.name, 160);
    switch (process.role.role) {
        case ProcessRole::shim:
            return fmt::format("shim[{}]", process.pid.value);
        case ProcessRole::runtime:
            return process.role.operation.empty()
                       ? named
                       : fmt::format("{} {}[{}]", printable(process.comm, 32), printable(process.role.operation, 32), process.pid.value);
        case ProcessRole::runtime_init:
            return fmt::format("runc init[{}]", process.pid.value);
        case ProcessRole::hook:
            return "hook " + named;
        case ProcessRole::container_init:
            return fmt::format("{} init {}", id, named);
        case ProcessRole::container_exec:
            return fmt::format("{} exec {}", id, named);
        case ProcessRole::container_process:
            return fmt::format("{} process {}", id, named);
        case ProcessRole::sandbox:
            return fmt::format("{} sandbox {}", id, named);
        case ProcessRole::gofer:
            return fmt::format("{} gofer {}", id, named);
        default:
            return named;
    }
}

std::string who(const Process& process, const Thread& thread) {
    return thread.tid == leader(process.pid) ? who(process) : fmt::format("{} thread {}", who(process), thread.tid.value);
}

std::string who(const Facts& facts, Pid pid) {
    const Process* process = facts.process(pid);
    return process ? who(*process) : fmt::format("process {}", pid.value);
}

std::string_view stream_word(OpenFileRole role) {
    switch (role) {
        case OpenFileRole::stdin_stream:
            return "stdin";
        case OpenFileRole::stdout_stream:
            return "stdout";
        case OpenFileRole::stderr_stream:
            return "stderr";
        case OpenFileRole::console:
            return "console";
        default:
            return {};
    }
}

std::string what(const OpenFile& target) {
    const std::string_view stream = stream_word(target.role->role);
    if (target.kind == OpenFileKind::pipe && !stream.empty()) return fmt::format("{} pipe", stream);
    if (target.socket) {
        if (!target.socket->remote.empty()) return printable(target.socket->remote, most_shown);
        if (!target.socket->local.empty()) return printable(target.socket->local, most_shown);
    }
    return target.path.empty() ? std::string("a descriptor that is not known") : printable(target.path, most_shown);
}

std::string fill_words(const Pipe* pipe) {
    if (!pipe || !pipe->queued || !pipe->capacity) return {};
    return fmt::format("{} of {} bytes", *pipe->queued, *pipe->capacity);
}

std::string short_path(std::string_view path, std::size_t most) {
    const std::string shown = printable(path, 4096);
    if (shown.size() <= most) return shown;
    const std::size_t slash = shown.find('/', shown.size() - most);
    return "..." + shown.substr(slash == std::string::npos ? shown.rfind('/') == std::string::npos ? 0 : shown.rfind('/') : slash);
}

std::string label(const Facts& facts, const NodeKey& subject) {
    const Process* process = facts.process(subject.pid);
    switch (subject.kind) {
        case NodeKind::process:
            return who(facts, subject.pid);
        case NodeKind::thread:
            return subject.tid == leader(subject.pid) ? who(facts, subject.pid)
                                                      : fmt::format("{} thread {}", who(facts, subject.pid), subject.tid.value);
        case NodeKind::goroutine:
            return fmt::format("{} goroutine {}", who(facts, subject.pid), subject.goroutine.value);
        case NodeKind::pipe: {
            const std::string counts = fill_words(facts.pipe(subject.inode, subject.device));
            const std::string name =
                subject.name.empty() ? fmt::format("pipe:[{}]", subject.inode.value) : printable(subject.name, most_shown);
            return counts.empty() ? name : fmt::format("{} ({})", name, counts);
        }
        case NodeKind::nobody:
            return subject.name.empty() ? "nobody" : printable(subject.name, most_shown);
        default:
            break;
    }
    if (!subject.name.empty()) return printable(subject.name, most_shown);
    return process ? who(*process) : fmt::format("inode {}", subject.inode.value);
}

std::string_view word(WaitKind kind) {
    switch (kind) {
        case WaitKind::belongs_to:
            return "waits as";
        case WaitKind::reads:
            return "read";
        case WaitKind::writes:
            return "write";
        case WaitKind::accepts:
            return "accept";
        case WaitKind::connects:
            return "connect";
        case WaitKind::opens:
            return "open";
        case WaitKind::child:
            return "wait for child";
        case WaitKind::polls:
            return "poll";
        case WaitKind::locks:
            return "lock";
        case WaitKind::channel:
            return "channel";
        case WaitKind::copied_by:
            return "read by";
        case WaitKind::held_open_by:
            return "held open by";
        case WaitKind::stopped_by:
            return "stopped";
        case WaitKind::frozen_by:
            return "frozen";
        case WaitKind::uninterruptible:
            return "uninterruptible";
        case WaitKind::served_by:
            return "served by";
        case WaitKind::teardown:
            return "pid namespace teardown";
        case WaitKind::reaped_by:
            return "reaped by";
        case WaitKind::throttled_by:
            return "throttled";
        case WaitKind::started_by:
            return "start";
        case WaitKind::sleeps:
            return "sleep";
        case WaitKind::runs:
            return "run";
        case WaitKind::kept_on:
            return "kept on";
        case WaitKind::replies:
            return "wait for a reply";
        case WaitKind::serves:
            return "call";
        case WaitKind::ends:
            return "wait for the end of";
        case WaitKind::told_by:
            return "to be told by";
    }
    return "wait";
}

}  // namespace shimtrace::diagnosis
