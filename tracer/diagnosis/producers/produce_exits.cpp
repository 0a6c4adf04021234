// What CRI does when a container has ended, and who waits for that.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/goroutine_words.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

/// Of a pod's call all containers of it are meant.
bool is_of_call(const Facts& facts, const GoServedCall& call, const std::string& id) {
    if (names_container(call.container, id)) return true;
    if (!call.method.ends_with("PodSandbox")) return false;
    const auto& all = facts.snapshot().containers;
    const auto files = std::ranges::find(all, id, [](const ContainerFiles& each) { return each.container.id; });
    return files != all.end() && names_container(call.container, files->sandbox);
}

}  // namespace

void goroutine_awaits_exit(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || awaited_by(goroutine->serves) != Awaited::all) return;
    for (const Goroutine& other : process->go->goroutines) {
        if (other.purpose.what != "exit handler" || !is_of_call(look.facts, goroutine->serves, other.purpose.container->id)) continue;
        out.push_back(
            {.kind = WaitKind::channel,
             .to = NodeKey::of(process->pid, other.id),
             .evidence = fmt::format("{} is at {} of {}, whose end goroutine {} handles", goroutine_words(*process, *goroutine),
                                     printable(goroutine->serves->method, 64), printable(goroutine->serves->container, 64), other.id.value),
             .confidence = Confidence::likely,
             .inferred = true,
             .since_s = waiting_seconds(other),
             .object_text = "the end of the container"});
    }
}

}  // namespace shimtrace::diagnosis::produce
