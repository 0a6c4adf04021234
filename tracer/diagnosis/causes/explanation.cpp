#include "tracer/diagnosis/causes/explanation.hpp"

#include "tracer/diagnosis/graph/describe.hpp"

#include <algorithm>

namespace shimtrace::diagnosis {

std::vector<Remedy> remedies(const ExplanationInput& input, const Cause& cause) {
    std::vector<Remedy> all;
    for (const RemedyRow& row : cause.remedies) {
        if (row.if_no_other && !all.empty()) continue;
        for (Remedy& one : row.make(input)) {
            if (one.name.empty()) one.name = row.name;
            all.push_back(std::move(one));
        }
    }
    return all;
}

std::vector<ChainLink> chain_of(const Context& look, const Path& path) {
    std::vector<ChainLink> chain;
    const auto is_actor = [](const NodeKey& subject) {
        return subject.kind == NodeKind::process || subject.kind == NodeKind::thread || subject.kind == NodeKind::goroutine;
    };
    NodeKey actor = path.front().from;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const Step& step = path[i];
        if (is_actor(step.from)) actor = step.from;
        if (step.wait.kind == WaitKind::belongs_to) continue;
        const bool through_object = !is_actor(step.wait.to) && step.wait.to.kind != NodeKind::nobody && i + 1 < path.size();
        const Step& arrives = through_object ? path[i + 1] : step;
        ChainLink link{.from = label(look.facts, actor),
                       .waits = std::string(word(step.wait.kind)),
                       .on = printable(step.wait.object_text, 160),
                       .to = label(look.facts, arrives.wait.to)};
        if (link.to == link.on || link.to == link.from) link.to.clear();
        chain.push_back(std::move(link));
        if (through_object) ++i;
    }
    return chain;
}

std::vector<std::string> evidence_of(const Path& path) {
    std::vector<std::string> lines;
    for (const Step& step : path)
        if (!step.wait.evidence.empty() && std::ranges::find(lines, step.wait.evidence) == lines.end()) lines.push_back(step.wait.evidence);
    return lines;
}

}  // namespace shimtrace::diagnosis
