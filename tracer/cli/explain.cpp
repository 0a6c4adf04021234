// shimtrace explain: what a cause or an audit code means, how it is recognised, what to do.
#include "decoders/text/printable.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/suggestion.hpp"
#include "tracer/diagnosis/explain_all.hpp"
#include "tracer/output/json/explain_json.hpp"
#include "tracer/output/text/explain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>
#include <sstream>

namespace shimtrace::cli {

namespace {

struct ExplainOptions {
    std::string word, markdown, seen;
};

/// tests/remedies/seen.tsv: cause, the way of the lab, remedy, containerd's generation.
Result<std::vector<output::SeenToWork>> read_seen(const std::string& path) {
    std::vector<output::SeenToWork> all;
    if (path.empty()) return all;
    std::ifstream file(path);
    if (!file) return std::unexpected(Error{"open " + path, errno});
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        output::SeenToWork one;
        std::string way;
        if (line.starts_with('#') || !(fields >> one.cause >> way >> one.remedy >> one.generation)) continue;
        all.push_back(std::move(one));
    }
    return all;
}

int unknown_word(const std::vector<Explained>& words, const std::string& typed) {
    std::vector<std::string> known;
    for (const Explained& one : words) known.push_back(one.word);
    const std::string_view nearest = meant_by(typed, known);
    return report({.what = fmt::format("there is no cause and no audit code '{}'", text::printable(typed, 80)),
                   .hint = nearest.empty() ? std::string("`shimtrace explain` lists them") : fmt::format("did you mean {}?", nearest)},
                  exit_usage);
}

int run(const ExplainOptions& options, const Globals& globals) {
    const std::vector<Explained> words = diagnosis::explain_all();
    if (!options.markdown.empty()) {
        const auto seen = read_seen(options.seen);
        if (!seen) return report(seen.error(), exit_failed);
        fmt::print("{}", options.markdown == "causes" ? output::causes_markdown(words, *seen) : output::audit_markdown(words));
        return exit_done;
    }
    std::span<const Explained> asked = words;
    if (!options.word.empty()) {
        const auto found = std::ranges::find(words, options.word, &Explained::word);
        if (found == words.end()) return unknown_word(words, options.word);
        asked = {&*found, 1};
    }
    if (globals.json)
        fmt::print("{}\n", output::explain_json(asked).dump(1));
    else
        fmt::print("{}", options.word.empty() ? output::explain_list(asked) : output::explain_text(asked.front()));
    return exit_done;
}

void add_explain(CLI::App& command, Globals& globals, int& exit_code) {
    const auto options = std::make_shared<ExplainOptions>();
    command.add_option("WORD", options->word, "a cause of `why` or a code of `audit`; none: all of them, one a line");
    command.add_option("--markdown", options->markdown, "print the page docs/causes.md or docs/audit.md")
        ->check(CLI::IsMember({"causes", "audit"}));
    command.add_option("--seen", options->seen, "with --markdown causes: where its remedies were seen to work")->type_name("FILE");
    command.callback([options, &globals, &exit_code] { exit_code = run(*options, globals); });
}

}  // namespace

extern const Command explain_command;
const Command explain_command = {
    .name = "explain",
    .group = CommandGroup::learn,
    .summary = "what a cause or an audit code means, how it is recognised, what to do",
    .usages = {"[WORD]"},
    .examples = {{"shimtrace explain", "every word, one a line"}, {"shimtrace explain stdio-backpressure", "all about one"}},
    .exit_codes = "0 done, 1 failed, 2 no such word",
    .add = add_explain,
};

}  // namespace shimtrace::cli
