#include "tracer/diagnosis/causes/call_words.hpp"

#include "tracer/diagnosis/causes/explanation.hpp"
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/goroutine_words.hpp"
#include "tracer/diagnosis/producers/walk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

/// "plugin lab[812], sleep[813]": who is on the way, and what the last one waits on.
std::string way_words(const Context& look, const Path& path) {
    std::string words;
    Pid last = path.front().from.pid;
    const auto add = [&](const std::string& one) { words += (words.empty() ? "" : " → ") + one; };
    for (const Step& step : path) {
        const Pid to = step.wait.to.pid;
        if (!to || to == last) continue;
        last = to;
        add(who(look.facts, to));
    }
    const std::string& object = path.back().wait.object_text;
    if (!object.empty() && (words.empty() || path.back().wait.to.kind != NodeKind::process)) add(printable(object, 120));
    return words;
}

void add_names(const Context& look, CallUnderWay& call) {
    for (const ContainerFiles& files : look.facts.snapshot().containers) {
        if (!names_container(call.container, files.container.id)) continue;
        if (call.pod.empty()) {
            call.pod = files.pod;
            call.pod_namespace = files.pod_namespace;
        }
        if (call.name.empty() && files.sandbox != files.container.id) call.name = files.name;
        call.container = files.container.id;
        return;
    }
}

}  // namespace

std::optional<CallUnderWay> call_under_way(const Context& look, const NodeKey& node) {
    const Process* process = look.facts.process(node.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, node);
    if (!process || !goroutine) return std::nullopt;
    const GoServedCall& served = goroutine->serves;
    CallUnderWay call{.service = printable(served.service, 64),
                      .method = printable(served.method, 80),
                      .pod_namespace = printable(served.pod_namespace, 253),
                      .pod = printable(served.pod, 253),
                      .name = printable(served.name, 300),
                      .container = printable(served.container, 253),
                      .pid = node.pid,
                      .goroutine = node.goroutine};
    if (served.method.empty()) {
        // A client's: what it asks for.
        if (goroutine->wait.reply->protocol.empty()) return std::nullopt;
        call.service = printable(goroutine->wait.reply->protocol, 64);
        call.method = printable(goroutine->wait.reply->method, 80);
        call.container = printable(goroutine->purpose.container->id, 253);
    }
    double since = waiting_seconds(*goroutine);
    const std::vector<Path> paths = walk(look, node);
    if (!paths.empty()) {
        const auto surest =
            std::ranges::find_if(paths, [](const Path& path) { return path.back().wait.confidence != Confidence::possible; });
        const Path& path = surest == paths.end() ? paths.front() : *surest;
        call.waits_for = way_words(look, path);
        for (const Step& step : path) {
            // A plugin was started for this call.
            since = std::max(since, step.wait.since_s);
            const Process* plugin = look.facts.process(step.wait.to.pid);
            if (!plugin || plugin->role.role != ProcessRole::plugin || !call.pod.empty()) continue;
            const PodRef pod = pod_of_plugin(*plugin);
            call.pod = printable(pod.pod, 253);
            call.pod_namespace = printable(pod.pod_namespace, 253);
        }
    }
    if (call.waits_for.empty() && !goroutine->wait_reason.empty())
        call.waits_for = fmt::format("[{}] in {}", printable(goroutine->wait_reason, 40), innermost_place(*goroutine));
    if (since >= 0) call.since_s = since;
    call.late = usual_seconds(served) >= 0 && since >= usual_seconds(served) && !goes_on_for_long(served);
    add_names(look, call);
    return call;
}

}  // namespace shimtrace::diagnosis
