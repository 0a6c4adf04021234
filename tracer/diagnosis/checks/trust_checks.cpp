#include "decoders/text/shell_quoted.hpp"
#include "tracer/diagnosis/checks/check_list.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

namespace shimtrace::audit {

/// One finding for what is of one kind: who finds a hundred forged states has one thing to look into.
void state_untrusted(const AuditFacts& facts, Findings& findings) {
    constexpr std::size_t most_told = 20;
    std::map<std::pair<ContainerRef, std::string>, std::vector<const UntrustedSource*>> kinds;
    for (const UntrustedSource& each : facts.snapshot.untrusted)
        kinds[{each.container, each.pid ? each.why : std::string()}].push_back(&each);
    for (const auto& [kind, sources] : kinds) {
        const UntrustedSource& first = *sources.front();
        const std::string others = sources.size() == 1 ? "" : fmt::format(", and {} more like it", sources.size() - 1);
        Finding& finding = findings.add(kind.first, fmt::format("{}: not believed, as {}{}", first.what, first.why, others));
        for (const UntrustedSource* each : sources) {
            if (each->pid) finding.pids.push_back(each->pid);
            if (finding.beliefs.size() < most_told)
                finding.beliefs.push_back({each->pid ? "process" : "file", fmt::format("{}: {}", each->what, each->why)});
        }
        const std::string look = first.pid ? fmt::format("ls -l /proc/{}/exe /proc/{}/root", first.pid.value, first.pid.value)
                                           : "ls -ld " + text::shell_quoted(first.what);
        finding.remedies = {
            {"find out who made it, and run no runtime's command on it: it would run as root what it holds", look, Risk::safe}};
    }
}

}  // namespace shimtrace::audit
