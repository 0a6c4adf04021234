// Programs that are no part of the machinery, a container's and the host's: what of their waits is their own affair, and what tells.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace shimtrace::diagnosis {

bool is_program(const Context& look, const Process& process) {
    if (!process.go || !(is_workload(look, process) || process.role.role == ProcessRole::plugin) || serves_calls(process)) return false;
    // Whoever does not read what others wait to write to it is asked for a reason: a log agent.
    return std::ranges::none_of(process.fds, [&](const FdEntry& entry) {
        const OpenFile& file = entry.target;
        return file.kind == OpenFileKind::fifo && file.role->container && is_full(look.facts.pipe(file.inode, file.device));
    });
}

bool copies_stdio(const Context& look, const Process& runtime) {
    if (runtime.role.operation != "run" && runtime.role.operation != "exec") return false;
    return std::ranges::any_of(look.facts.children(runtime.pid), [](const Process* child) {
        return is_container_role(child->role.role) && child->role.role != ProcessRole::runtime_init && !is_zombie(*child);
    });
}

bool is_own_affair(const Context& look, const Process& process, const OpenFile& pipe) {
    const auto ends = look.facts.holders(pipe);
    const bool leaves = std::ranges::any_of(ends, [&](const Holder& end) {
        const Process* holder = look.facts.process(end.pid);
        return end.reads && end.pid != process.pid && (!holder || !is_program_of(*holder, process.role.container));
    });
    const bool stream = pipe.role->role == OpenFileRole::stdout_stream || pipe.role->role == OpenFileRole::stderr_stream;
    return !leaves && !stream && !all_readers_are_stopped(look.facts, ends);
}

namespace {

const Process* only_child_heard(const Context& look, const Process& process, const std::vector<std::pair<Fd, bool>>& watched) {
    const Process* only = nullptr;
    for (const Fd fd : watched | std::views::keys) {
        const OpenFile* target = look.facts.target(process, fd);
        if (!target || (target->kind != OpenFileKind::pipe && target->kind != OpenFileKind::unix_socket)) continue;
        for (const Holder& holder : look.facts.holders(*target)) {
            const Process* child = look.facts.process(holder.pid);
            if (!child || child->parent != process.pid || is_zombie(*child)) continue;
            if (!is_followed_child(look, process, *child) || (only && only != child)) return nullptr;
            only = child;
        }
    }
    return only;
}

}  // namespace

bool hears_one_child(const Context& look, const Process& process, const Thread& thread, const std::vector<std::pair<Fd, bool>>& watched,
                     std::vector<Wait>& out) {
    // Copying what a container says is no wait for it.
    const ProcessRole role = process.role.role;
    if (role == ProcessRole::shim || role == ProcessRole::monitor || role == ProcessRole::containerd) return false;
    const Process* child = only_child_heard(look, process, watched);
    if (!child) return false;
    Wait wait = child_wait(
        look, process, *child,
        fmt::format("{}; of all that it has started it listens to {} alone", call_words(look.facts, process, thread), who(*child)));
    wait.inferred = true;
    wait.confidence = std::min(wait.confidence, Confidence::likely);
    out.push_back(std::move(wait));
    return true;
}

}  // namespace shimtrace::diagnosis
