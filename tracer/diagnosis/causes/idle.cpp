#include "tracer/diagnosis/causes/idle.hpp"

#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/sandboxes.hpp"
#include "tracer/diagnosis/graph/shim_tasks.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace shimtrace::diagnosis {

namespace {

/// The thread whose wait says most about the process: in a server the one that accepts or polls, not those that rest in a futex.
const Thread* telling_thread(const Facts& facts, const Process& process) {
    const Thread* main = main_thread(process);
    const auto telling = [&](const Thread& thread) {
        if (thread.state == ProcessState::running) return 3;
        const auto call = waiting_call(facts, process, thread);
        if (!call) return 0;
        switch (call->kind) {
            case WaitKind::locks:
                return 1;
            case WaitKind::sleeps:
                return 2;
            default:
                return 3;
        }
    };
    const Thread* best = main;
    for (const Thread& thread : process.threads)
        if (!best || telling(thread) > telling(*best)) best = &thread;
    return best;
}

struct Phrase {
    std::string does, on;
};

Phrase phrase(const Facts& facts, const Process& process, const Thread& thread) {
    if (thread.state == ProcessState::running) return {"computes", ""};
    const auto call = waiting_call(facts, process, thread);
    if (!call) return {fmt::format("is {}", words(thread.state).predicate), ""};
    const OpenFile* target = call->fd.value >= 0 ? facts.target(process, call->fd) : nullptr;
    const std::string object = target ? what(*target) : std::string();
    if (call->ring.value >= 0) return {"polls", "its descriptors"};  // which, is a guess
    switch (call->kind) {
        case WaitKind::reads:
            return {"reads", object.empty() ? "a descriptor" : object};
        case WaitKind::writes:
            return {"writes", !object.empty() ? object : call->fd.value < 0 ? "to disk" : "a descriptor"};
        case WaitKind::accepts:
            return {"accepts connections on", object.empty() ? "a socket" : object};
        case WaitKind::connects:
            return {"connects to", object.empty() ? "a socket" : object};
        case WaitKind::opens:
            return {"opens", thread.path_argument.empty() ? "a file" : printable(thread.path_argument, most_shown)};
        case WaitKind::sleeps:
            return {call->how == decoders::WaitsFor::signals ? "waits for a signal" : "sleeps", ""};
        case WaitKind::child: {
            std::string children;
            for (const Process* child : facts.children(process.pid)) {
                if (children.size() > 60) break;
                children += fmt::format("{}{}[{}]", children.empty() ? "" : ", ", printable(child->comm, 32), child->pid.value);
            }
            return {"waits for its child", children};
        }
        case WaitKind::locks:
            return {"waits on a", call->name.starts_with("futex") ? "futex" : "file lock"};
        case WaitKind::polls: {
            std::string watched;
            std::vector<Fd> fds = thread.polled;
            if (target)
                for (const InterestEntry& entry : target->interest) fds.push_back(entry.fd);
            for (const Fd fd : fds) {
                const OpenFile* one = facts.target(process, fd);
                if (!one || watched.size() > 60) continue;
                watched += (watched.empty() ? "" : ", ") + what(*one);
            }
            return {"polls", watched.empty() ? "its descriptors" : watched};
        }
        default:
            return {"waits", ""};
    }
}

/// What its containers do on the kernel that it is.
Phrase sandbox_phrase(const Process& sandbox) {
    constexpr std::size_t most = 4;
    const std::vector<SandboxTask> tasks = sandbox_tasks(sandbox);
    if (tasks.empty()) return {"runs", "its containers"};
    std::string calls;
    for (const SandboxTask& task : tasks | std::views::take(most))
        calls += fmt::format("{}{}", calls.empty() ? "" : ", ", task.call.empty() ? "computes" : printable(task.call, 40));
    return {"runs", fmt::format("{} process{} ({}{})", tasks.size(), tasks.size() == 1 ? "" : "es", calls,
                                tasks.size() > most ? fmt::format(", and {} more", tasks.size() - most) : std::string())};
}

/// Where nobody of it lives.
std::string end_words(const Context& look) {
    if (look.facts.process(look.scope.shim)) return "its process has ended, and its shim waits to be told to delete it";
    const Process* ended = look.scope.processes.empty() ? nullptr : look.facts.process(look.scope.processes.front());
    const Process* parent = ended && is_zombie(*ended) ? look.facts.process(ended->parent) : nullptr;
    if (!parent) return "its process has ended";
    return fmt::format("{} has ended, and its parent {} has yet to take the exit status", who(*ended), who(*parent));
}

}  // namespace

Idle idle(const Context& look) {
    Idle idle;
    const std::string target = target_words(look);
    for (const Pid pid : look.scope.processes) {
        const Process* process = look.facts.process(pid);
        if (!process || is_zombie(*process)) continue;
        if (look.scope.sandbox && pid != look.scope.sandbox) continue;  // its gofer, and what stands for an exec
        const Thread* thread = telling_thread(look.facts, *process);
        const Phrase said = pid == look.scope.sandbox ? sandbox_phrase(*process)
                            : thread                  ? phrase(look.facts, *process, *thread)
                                                      : Phrase{fmt::format("is {}", words(process->state).predicate), ""};
        const std::string does = fmt::format("{}{}{}", said.does, said.on.empty() ? "" : " ", said.on);
        if (idle.chain.empty()) {
            idle.summary = look.scope.ref ? fmt::format("{} is healthy: {}[{}] {}", target, printable(process->comm, 32), pid.value, does)
                                          : fmt::format("{} is healthy: it {}", who(*process), does);
            idle.chain.push_back({who(*process), said.does, said.on, ""});
        }
        if (idle.evidence.size() < 8) idle.evidence.push_back(who(*process) + " " + does);
    }
    if (!idle.summary.empty()) return idle;
    if (!look.scope.processes.empty() || (look.scope.shim && !look.scope.init)) {
        idle.summary = fmt::format("{} is healthy: {}", target, end_words(look));
        const Process* shim = look.facts.process(look.scope.shim);
        const ShimTask* task = shim ? task_of(*shim, look.scope.ref) : nullptr;
        if (task && is_told(*task))
            idle.evidence.push_back(fmt::format("{} was told of its end: it holds it as {} in its memory", who(*shim), task->state));
        if (!look.scope.runtimes.empty())
            idle.summary = fmt::format("{} is healthy: {} is at work on it", target, who(look.facts, look.scope.runtimes.front()));
    } else if (!look.scope.runtimes.empty()) {
        idle.summary = fmt::format("{} is healthy: {} is at work", target, who(look.facts, look.scope.runtimes.front()));
    } else {
        idle.summary = fmt::format("{} is healthy", target);
    }
    return idle;
}

}  // namespace shimtrace::diagnosis
