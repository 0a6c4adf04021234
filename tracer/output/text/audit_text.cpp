#include "tracer/output/text/audit_text.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/output/diagnosis_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::output {

namespace {

using text::printable;

std::string spoken(const ContainerRef& container) {
    if (!container) return "this host";
    return printable(text::container_words(container));
}

/// Of many places people read the first few; JSON has them all.
std::size_t most_shown(const Finding& finding) {
    return finding.places.size() > 1 ? 10 : std::string::npos;
}

template <typename Item, typename ToLine>
std::string first_lines(const std::vector<Item>& items, std::size_t most, std::string_view indent, ToLine to_line) {
    std::string text;
    for (std::size_t n = 0; n < items.size() && n < most; ++n) text += fmt::format("{}{}\n", indent, to_line(items[n]));
    if (items.size() > most) text += fmt::format("{}… and {} more (--json has them all)\n", indent, items.size() - most);
    return text;
}

/// What stands in one place is said at the head; several follow it, a line each.
std::string places_as_text(const Finding& finding) {
    if (finding.places.size() < 2) return printable(finding.summary) + "\n";
    return fmt::format("{} places\n", finding.places.size()) +
           first_lines(finding.places, most_shown(finding), "    ", [&](const Place& place) {
               return (place.container == finding.container ? "" : spoken(place.container) + ": ") + printable(place.summary);
           });
}

/// Remedies of one text are said once, with their commands below.
std::string remedies_as_text(const Finding& finding) {
    std::string text;
    std::vector<std::pair<const Remedy*, std::vector<std::string>>> remedies;
    for (const Remedy& remedy : finding.remedies) {
        auto known = std::ranges::find_if(
            remedies, [&](const auto& each) { return each.first->text == remedy.text && each.first->risk == remedy.risk; });
        if (known == remedies.end()) known = remedies.insert(remedies.end(), {&remedy, {}});
        if (!remedy.command.empty()) known->second.push_back(remedy.command);
    }
    for (const auto& [remedy, commands] : remedies) {
        text += fmt::format("  remedy ({}): {}\n", word(remedy->risk), printable(remedy->text));
        text += first_lines(commands, most_shown(finding), "      ", [](const std::string& command) { return printable(command); });
    }
    return text;
}

std::string as_text(const Finding& finding, bool color) {
    const std::string_view start = !color ? "" : finding.severity == Severity::error ? "\x1b[1;31m" : "\x1b[1;33m";
    const bool of_many = finding.places.size() > 1 && finding.places.front().container != finding.container;
    std::string text = fmt::format("{}{}{} {}: {}: {}", start, word(finding.severity), color ? "\x1b[0m" : "", finding.code,
                                   of_many ? "containers" : spoken(finding.container), places_as_text(finding));
    text += first_lines(finding.beliefs, most_shown(finding), "    ",
                        [](const Belief& belief) { return fmt::format("{:<11} {}", belief.who + ":", printable(belief.what)); });
    return text + fmt::format("  why it matters: {}\n", finding.why) + remedies_as_text(finding);
}

/// "1 warning", "2 warnings".
std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string audit_text(const AuditReport& report, const AuditStyle& style) {
    std::string text;
    for (const Finding& finding : report.folded) text += as_text(finding, style.color) + "\n";
    if (report.by_name)
        for (const AuditedContainer& one : report.containers)
            text += fmt::format("{}: {} state {}\n", spoken(one.files.container), one.runtime_command, printable(one.files.container.id));
    text += counted(report.containers.size(), "container") + " audited: ";
    if (report.findings.empty()) return text + "no findings\n";
    const auto errors = static_cast<std::size_t>(std::ranges::count(report.findings, Severity::error, &Finding::severity));
    return text + fmt::format("{}, {}\n", counted(errors, "error"), counted(report.findings.size() - errors, "warning"));
}

}  // namespace shimtrace::output
