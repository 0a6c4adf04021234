#include "tracer/diagnosis/causes/blame.hpp"

#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

Culprit culprit(const Process& process, std::string role, std::string why) {
    Culprit made{.pid = process.pid, .comm = process.comm, .role = std::move(role), .state = process.state, .why = std::move(why)};
    if (process.ns_pids.size() > 1) made.pid_ns = process.ns_pids.back();
    if (runs_inside(process.role.role)) made.container = process.role.container;
    return made;
}

void add(std::vector<Culprit>& culprits, Culprit one) {
    if (std::ranges::none_of(culprits, [&](const Culprit& known) { return known.pid == one.pid; })) culprits.push_back(std::move(one));
}

/// The cause's own rows for the end, else those of the cause that declares it.
const std::vector<Blame>& rows_for(const Cause& cause, RootCause end) {
    const bool own = std::ranges::find(cause.blame, end, &Blame::end) != cause.blame.end();
    return own ? cause.blame : owner_of(end).blame;
}

}  // namespace

std::vector<Culprit> culprits_of(const Context& look, const Path& path, const Cause& cause) {
    std::vector<Culprit> culprits;
    const Step& last = path.back();
    const RootCause end = last.wait.root_cause;
    const bool outward = is_over(look, path, Where::over_stdio) || is_over(look, path, Where::over_console);
    const auto part = [&](const Process& process, std::string_view role) {
        if (!role.empty() && !(role == "parent" && process.role.role == ProcessRole::shim)) return std::string(role);
        if (outward && !in_target(look, process) && process.role.role != ProcessRole::containerd) return std::string("reader");
        return role_word(process);
    };
    for (const Blame& row : rows_for(cause, end)) {
        if (row.end != end) continue;
        if (row.whom == Whom::in_ring) {
            for (auto step = ring_of(path); step != path.end(); ++step)
                if (const Process* member = look.facts.process(step->from.pid))
                    add(culprits, culprit(*member, part(*member, row.role), std::string(row.why)));
            continue;
        }
        const Process* process = nullptr;
        if (row.whom == Whom::led_to)
            process = look.facts.process(last.wait.to.pid);
        else
            for (auto step = path.rbegin(); step != path.rend() && !process; ++step) process = look.facts.process(step->from.pid);
        if (!process || (row.others_only && in_target(look, *process)) || (row.of_role && *row.of_role != process->role.role)) continue;
        if (row.state && process->state != *row.state) continue;
        std::string why(row.why);
        if (is_stopped(*process) && end != RootCause::stopped) why = fmt::format("{}: {}", words(ProcessState::stopped).predicate, why);
        add(culprits, culprit(*process, part(*process, row.role), why));
    }
    for (auto step = path.rbegin(); step != path.rend(); ++step) {
        const Process* process = look.facts.process(step->from.pid);
        if (!process) continue;
        // The readers on the way are held up themselves; they are named after the root.
        if (outward && !in_target(look, *process))
            add(culprits, culprit(*process, part(*process, ""), end == RootCause::frozen ? "in a frozen cgroup" : "does not read"));
    }
    return culprits;
}

Confidence confidence_of(const Path& path) {
    const Wait& last = path.back().wait;
    const Cause& owner = owner_of(last.root_cause);
    if (std::ranges::find(owner.ends, last.root_cause, &End::kind)->proof == ProvenBy::end) {
        // Who has a lock of the kernel's is inferred, however sure it is what that one waits for.
        Confidence confidence = last.confidence;
        for (const Step& step : path)
            if (!step.wait.kernel_lock.empty() || step.wait.guessed) confidence = std::min(confidence, step.wait.confidence);
        return confidence;
    }
    return std::ranges::min_element(path, {}, [](const Step& step) { return step.wait.confidence; })->wait.confidence;
}

}  // namespace shimtrace::diagnosis
