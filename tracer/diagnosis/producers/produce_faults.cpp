// A page of memory that is not there, and that a process is to give instead of the kernel: userfaultfd(2).
#include "decoders/kernel/user_faults.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

struct Handler {
    const Process* process;
    const FdEntry* descriptor;
};

/// Who has a userfaultfd at which faults wait. The kernel does not say of whose memory it is: a process makes it for its own, and may hand
/// it over. A process other than the one that waits is there to answer.
struct Handlers {
    std::vector<Handler> all;
    bool is_guess = false;  ///< none of them has one that the waiter has as well
};
Handlers handlers(const Facts& facts, const Process& waiter) {
    std::vector<Handler> all;
    for (const Process& process : facts.snapshot().processes)
        for (const FdEntry& entry : process.fds)
            if (entry.target.path == kernel::userfaultfd_link && entry.target.count > 0) all.push_back({&process, &entry});
    const auto own = std::ranges::find_if(all, [&](const Handler& one) { return one.process == &waiter; });
    if (own == all.end()) return {std::move(all), true};
    // Of its own memory, likely: then whoever else has the same one answers, else another thread of its own.
    const Inode inode = own->descriptor->target.inode;
    std::erase_if(all, [&](const Handler& one) { return one.descriptor->target.inode != inode; });
    if (std::ranges::any_of(all, [&](const Handler& one) { return one.process != &waiter; }))
        std::erase_if(all, [&](const Handler& one) { return one.process == &waiter; });
    return {std::move(all)};
}

/// The thread that waits for faults at it, as a handler that has nothing to do would; nullptr: none does.
const Thread* listener(const Facts& facts, const Handler& handler) {
    const auto listens = [&](const Thread& thread) {
        const auto call = waiting_call(facts, *handler.process, thread);
        return call &&
               (call->fd == handler.descriptor->fd || std::ranges::find(thread.polled, handler.descriptor->fd) != thread.polled.end());
    };
    const auto found = std::ranges::find_if(handler.process->threads, listens);
    return found == handler.process->threads.end() ? nullptr : &*found;
}

}  // namespace

void fault_handler(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !stack_has(*thread, kernel::user_fault)) return;
    Wait wait{.kind = WaitKind::served_by,
              .to = NodeKey::nobody("whoever has the userfaultfd of that memory"),
              .evidence =
                  call_words(look.facts, *process, *thread) + "; it has touched a page of memory that a process is to give, not the kernel",
              .root_cause = RootCause::fault_handler,
              .object_text = "a page of its memory (userfaultfd)"};
    settle(wait, look.facts.standstill(*thread), look.facts.interval_s(), patience_s);
    if (wait.normal) return;
    const auto [all, is_guess] = handlers(look.facts, *process);
    if (all.empty()) out.push_back(wait);
    for (const Handler& one : all) {
        Wait each = wait;
        const Thread* waits_there = one.process == process ? listener(look.facts, one) : nullptr;
        each.to = waits_there ? NodeKey::thread(process->pid, waits_there->tid) : NodeKey::of(one.process->pid);
        each.evidence +=
            fmt::format("; {} has a userfaultfd as descriptor {}, at which {}", who(*one.process), one.descriptor->fd.value,
                        one.descriptor->target.count == 1 ? "a fault waits" : fmt::format("{} faults wait", one.descriptor->target.count));
        each.inferred = each.guessed = is_guess;
        if (all.size() > 1 || is_guess) each.confidence = std::min(each.confidence, Confidence::possible);
        // What it waits for itself is the reason.
        if (one.process != process && !is_stopped(*one.process)) {
            each.root_cause = RootCause::none;
            each.if_idle = RootCause::fault_handler;
        }
        out.push_back(std::move(each));
    }
}

}  // namespace shimtrace::diagnosis::produce
