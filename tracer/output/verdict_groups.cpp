#include "tracer/output/verdict_groups.hpp"

#include "decoders/text/container_name.hpp"

#include <fmt/format.h>

#include <map>

namespace shimtrace::output {

namespace {

/// What all that hang for one reason have in common: the cause, and who or what is at its end.
std::string root_of(const Diagnosis& diagnosis) {
    if (!diagnosis.culprits.empty()) return fmt::format("{} {}", diagnosis.cause, diagnosis.culprits.front().pid.value);
    if (!diagnosis.shared_object.empty()) return fmt::format("{} on {}", diagnosis.cause, diagnosis.shared_object);
    return fmt::format("{} {}", diagnosis.cause, target_words(diagnosis));
}

}  // namespace

std::string target_words(const Diagnosis& diagnosis) {
    const ContainerRef& ref = diagnosis.target.container;
    if (!diagnosis.target.pid && !diagnosis.target.pod.empty()) return diagnosis.target.pod_namespace + "/" + diagnosis.target.pod;
    if (ref) return text::container_words(ref);
    if (!diagnosis.target.pid) return "the target";  // a command that had ended
    return fmt::format("{}[{}]", diagnosis.target.comm, diagnosis.target.pid.value);
}

VerdictGroups grouped(std::span<const Diagnosis> diagnoses) {
    VerdictGroups groups;
    std::map<std::string, std::size_t> known;
    for (const Diagnosis& diagnosis : diagnoses) {
        if (!diagnosis.decided) {
            groups.undecided.push_back(&diagnosis);
        } else if (!diagnosis.stuck) {
            groups.healthy.push_back(&diagnosis);
        } else {
            const auto [at, fresh] = known.emplace(root_of(diagnosis), groups.stuck.size());
            if (fresh) groups.stuck.emplace_back();
            groups.stuck[at->second].push_back(&diagnosis);
        }
    }
    return groups;
}

}  // namespace shimtrace::output
