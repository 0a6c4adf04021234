#include "tracer/output/text/explain_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace shimtrace::output {

namespace {

constexpr std::size_t width = 100;

std::string wrapped(std::string_view text, std::string_view indent) {
    std::string out, line(indent);
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (line.size() + 1 + word.size() > width && line.size() > indent.size()) {
            out += line + "\n";
            line = indent;
        }
        if (line.size() > indent.size()) line += ' ';
        line += word;
    }
    return out + line + "\n";
}

std::string section(std::string_view title, std::string_view text) {
    return text.empty() ? std::string() : fmt::format("\n{}\n{}", title, wrapped(text, "  "));
}

/// Up to the end of the first sentence, or its first colon: what a list has room for.
std::string_view first_sentence(std::string_view text) {
    return text.substr(0, std::min(text.find(". "), text.find(": ")));
}

std::string_view without_stop(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    return text;
}

/// What a code's line in a list says.
std::string_view in_short(const Explained& word) {
    return without_stop(first_sentence(word.is_cause ? word.meaning : word.recognised));
}

std::string in_code(std::string_view command) {
    std::string cells;
    for (std::size_t from = 0; from <= command.size();) {
        const std::size_t to = std::min(command.find("; ", from), command.size());
        cells += fmt::format("{}`{}`", cells.empty() ? "" : " or ", command.substr(from, to - from));
        from = to + 2;
    }
    return cells;
}

std::string links(const Explained& word) {
    std::string all;
    for (const std::string& reference : word.seen)
        all += fmt::format("{}[{}]({})", all.empty() ? "" : ", ", reference, reference_url(reference));
    return all;
}

std::string generations(const Explained& word, const ExplainedRemedy& remedy, std::span<const SeenToWork> seen) {
    std::set<std::string> all;
    for (const SeenToWork& one : seen)
        if (one.cause == word.word && one.remedy == remedy.name) all.insert(one.generation);
    return fmt::format("{}", fmt::join(all, ", "));
}

}  // namespace

std::string reference_url(std::string_view reference) {
    const std::string_view project = reference.substr(0, reference.find('#'));
    const std::string_view owner = project == "runc" ? std::string_view("opencontainers") : project;
    return fmt::format("https://github.com/{}/{}/issues/{}", owner, project,
                       reference.substr(std::min(reference.size(), project.size() + 1)));
}

std::string explain_list(std::span<const Explained> words) {
    std::string out = "Causes, as `why` says them, the most urgent first:\n";
    for (const Explained& word : words)
        if (word.is_cause) out += fmt::format("  {:<24} {}\n", word.word, in_short(word));
    out += "\nFindings of `audit`:\n";
    for (const Explained& word : words)
        if (word.is_finding) out += fmt::format("  {:<24} {:<8} {}\n", word.word, word.severity, in_short(word));
    return out + "\n`shimtrace explain WORD` tells more of one.\n";
}

std::string explain_text(const Explained& word) {
    std::string kinds = word.is_cause ? "a cause that `why` says" : "";
    if (word.is_finding) kinds += fmt::format("{}a finding of `audit` ({})", kinds.empty() ? "" : "; ", word.severity);
    std::string out = fmt::format("{}: {}\n", word.word, kinds);
    if (!word.cause.empty()) out += fmt::format("`why` says it as {}\n", word.cause);
    out += section("What it means:", word.meaning);
    out += section("Why it matters:", word.why_matters);
    out += section("How it is recognised:", word.recognised);
    out += section("What to do:", word.mending);
    if (!word.remedies.empty()) out += "\nRemedies that `why` prints, with the names and numbers of the hang:\n";
    for (const ExplainedRemedy& remedy : word.remedies) {
        out += wrapped(fmt::format("- {}", remedy.what), "  ");
        if (!remedy.command.empty()) out += fmt::format("      {}\n", remedy.command);
    }
    if (!word.seen.empty()) out += "\nWhere people met it:\n";
    for (const std::string& reference : word.seen) out += fmt::format("  {}\n", reference_url(reference));
    return out;
}

std::string causes_markdown(std::span<const Explained> words, std::span<const SeenToWork> seen) {
    std::string out =
        "# The causes\n\n<!-- made by scripts/docs from the declarations in tracer/diagnosis/causes: change those -->\n\n"
        "What `shimtrace why` says as `cause`, the most urgent first. `shimtrace explain WORD` says the same at the prompt.\n\n";
    for (const Explained& word : words)
        if (word.is_cause) out += fmt::format("- [`{0}`](#{0}): {1}\n", word.word, in_short(word));
    for (const Explained& word : words) {
        if (!word.is_cause) continue;
        out += fmt::format("\n## {}\n\n{}\n\n**Recognised by:** {}\n\n**What to do:** {}\n", word.word, word.meaning, word.recognised,
                           word.mending);
        if (!word.seen.empty()) out += fmt::format("\n**Met in:** {}\n", links(word));
    }
    out +=
        "\n## Remedies\n\nEach is printed with the names and numbers of the hang at hand, never carried out. The last column: on which "
        "containerd it was "
        "carried out as\nprinted, on a real hang that it was printed for, which was over then (`tests/remedies`).\n\n"
        "| cause | remedy | command | name | seen to work |\n| --- | --- | --- | --- | --- |\n";
    for (const Explained& word : words)
        for (const ExplainedRemedy& remedy : word.remedies)
            out += fmt::format("| `{}` | {} | {} | `{}` | {} |\n", word.word, remedy.what,
                               remedy.command.empty() ? "" : in_code(remedy.command), remedy.name, generations(word, remedy, seen));
    return out;
}

std::string audit_markdown(std::span<const Explained> words) {
    std::string out =
        "# What audit finds\n\n<!-- made by scripts/docs from the declarations in tracer/diagnosis/checks: change those -->\n\n"
        "The codes of `shimtrace audit`. Those that `why` says as a cause are told in [causes.md](causes.md) as well.\n\n"
        "| code | severity | `why` says it as | recognised by | why it matters | what to do |\n| --- | --- | --- | --- | --- | --- |\n";
    for (const Explained& word : words) {
        if (!word.is_finding) continue;
        const std::string cause = word.is_cause ? word.word : word.cause;
        out += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", word.word, word.severity,
                           cause.empty() ? std::string() : fmt::format("[`{0}`](causes.md#{0})", cause), word.recognised, word.why_matters,
                           word.mending);
    }
    return out;
}

}  // namespace shimtrace::output
