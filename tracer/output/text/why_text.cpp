#include "tracer/output/text/why_text.hpp"

#include "decoders/text/printable.hpp"
#include "tracer/output/diagnosis_words.hpp"
#include "tracer/output/verdict_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace shimtrace::output {

namespace {

/// Colour marks what the words say already: nothing is told by it alone.
class Paint {
public:
    explicit Paint(bool on) : on_(on) {}
    [[nodiscard]] std::string bad(std::string_view text) const { return in("1;31", text); }
    [[nodiscard]] std::string good(std::string_view text) const { return in("32", text); }
    [[nodiscard]] std::string head(std::string_view text) const { return in("1", text); }
    [[nodiscard]] std::string faint(std::string_view text) const { return in("2", text); }

private:
    [[nodiscard]] std::string in(std::string_view code, std::string_view text) const {
        return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }
    bool on_;
};

/// Columns of UTF-8 text, near enough: one for each code point.
std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

/// A number and its unit are one word: "3.9 s", "12 min".
std::size_t end_of_word(std::string_view text) {
    constexpr std::string_view units[] = {"s", "ms", "min", "h", "d", "%", "bytes", "KiB", "MiB", "GiB"};
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end == 0 || end == text.size() || text[end - 1] < '0' || text[end - 1] > '9') return end;
    const std::string_view next = text.substr(end + 1, text.find(' ', end + 1) - end - 1);
    const std::string_view bare = next.substr(0, next.find_first_of(",.;:)"));
    return std::ranges::find(units, bare) == std::end(units) ? end : end + 1 + next.size();
}

/// Words in lines of at most `width` columns; lines after the first begin with `indent`. A word longer than a line stays whole:
/// a path that is cut cannot be copied.
std::string wrap(std::string_view foreign, std::size_t width, std::string_view first, std::string_view indent) {
    const std::string safe = text::printable(foreign);
    std::string_view text = safe;
    std::string out(first);
    std::size_t used = columns(first);
    bool fresh = true;
    while (!text.empty()) {
        const std::size_t end = end_of_word(text);
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty()) continue;
        const std::size_t length = columns(word);
        if (!fresh && used + 1 + length > width) {
            out += fmt::format("\n{}{}", indent, word);
            used = columns(indent) + length;
        } else {
            out += fmt::format("{}{}", fresh ? "" : " ", word);
            used += length + (fresh ? 0 : 1);
        }
        fresh = false;
    }
    return out + "\n";
}

std::string since_words(double seconds) {
    const auto whole = static_cast<std::int64_t>(seconds);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min", whole / 60);
    if (whole < 86400) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
    return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

/// c1 init[812]
///   ─write→ stdout pipe (full) ─read by→ shim[790]
void draw_chain(const Diagnosis& diagnosis, std::size_t width, std::string& out) {
    std::string from;
    for (const ChainLink& link : diagnosis.chain) {
        if (link.from != from) out += fmt::format("  {}\n", text::printable(link.from));
        std::string line = fmt::format("─{}→ {}", link.waits, link.on);
        // An object that its own name ends with ("frozen cgroup /a/b") is not told once more.
        if (!link.to.empty() && !link.on.ends_with(" " + link.to)) line += fmt::format("{}─→ {}", link.on.empty() ? "" : " ", link.to);
        out += wrap(line, width, "    ", "      ");
        from = link.to;
    }
}

void print_limits(std::span<const Limit> limits, std::size_t width, const Paint& paint, std::string& out) {
    if (limits.empty()) return;
    out += paint.head("Not seen:") + "\n";
    for (const Limit& limit : limits) out += wrap(limit_text(limit), width, "  - ", "    ");
}

/// RunPodSandbox of prod/web-1, for at least 41 s: plugin bridge[812] → sleep[813]
void print_calls(const Diagnosis& diagnosis, std::size_t width, const Paint& paint, std::string& out) {
    if (diagnosis.calls.empty()) return;
    constexpr std::size_t most = 40;
    out += paint.head(fmt::format("Calls under way ({}):", diagnosis.calls.size())) + "\n";
    for (std::size_t i = 0; i < std::min(most, diagnosis.calls.size()); ++i) {
        const CallUnderWay& call = diagnosis.calls[i];
        std::string subject = call.pod.empty() ? std::string() : call.pod_namespace + "/" + call.pod;
        if (!call.name.empty()) subject += (subject.empty() ? "" : "/") + call.name;
        if (subject.empty()) subject = call.container.substr(0, 13);
        std::string line = call.method.empty() ? fmt::format("a request over {}", call.service) : call.method;
        if (!subject.empty()) line += " of " + subject;
        if (call.since_s) line += fmt::format(", for at least {}", since_words(*call.since_s));
        if (!call.waits_for.empty()) line += fmt::format(": {}", call.waits_for);
        out += wrap(line, width, "  - ", "    ");
    }
    if (diagnosis.calls.size() > most) out += fmt::format("  and {} more\n", diagnosis.calls.size() - most);
}

void print_one(const Diagnosis& diagnosis, const WhyStyle& style, const Paint& paint, std::string& out) {
    const std::size_t width = style.width;
    const std::string sentence = wrap(diagnosis.summary, width, "", "  ");
    const std::string_view line = std::string_view(sentence).substr(0, sentence.size() - 1);
    out += (diagnosis.stuck ? paint.bad(line) : diagnosis.decided ? paint.good(line) : paint.head(line)) + "\n";
    std::string facts = fmt::format("cause: {} ({})", diagnosis.cause, word(diagnosis.confidence));
    if (diagnosis.since_s) facts += fmt::format(", for at least {}", since_words(*diagnosis.since_s));
    if (diagnosis.stopped_us > 0) facts += fmt::format(", target held for {} µs to see it", diagnosis.stopped_us);
    out += wrap(facts, width, "", "  ");
    if (const auto& bug = diagnosis.known_bug) {
        const std::string fixed =
            bug->fixed_in.empty() ? "not fixed in a release that is known" : fmt::format("fixed in {} {}", bug->component, bug->fixed_in);
        out += wrap(fmt::format("known: {}: {}; {}; this host runs {}", bug->id, bug->what, fixed, bug->running), width, "", "  ");
    }
    if (!diagnosis.culprits.empty()) {
        out += paint.head("To blame:") + "\n";
        for (const Culprit& culprit : diagnosis.culprits) {
            std::string line =
                fmt::format("{}[{}] {}, state {}: {}", culprit.comm, culprit.pid.value, culprit.role, letter(culprit.state), culprit.why);
            if (culprit.pid_ns != 0) line += fmt::format(" (pid {} in its container)", culprit.pid_ns);
            out += wrap(line, width, "  ", "    ");
        }
    } else if (diagnosis.stuck) {
        out += paint.head("To blame:") + " no process\n";
    }
    if (!diagnosis.chain.empty() && diagnosis.stuck) {
        out += paint.head("Chain:") + "\n";
        draw_chain(diagnosis, width, out);
    }
    print_calls(diagnosis, width, paint, out);
    if (!diagnosis.evidence.empty()) {
        out += paint.head(diagnosis.stuck ? "Evidence:" : "What it does:") + "\n";
        for (const std::string& line : diagnosis.evidence) out += wrap(line, width, "  - ", "    ");
    }
    print_limits(diagnosis.limits, width, paint, out);
    if (!diagnosis.remedies.empty()) {
        out += paint.head("What can be done (nothing was):") + "\n";
        for (const Remedy& remedy : diagnosis.remedies) {
            out += wrap(fmt::format("[{}] {}", word(remedy.risk), remedy.text), width, "  ", "    ");
            if (!remedy.command.empty()) out += fmt::format("      {}\n", text::printable(remedy.command));
        }
    }
    if (style.whole_graph && !diagnosis.graph.edges.empty()) {
        out += paint.head("Graph:") + "\n";
        out += graph_text(diagnosis.graph);
    }
}

}  // namespace

std::string why_text(const Diagnosis& diagnosis, const WhyStyle& style) {
    const Paint paint(style.color);
    std::string out;
    print_one(diagnosis, style, paint, out);
    for (const Diagnosis& also : diagnosis.also) {
        out += "\n" + paint.head("And, once that is mended:") + "\n";
        print_one(also, style, paint, out);
    }
    return out;
}

std::string limit_text(const Limit& limit) {
    return fmt::format("{}: {}{}", limit.what, limit.why, limit.needs.empty() ? std::string() : fmt::format(" (needs {})", limit.needs));
}

std::string why_all_text(std::span<const Diagnosis> diagnoses, std::span<const Limit> limits, const WhyStyle& style) {
    const Paint paint(style.color);
    const VerdictGroups groups = grouped(diagnoses);
    const std::size_t healthy = groups.healthy.size();
    std::string unknown;
    for (const Diagnosis* diagnosis : groups.undecided) unknown += (unknown.empty() ? "" : ", ") + target_words(*diagnosis);
    std::string out;
    for (const auto& targets : groups.stuck) {
        if (!out.empty()) out += "\n";
        if (targets.size() > 1) {
            std::string names;
            for (const Diagnosis* diagnosis : targets) names += (names.empty() ? "" : ", ") + target_words(*diagnosis);
            out += wrap(fmt::format("{} containers hang for one reason: {}", targets.size(), names), style.width, "", "  ");
        }
        out += why_text(*targets.front(), style);
    }
    const std::string rest = healthy == 0 && diagnoses.empty() ? std::string("no container was found") : fmt::format("{} healthy", healthy);
    if (!out.empty()) out += "\n";
    if (!unknown.empty()) out += paint.head(wrap("it cannot be told whether these are stuck: " + unknown, style.width, "", "  "));
    print_limits(limits, style.width, paint, out);
    out += paint.good(groups.stuck.empty() && unknown.empty() && healthy > 0 ? fmt::format("{}: nothing is stuck", rest) : rest) + "\n";
    return out;
}

std::string graph_text(const WaitGraph& graph) {
    std::string out;
    for (NodeIndex node = 0; node < graph.nodes.size(); ++node) {
        bool named = false;
        for (const Edge& edge : graph.edges) {
            if (edge.from != node || edge.to >= graph.nodes.size()) continue;
            if (!named) out += fmt::format("  {}\n", graph.nodes[node].label);
            named = true;
            out += fmt::format("    → {}{}{}", graph.nodes[edge.to].label, edge.normal ? " (resting)" : "",
                               edge.inferred ? " (inferred)" : "");
            out += edge.evidence.empty() ? "\n" : fmt::format(": {}\n", edge.evidence);
        }
    }
    return out;
}

namespace {

std::string dot_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace

std::string graph_dot(const WaitGraph& graph) {
    std::string out = "digraph waits {\n  rankdir=LR;\n  node [shape=box];\n";
    for (NodeIndex node = 0; node < graph.nodes.size(); ++node)
        out += fmt::format("  n{} [label={}];\n", node, dot_string(graph.nodes[node].label));
    for (const Edge& edge : graph.edges)
        out +=
            fmt::format("  n{} -> n{} [label={}{}];\n", edge.from, edge.to, dot_string(edge.evidence), edge.normal ? ", style=dashed" : "");
    return out + "}\n";
}

}  // namespace shimtrace::output
