#include "tracer/cli/help.hpp"

#include "decoders/text/printable.hpp"
#include "tracer/cli/described.hpp"
#include "tracer/cli/manual.hpp"
#include "tracer/cli/shared_options.hpp"
#include "tracer/cli/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace shimtrace::cli {

namespace {

constexpr std::size_t column = 30, width = 120;

constexpr std::pair<CommandGroup, std::string_view> group_titles[] = {
    {CommandGroup::look, "Look at what is there now"},
    {CommandGroup::trace, "Trace as it happens"},
    {CommandGroup::keep, "Keep and replay"},
    {CommandGroup::learn, "Learn"},
};

constexpr std::string_view program_examples = R"(
Examples:
  shimtrace why                        what ails any container of this host
  shimtrace why web-1                  what one waits for, who is to blame, what to do
  shimtrace trace -p 4711              its system calls, as strace prints them

)";
constexpr const char* program_ends = R"(
Exit codes: 0 done, 1 failed, 2 wrong usage; `trace -- CMD` and `record -- CMD` exit as CMD did.
`shimtrace help COMMAND` tells a command's options, examples and exit codes; `man shimtrace` all of them.)";

/// The words of `text` in lines that end before `width`, each but the first behind `indent` blanks.
std::string wrapped(std::string_view text, std::size_t at, std::size_t indent) {
    std::string lines;
    while (!text.empty()) {
        const std::size_t blank = text.find(' ');
        const std::string_view word = text.substr(0, blank);
        text.remove_prefix(blank == text.npos ? text.size() : blank + 1);
        if (at + 1 + word.size() > width && at > indent) {
            lines += "\n" + std::string(indent, ' ');
            at = indent;
        } else if (!lines.empty()) {
            lines += ' ';
            ++at;
        }
        lines += word;
        at += word.size();
    }
    return lines;
}

std::string row(const std::string& name, std::string_view says) {
    std::string text = "  " + name;
    if (text.size() + 1 > column)
        text += "\n" + std::string(column, ' ');
    else
        text.resize(column, ' ');
    return text + wrapped(says, column, column) + "\n";
}

class HelpFormatter : public CLI::Formatter {
public:
    /// `usages`: what stands behind the program's name, one a way to use it; empty: of the program itself.
    explicit HelpFormatter(std::vector<std::string_view> usages = {}) : usages_(std::move(usages)) {}

    std::string make_usage(const CLI::App*, std::string name) const override {
        if (usages_.empty()) return "\nUsage: " + name + " COMMAND [OPTIONS] [TARGET...]\n";
        std::string text;
        for (const std::string_view usage : usages_) text += fmt::format("{}{} {}\n", text.empty() ? "\nUsage: " : "       ", name, usage);
        return text;
    }
    std::string make_description(const CLI::App* app) const override { return app->get_description() + "\n"; }
    std::string make_subcommand(const CLI::App* command) const override { return row(command->get_name(), command->get_description()); }
    std::string make_option(const CLI::Option* option, bool is_positional) const override {
        return row(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
    }
    /// The description tells of defaults, of what may be given, and of how often.
    std::string make_option_opts(const CLI::Option* option) const override {
        if (option->get_positional()) return option->get_expected_max() > 1 ? "..." : "";
        const std::string word = value_word(*option);
        return word.empty() ? word : " " + word;
    }

private:
    std::vector<std::string_view> usages_;
};

std::string footer(const Command& command) {
    std::string text = "Everywhere: --json, --color=auto|always|never, --run-dir DIR (`shimtrace --help`)\n\nExamples:\n";
    for (const Example& example : command.examples) text += fmt::format("  {:<52} {}\n", example.line, example.says);
    return text + "\nExit codes: " + wrapped(command.exit_codes, 12, 12);
}

std::string question(std::string_view meant) {
    return meant.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", meant);
}

void add_names(const CLI::App& app, std::vector<std::string>& names) {
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    }
}

void add_help(CLI::App& command, Globals&, int& exit_code) {
    const auto name = std::make_shared<std::string>();
    const auto man = std::make_shared<bool>(false);
    command.add_option("COMMAND", *name, "one of those that `shimtrace help` lists");
    command.add_flag("--man", *man, "its man page, as man(7) reads it");
    command.callback([&command, &exit_code, name, man] {
        const CLI::App& program = *command.get_parent();
        const auto named = program.get_subcommands([&](const CLI::App* each) { return each->get_name() == *name; });
        const CLI::App* asked = name->empty() ? &program : named.empty() ? nullptr : named.front();
        if (asked == nullptr) {
            exit_code = report({.what = fmt::format("there is no command '{}'{}", text::printable(*name), suggest_command(program, *name))},
                               exit_usage);
        } else if (*man) {
            const Command* told = command_named(asked->get_name());
            if (told == nullptr) {
                exit_code = report({.what = "--man: of which command?", .hint = "the program's own page is `man shimtrace`"}, exit_usage);
                return;
            }
            fmt::print("{}", man_page(program, *asked, *told));
        } else {
            fmt::print("{}", asked == &program ? help_text(program) : help_text(program, *asked));
        }
    });
}

}  // namespace

extern const Command help_command;
const Command help_command = {
    .name = "help",
    .group = CommandGroup::learn,
    .summary = "a command's options, examples and exit codes",
    .usages = {"[COMMAND]", "--man COMMAND"},
    .examples = {{"shimtrace help", "the commands"}, {"shimtrace help why", "as shimtrace why --help"}},
    .exit_codes = "0 done, 2 there is no such command",
    .add = add_help,
};

std::string_view group_title(CommandGroup group) {
    return std::ranges::find(group_titles, group, &std::pair<CommandGroup, std::string_view>::first)->second;
}

void set_help(CLI::App& program) {
    program.name(std::string(program_name));
    program.description("shimtrace says why a container does not move, and who is to blame.");
    program.formatter(std::make_shared<HelpFormatter>());
    program.footer(std::string(program_examples.substr(1)) + wrapped(fmt::format("TARGET is {}.", target_words), 0, 0) + program_ends);
    program.set_help_flag("-h,--help", "this text; behind a command: about that");
}

void set_help(CLI::App& app, const Command& command) {
    app.formatter(std::make_shared<HelpFormatter>(command.usages));
    app.footer(footer(command));
    app.set_help_flag("-h,--help", "this text");
}

std::string help_text(const CLI::App& program) {
    return program.get_formatter()->make_help(&program, std::string(program_name), CLI::AppFormatMode::Normal);
}

std::string help_text(const CLI::App& program, const CLI::App& command) {
    const std::string name = program.get_name() + " " + command.get_name();
    return command.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
}

std::string suggest_command(const CLI::App& program, const std::string& typed) {
    std::vector<std::string> names;
    for (const CLI::App* command : program.get_subcommands(nullptr)) names.push_back(command->get_name());
    return question(meant_by(typed, names));
}

std::string suggest_option(const CLI::App& program, const CLI::App* command, const std::string& typed) {
    std::vector<std::string> names;
    add_names(program, names);
    if (command != nullptr) add_names(*command, names);
    const std::string word = typed.substr(0, typed.find('='));
    if (!word.starts_with("--")) return {};  // -x is a letter: every other is as near
    return question(meant_by(word, names));
}

}  // namespace shimtrace::cli
