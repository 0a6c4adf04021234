#include "tracer/output/export/html_text.hpp"
#include "tracer/output/export/picture.hpp"
#include "tracer/output/export/report.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/durations.hpp"
#include "decoders/text/timestamps.hpp"
#include "tracer/output/diagnosis_words.hpp"
#include "tracer/output/verdict_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace shimtrace::output {

namespace {

/// Told in full; the rest by their summaries.
constexpr std::size_t most_cards = 20, most_of_a_cause = 3, most_calls = 200, most_lines = 60;

const char* kind_of(const Diagnosis& diagnosis) {
    return diagnosis.stuck ? "stuck" : diagnosis.decided ? "healthy" : "unknown";
}
const char* words_for(const Diagnosis& diagnosis) {
    return diagnosis.stuck ? "stuck" : diagnosis.decided ? "healthy" : "could not be told";
}

template <typename Items, typename ToText>
std::string list(const Items& items, ToText text) {
    std::string out = "<ul>\n";
    std::size_t count = 0;
    for (const auto& item : items) {
        if (++count > most_lines) {
            out += fmt::format("<li class=\"faint\">and {} more</li>\n", items.size() - most_lines);
            break;
        }
        out += fmt::format("<li>{}</li>\n", text(item));
    }
    return out + "</ul>\n";
}

std::string limits_list(std::span<const Limit> limits) {
    return list(limits, [](const Limit& limit) {
        return fmt::format("<b>{}</b>: {}{}", html(limit.what), html(limit.why),
                           limit.needs.empty() ? std::string() : " (needs " + html(limit.needs) + ")");
    });
}

std::string remedies_list(std::span<const Remedy> remedies) {
    return list(remedies, [](const Remedy& remedy) {
        std::string text =
            fmt::format("<span class=\"badge {}\">{}</span> {}", remedy.risk == Risk::destroys_data ? "destroys" : word(remedy.risk),
                        word(remedy.risk), html(remedy.text));
        if (!remedy.command.empty()) text += "<pre tabindex=\"0\">" + html(remedy.command) + "</pre>";
        return text;
    });
}

/// Where somebody has to go to act on it.
std::string place_of(const Culprit& culprit) {
    const std::string inner = culprit.pid_ns == 0 ? std::string() : fmt::format(" (pid {} there)", culprit.pid_ns);
    if (culprit.container) return "it runs in " + text::container_words(culprit.container) + inner;
    return culprit.pid_ns == 0 ? "it runs in no container that was found"
                               : "it runs in a pid namespace of no container that was found" + inner;
}

std::string culprits_list(const Diagnosis& diagnosis) {
    if (diagnosis.culprits.empty()) return diagnosis.stuck ? "no process" : "";
    return list(diagnosis.culprits, [](const Culprit& culprit) {
        std::string text = fmt::format("<b>{}[{}]</b> {}, state {}: {}; ", html(culprit.comm), culprit.pid.value, html(culprit.role),
                                       html(std::string(1, letter(culprit.state))), html(culprit.why));
        return text + html(place_of(culprit));
    });
}

std::string calls_table(const Diagnosis& diagnosis) {
    if (diagnosis.calls.empty()) return {};
    std::string out = fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Calls under way\"><table class=\"t\"><caption>Calls under way "
        "({})</caption>\n"
        "<thead><tr><th scope=\"col\" class=\"left\">call</th><th scope=\"col\" class=\"left\">about</th><th scope=\"col\">since</th>"
        "<th scope=\"col\" class=\"name\">waits for</th></tr></thead><tbody>\n",
        diagnosis.calls.size());
    for (std::size_t i = 0; i < std::min(diagnosis.calls.size(), most_calls); ++i) {
        const CallUnderWay& call = diagnosis.calls[i];
        std::string about = call.pod.empty() ? std::string() : call.pod_namespace + "/" + call.pod;
        if (!call.name.empty()) about += (about.empty() ? "" : "/") + call.name;
        if (about.empty()) about = call.container.substr(0, 13);
        out += fmt::format(
            "<tr><th scope=\"row\" class=\"left\">{}{}</th><td class=\"left\">{}</td><td data-v=\"{:.1f}\">{}</td><td "
            "class=\"name\">{}</td></tr>\n",
            html(call.service.empty() ? call.method : call.service + "." + call.method),
            call.late ? " <span class=\"bad\">(late)</span>" : "", html(about), call.since_s.value_or(-1),
            call.since_s ? html(text::duration_in_words(*call.since_s)) : "", html(call.waits_for));
    }
    return out + "</tbody></table></div>\n";
}

/// Its chain is what each believes, which the evidence says: nobody waits for anybody there.
bool is_told_by_files(const Diagnosis& diagnosis) {
    return diagnosis.graph.chain.empty() && !diagnosis.chain.empty() &&
           std::ranges::all_of(diagnosis.chain, [](const ChainLink& link) { return link.waits == "says"; });
}

class Card {
public:
    Card(const ReportedMoment& moment, int number) : moment_(moment), number_(number) {}

    [[nodiscard]] std::string text(const Diagnosis& diagnosis, std::string_view others) const {
        std::string out = fmt::format(
            "<section class=\"card {0}\" aria-labelledby=\"v{1}\">\n<p><span class=\"badge {0}\">{2}</span> {3}{4}</p>\n<h2 "
            "id=\"v{1}\">{5}</h2>\n",
            kind_of(diagnosis), number_, words_for(diagnosis), word(diagnosis.confidence),
            diagnosis.since_s ? ", for at least " + html(text::duration_in_words(*diagnosis.since_s)) : std::string(),
            html(diagnosis.summary));
        out += others;
        out += facts(diagnosis, {});
        if (!diagnosis.remedies.empty()) out += "<h3>What can be done (nothing was)</h3>\n" + remedies_list(diagnosis.remedies);
        out += seen(diagnosis);
        out += calls_table(diagnosis);
        if (!diagnosis.limits.empty()) out += "<h3>What could not be seen</h3>\n" + limits_list(diagnosis.limits);
        int number = 0;
        for (const Diagnosis& also : diagnosis.also) {
            out += fmt::format("<details><summary>And, once that is mended: {}</summary>\n", html(also.summary));
            out += facts(also, fmt::format(" ({})", word(also.confidence))) +
                   (also.remedies.empty() ? std::string() : remedies_list(also.remedies));
            out += picture(also, fmt::format("p{}-{}", number_, ++number)) + evidence(also) + "</details>\n";
        }
        return out + "</section>\n";
    }

private:
    /// `confidence`: where nothing above says it.
    [[nodiscard]] std::string facts(const Diagnosis& diagnosis, std::string_view confidence) const {
        std::string out = fmt::format("<dl class=\"facts\"><dt>Cause</dt><dd><b>{}</b>{}</dd>", html(diagnosis.cause), confidence);
        if (const std::string blamed = culprits_list(diagnosis); !blamed.empty()) out += "<dt>To blame</dt><dd>" + blamed + "</dd>";
        out += "<dt>Asked about</dt><dd>" + html(target_words(diagnosis));
        if (diagnosis.target.pid) out += fmt::format(" ({}[{}])", html(diagnosis.target.comm), diagnosis.target.pid.value);
        out += "</dd>";
        if (diagnosis.since_s) {
            const RealTime since =
                moment_.snapshot.taken - std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(*diagnosis.since_s));
            out += fmt::format("<dt>Since</dt><dd>{} or earlier</dd>", text::rfc3339(since));
        }
        if (const auto& bug = diagnosis.known_bug)
            out += fmt::format("<dt>Known bug</dt><dd>{}: {}; fixed in {} {}; this host runs {}</dd>", html(bug->id), html(bug->what),
                               html(bug->component), html(bug->fixed_in), html(bug->running));
        if (diagnosis.stopped_us > 0) out += fmt::format("<dt>Held</dt><dd>for {} µs to see it</dd>", diagnosis.stopped_us);
        return out + "</dl>\n";
    }

    [[nodiscard]] std::string picture(const Diagnosis& diagnosis, const std::string& id) const {
        const std::string drawn = wait_picture(diagnosis, moment_.snapshot, id, true);
        return drawn.empty() ? drawn : "<div class=\"see\">" + drawn + "</div>\n";
    }
    [[nodiscard]] static std::string evidence(const Diagnosis& diagnosis) {
        std::string out;
        if (!diagnosis.evidence.empty())
            out += fmt::format("<h3>{}</h3>\n", diagnosis.stuck ? "Evidence" : "What it does") +
                   list(diagnosis.evidence, [](const std::string& line) { return html(line); });
        if (const std::string links = wait_list(diagnosis); !links.empty() && !is_told_by_files(diagnosis))
            out += "<details><summary>The chain in words</summary>\n" + links + "</details>\n";
        return out;
    }

    [[nodiscard]] std::string seen(const Diagnosis& diagnosis) const {
        const std::string drawn = is_told_by_files(diagnosis) ? std::string() : picture(diagnosis, fmt::format("p{}", number_));
        if (drawn.empty()) return evidence(diagnosis);
        return "<div class=\"two\"><div><h3>Who waits for whom</h3>\n" + drawn + "</div><div>" + evidence(diagnosis) + "</div></div>\n";
    }

    const ReportedMoment& moment_;
    int number_;
};

std::string others_of(const std::vector<const Diagnosis*>& group) {
    if (group.size() < 2) return {};
    std::string out = fmt::format("<details><summary>{} more hang for the same reason</summary>\n<ul>\n", group.size() - 1);
    for (std::size_t i = 1; i < group.size(); ++i) out += "<li>" + html(group[i]->summary) + "</li>\n";
    return out + "</ul></details>\n";
}

std::string folded(std::string_view title, const std::vector<const Diagnosis*>& diagnoses) {
    std::string out = fmt::format("<details><summary>{}</summary>\n<ul>\n", title);
    for (const Diagnosis* diagnosis : diagnoses)
        out += fmt::format("<li>{} <span class=\"faint\">({})</span></li>\n", html(diagnosis->summary), word(diagnosis->confidence));
    return out + "</ul></details>\n";
}

/// "orphaned-container 250, stdio-backpressure 1": the most frequent first.
std::string causes_line(const std::map<std::string, std::size_t>& counts) {
    std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
    std::ranges::stable_sort(sorted, std::greater{}, &std::pair<std::string, std::size_t>::second);
    std::string out;
    for (const auto& [cause, count] : sorted) out += fmt::format("{}<b>{}</b> {}", out.empty() ? "" : ", ", html(cause), count);
    return "<p>" + out + "</p>\n";
}

std::string finding_text(const Finding& finding) {
    const bool of_many = finding.places.size() > 1;
    std::string out =
        fmt::format("<details><summary><span class=\"badge {0}\">{0}</span> <b>{1}</b>: {2}{3}</summary>\n", word(finding.severity),
                    html(finding.code), finding.container ? html(text::container_words(finding.container)) + ": " : std::string(),
                    of_many ? fmt::format("{} places, the first: {}", finding.places.size(), html(finding.places.front().summary))
                            : html(finding.summary));
    out += "<p>" + html(finding.why) + "</p>\n";
    if (of_many) out += list(finding.places, [](const Place& place) { return html(place.summary); });
    if (!finding.beliefs.empty())
        out +=
            list(finding.beliefs, [](const Belief& belief) { return fmt::format("<b>{}</b>: {}", html(belief.who), html(belief.what)); });
    if (!finding.remedies.empty()) out += remedies_list(finding.remedies);
    return out + "</details>\n";
}

}  // namespace

std::string report_headline(const ReportedMoment& moment) {
    const VerdictGroups groups = grouped(moment.diagnoses);
    std::size_t stuck = 0;
    for (const auto& group : groups.stuck) stuck += group.size();
    const std::size_t all = moment.diagnoses.size();
    if (stuck == 1 && all == 1)
        return fmt::format("{} is stuck: {}", target_words(moment.diagnoses.front()), moment.diagnoses.front().cause);
    if (stuck != 0)
        return fmt::format("{} of {} {} stuck{}", stuck, all, stuck == 1 ? "is" : "are",
                           groups.stuck.size() == 1 ? ": " + groups.stuck.front().front()->cause : "");
    if (!groups.undecided.empty())
        return fmt::format("whether {} stuck could not be told", all == 1 ? target_words(moment.diagnoses.front()) + " is"
                                                                          : fmt::format("{} of {} are", groups.undecided.size(), all));
    return all == 1   ? target_words(moment.diagnoses.front()) + " is healthy"
           : all == 0 ? "no container was found"
                      : fmt::format("nothing is stuck: {} healthy", all);
}

std::string report_verdicts(const ReportedMoment& moment) {
    const VerdictGroups groups = grouped(moment.diagnoses);
    std::string out;
    int number = 0;
    std::map<std::string, std::size_t> of_cause, told;
    for (const auto& group : groups.stuck) of_cause[group.front()->cause] += group.size();
    if (groups.stuck.size() > 1) out += causes_line(of_cause);
    std::map<std::string, std::vector<const Diagnosis*>> rest;
    const auto card = [&](const Diagnosis& diagnosis, const std::string& others) {
        if (static_cast<std::size_t>(number) < most_cards && ++told[diagnosis.cause] <= most_of_a_cause)
            out += Card(moment, ++number).text(diagnosis, others);
        else
            rest[diagnosis.cause].push_back(&diagnosis);
    };
    for (const auto& group : groups.stuck) card(*group.front(), others_of(group));
    for (const Diagnosis* diagnosis : groups.undecided) card(*diagnosis, {});
    for (const auto& [cause, diagnoses] : rest) out += folded(fmt::format("{} more: {}", diagnoses.size(), html(cause)), diagnoses);
    if (number == 0 && groups.healthy.size() == 1)
        card(*groups.healthy.front(), {});
    else if (!groups.healthy.empty())
        out += folded(fmt::format("{} healthy", groups.healthy.size()), groups.healthy);
    return out;
}

std::string report_findings(const ReportedMoment& moment) {
    if (moment.findings.empty()) return {};
    std::string out = fmt::format("<section aria-labelledby=\"findings\"><h2 id=\"findings\">What contradicts: {} finding{}</h2>\n",
                                  moment.findings.size(), moment.findings.size() == 1 ? "" : "s");
    constexpr std::size_t most = 100;
    for (std::size_t i = 0; i < std::min(most, moment.findings.size()); ++i) out += finding_text(moment.findings[i]);
    if (moment.findings.size() > most) out += fmt::format("<p class=\"faint\">and {} more</p>\n", moment.findings.size() - most);
    return out + "</section>\n";
}

std::string report_surroundings(const ReportedMoment& moment) {
    const HostInfo& host = moment.snapshot.host;
    std::string out = "<section aria-labelledby=\"host\"><h2 id=\"host\">Where and when</h2>\n<dl class=\"facts\">";
    const auto fact = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>", name, html(value));
    };
    fact("Host", host.name);
    fact("Looked at", text::rfc3339(moment.snapshot.taken, text::Fraction::microseconds));
    fact("Kernel", host.kernel);
    fact("containerd", host.containerd_version);
    fact("runc", host.runc_version);
    std::map<std::string, std::size_t> go;
    for (const Process& process : moment.snapshot.processes)
        if (process.go && !process.go->version.empty()) ++go[process.go->version];
    for (const auto& [version, programs] : go) fact("Go", fmt::format("{} ({} program{})", version, programs, programs == 1 ? "" : "s"));
    fact("Boot", host.boot_id);
    fact("Processes seen", fmt::format("{}", moment.snapshot.processes.size()));
    out += "</dl>\n";
    if (!moment.limits.empty()) out += fmt::format("<h3>Limits of sight ({})</h3>\n", moment.limits.size()) + limits_list(moment.limits);
    if (!moment.snapshot.read_errors.empty())
        out += fmt::format("<details><summary>Not read ({})</summary>\n", moment.snapshot.read_errors.size()) +
               list(moment.snapshot.read_errors, [](const std::string& line) { return html(line); }) + "</details>\n";
    return out + "</section>\n";
}

std::string report_of(const ReportedMoment& moment, std::string_view writer) {
    const std::string headline = report_headline(moment);
    std::string out = report_head(headline);
    out +=
        fmt::format("<header><h1>{}</h1>\n<p class=\"faint\">{}{}, as seen at {}</p></header>\n<main id=\"main\">\n", html(headline),
                    moment.snapshot.host.name.empty() ? "" : "On ", html(moment.snapshot.host.name), text::rfc3339(moment.snapshot.taken));
    out += report_verdicts(moment) + report_stacks(moment) + report_findings(moment) + report_surroundings(moment);
    return out + "</main>\n" + report_foot(writer);
}

}  // namespace shimtrace::output
