#include "tracer/monitor/page.hpp"

#include "decoders/text/durations.hpp"
#include "decoders/text/timestamps.hpp"
#include "tracer/output/diagnosis_words.hpp"
#include "tracer/output/export/html_text.hpp"
#include "tracer/output/export/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace shimtrace::monitor {

namespace {

constexpr std::string_view style = R"(
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:70rem;padding:1rem}
h1{font-size:1.4rem;margin:.2em 0}h2{font-size:1.15rem;margin:1.6em 0 .4em}h3{font-size:1rem;margin:.2em 0}
.soft{color:var(--faint)}.warning{color:var(--warn)}.critical{color:var(--bad)}.good{color:var(--good)}
article{border:1px solid var(--line);border-left:.35rem solid var(--warn);border-radius:.4rem;padding:.7rem 1rem;margin:.8rem 0}
article.is-critical{border-left-color:var(--bad)}
ol.chain{margin:.3em 0;padding-left:1.4em}code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere;display:inline-block;max-width:100%}
p{margin:.4em 0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.3em .6em .3em 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
.wide{overflow-x:auto}a{color:inherit})";

std::string seconds_text(Nanoseconds duration) {
    return text::duration_in_words(std::chrono::duration<double>(duration).count());
}

std::string name_of(const DiagnosedTarget& target) {
    if (!target.pod.empty()) return fmt::format("{}/{}{}{}", target.pod_namespace, target.pod, target.name.empty() ? "" : "/", target.name);
    if (target.container) return fmt::format("{}/{}", target.container.ns, target.name.empty() ? target.container.id : target.name);
    return fmt::format("{}[{}]", target.comm, target.pid.value);
}

std::string hang_html(const Hang& hang, MonotonicTime now) {
    const Diagnosis& diagnosis = hang.diagnosis;
    const std::string_view severity = word(severity_of(diagnosis));
    std::string html = fmt::format(
        "<article id=\"hang-{0}\" class=\"is-{1}\" aria-labelledby=\"name-{0}\"><h3 id=\"name-{0}\"><span class=\"{1}\">{2}</span> in "
        "{3}</h3>"
        "<p class=\"soft\">{1}, {4}; for {5}, since <time datetime=\"{6}\">{6}</time></p><p>{7}</p>",
        hang.id, severity, output::html(diagnosis.cause), output::html(name_of(diagnosis.target)), output::word(diagnosis.confidence),
        seconds_text(now - hang.began_monotonic), text::rfc3339(hang.began), output::html(diagnosis.summary));
    if (!diagnosis.culprits.empty()) {
        html += "<p>To blame:</p><ul>";
        for (const Culprit& culprit : diagnosis.culprits)
            html += fmt::format("<li><strong>{}[{}]</strong> {}: {}</li>", output::html(culprit.comm), culprit.pid.value,
                                output::html(culprit.role), output::html(culprit.why));
        html += "</ul>";
    }
    html += hang.picture.empty() ? output::wait_list(diagnosis) : "<div class=\"wide\">" + hang.picture + "</div>";
    if (!diagnosis.remedies.empty()) {
        html += "<p>What can be done (nothing was):</p><ul>";
        for (const Remedy& remedy : diagnosis.remedies)
            html += fmt::format("<li>[{}] {}{}</li>", output::word(remedy.risk), output::html(remedy.text),
                                remedy.command.empty() ? "" : fmt::format(": <code>{}</code>", output::html(remedy.command)));
        html += "</ul>";
    }
    html += fmt::format("<p><a href=\"/hangs/{}\">as JSON</a>", hang.id);
    if (!hang.snapshot.empty()) html += fmt::format(" · <a href=\"/hangs/{}/snapshot\">snapshot</a>", hang.id);
    if (!hang.recording.empty()) html += fmt::format(" · <a href=\"/hangs/{}/recording\">recording</a>", hang.id);
    return html + "</p></article>";
}

std::string ended_html(const HangLedger& ledger) {
    if (ledger.ended().empty()) return "<p class=\"soft\">None since the monitor began.</p>";
    std::string html =
        "<div class=\"wide\"><table><thead><tr><th scope=\"col\">ended</th><th scope=\"col\">what</th><th scope=\"col\">where</th>"
        "<th scope=\"col\">lasted</th><th scope=\"col\">how</th></tr></thead><tbody>";
    for (const HangEvent& event : ledger.ended())
        html += fmt::format("<tr><td><time datetime=\"{0}\">{0}</time></td><td>{1}</td><td>{2}</td><td>{3}</td><td>{4}</td></tr>",
                            text::rfc3339(event.at), output::html(event.hang.diagnosis.cause),
                            output::html(name_of(event.hang.diagnosis.target)), text::duration_in_words(event.lasted_s), word(event.how));
    return html + "</tbody></table></div>";
}

}  // namespace

/// It does not come anew by itself: who reads, or hears, would lose the place.
std::string page_html(const PageFacts& facts) {
    std::vector<const Hang*> hangs;
    for (const auto& [key, hang] : facts.ledger.hangs()) hangs.push_back(&hang);
    std::ranges::sort(hangs, {}, &Hang::began_monotonic);
    const std::string title = hangs.empty() ? "nothing hangs" : fmt::format("{} {}", hangs.size(), hangs.size() == 1 ? "hang" : "hangs");
    std::string html = fmt::format(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">"
        "<title>{} on {}: shimtrace</title><style>{}{}</style></head><body><header><h1>{}</h1>"
        "<p class=\"soft\">{} containers; last look <time datetime=\"{}\">{}</time>, one every {} · <a href=\"/\">as it is "
        "now</a></p></header><main>",
        title, output::html(facts.host.name), output::picture_css(), style, output::html(facts.host.name), facts.containers,
        text::rfc3339(facts.last_look), text::rfc3339(facts.last_look), text::duration_in_words(facts.every_s));
    html += fmt::format("<h2>Hangs now</h2><p role=\"status\" class=\"{}\">{}</p>", hangs.empty() ? "good" : "critical",
                        hangs.empty() ? "Nothing hangs, as far as can be seen." : title + ".");
    for (const Hang* hang : hangs) html += hang_html(*hang, facts.now);
    html += "<h2>Ended lately</h2>" + ended_html(facts.ledger);
    if (!facts.limits.empty() || facts.undecided > 0) {
        html += fmt::format("<h2>What could not be seen</h2><p>{} undecided.</p><ul>", facts.undecided);
        for (const Limit& limit : facts.limits)
            html += fmt::format("<li>{}: {}{}</li>", output::html(limit.what), output::html(limit.why),
                                limit.needs.empty() ? "" : fmt::format(" (needs {})", output::html(limit.needs)));
        html += "</ul>";
    }
    return html +
           "</main><footer><p class=\"soft\"><a href=\"/hangs\">/hangs</a> · <a "
           "href=\"/metrics\">/metrics</a></p></footer></body></html>\n";
}

}  // namespace shimtrace::monitor
