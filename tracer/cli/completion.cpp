// shimtrace completion: what a shell needs to complete this program's commands, options and TARGETs.
#include "decoders/text/shell_quoted.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/described.hpp"
#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::cli {

namespace {

/// What a word of a command line may be: where a shell takes its proposals from.
enum class Kind { nothing, choice, target, target_or_file, file, directory, command };

struct Proposals {
    Kind kind = Kind::nothing;
    std::vector<std::string> choices;
};

/// Of an operand or an option's value, by its word in the help.
Proposals proposals(const DescribedOption& one, std::string_view word) {
    if (!one.choices.empty()) return {Kind::choice, one.choices};
    if (word == "TARGET") return {Kind::target};
    if (word == "DIR") return {Kind::directory};
    if (word == "FILE" || word == "A" || word == "B" || word == "OUT") return {Kind::file};
    if (word == "COMMAND") return {Kind::command};
    return {};
}

/// Of all operands of a command: where a file may stand among TARGETs, both.
Proposals operands(const DescribedCommand& command, const Command& told) {
    Proposals all;
    for (const DescribedOption& operand : command.operands) {
        Proposals one = proposals(operand, operand.names.front());
        if (all.kind == Kind::nothing) all = std::move(one);
    }
    const bool takes_file = std::ranges::any_of(told.usages, [](std::string_view usage) { return usage.find("FILE") != usage.npos; });
    if (all.kind == Kind::target && takes_file) all.kind = Kind::target_or_file;
    return all;
}

std::string joined(const std::vector<std::string>& words, std::string_view between = " ") {
    return fmt::format("{}", fmt::join(words, between));
}

struct Completion {
    DescribedCommand program;
    std::vector<std::pair<DescribedCommand, Proposals>> commands;  ///< with what their operands may be
};

std::vector<std::string> names_of(const Completion& all) {
    std::vector<std::string> names;
    for (const auto& command : all.commands) names.push_back(command.first.name);
    return names;
}

std::string bash_proposal(const Proposals& one, const Completion& all) {
    switch (one.kind) {
        case Kind::nothing:
            return "COMPREPLY=()";
        case Kind::choice:
            return "_shimtrace_words " + text::shell_quoted(joined(one.choices));
        case Kind::target:
            return "_shimtrace_targets";
        case Kind::target_or_file:
            return "_shimtrace_targets; _shimtrace_files";
        case Kind::file:
            return "_shimtrace_files";
        case Kind::directory:
            return "_shimtrace_directories";
        case Kind::command:
            return "_shimtrace_words " + text::shell_quoted(joined(names_of(all)));
    }
    return {};
}

constexpr std::string_view bash_head = R"bash(# bash completion of shimtrace. Made by `shimtrace completion bash`.
_shimtrace_words() { mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$1" -- "$word"); }
_shimtrace_files() { compopt -o filenames 2>/dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word"); }
_shimtrace_directories() { compopt -o filenames 2>/dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$word"); }
_shimtrace_targets() { _shimtrace_words "$(shimtrace completion names 2>/dev/null)"; }
_shimtrace() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= each
    COMPREPLY=()
    for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $each == -- ]] && { _shimtrace_files; return; }
        [[ -z $command && $each != -* ]] && command=$each
    done
    case $command:$before in
)bash";

std::string bash(const Completion& all) {
    std::string text(bash_head);
    const auto add_values = [&](const DescribedCommand& command, std::string_view prefix) {
        for (const DescribedOption& option : command.options) {
            if (option.value.empty()) continue;
            std::vector<std::string> patterns;
            for (const std::string& name : option.names) patterns.push_back(fmt::format("{}:{}", prefix, name));
            text += fmt::format("    {}) {}; return ;;\n", joined(patterns, " | "), bash_proposal(proposals(option, option.value), all));
        }
    };
    const auto options_of = [](const DescribedCommand& command) {
        std::vector<std::string> words;
        for (const DescribedOption& option : command.options) words.insert(words.end(), option.names.begin(), option.names.end());
        return joined(words);
    };
    for (const auto& [command, _] : all.commands) add_values(command, command.name);
    add_values(all.program, "*");
    const std::string shared = options_of(all.program);
    text += "    esac\n    case $command in\n";
    for (const auto& [command, may_be] : all.commands)
        text += fmt::format("    {})\n        if [[ $word == -* ]]; then _shimtrace_words {}; else {}; fi ;;\n", command.name,
                            text::shell_quoted(options_of(command) + " " + shared), bash_proposal(may_be, all));
    return text + fmt::format("    '') _shimtrace_words {} ;;\n    esac\n}}\ncomplete -F _shimtrace shimtrace\n",
                              text::shell_quoted(joined(names_of(all)) + " " + shared));
}

/// A description within _arguments' own syntax.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_action(const Proposals& one, const Completion& all) {
    switch (one.kind) {
        case Kind::nothing:
            return " ";
        case Kind::choice:
            return "(" + joined(one.choices) + ")";
        case Kind::target:
            return "_shimtrace_targets";
        case Kind::target_or_file:
            return "_shimtrace_targets_or_files";
        case Kind::file:
            return "_files";
        case Kind::directory:
            return "_directories";
        case Kind::command:
            return "(" + joined(names_of(all)) + ")";
    }
    return {};
}

std::string zsh_options(const DescribedCommand& command, const Completion& all) {
    std::string text;
    for (const DescribedOption& option : command.options)
        for (const std::string& name : option.names) {
            std::string spec = fmt::format("*{}[{}]", name, zsh_text(option.says));
            if (!option.value.empty())
                spec += fmt::format(":{}:{}", zsh_text(option.value), zsh_action(proposals(option, option.value), all));
            text += " \\\n        " + text::shell_quoted(spec);
        }
    return text;
}

constexpr std::string_view zsh_head = R"zsh(#compdef shimtrace
# zsh completion of shimtrace. Made by `shimtrace completion zsh`.
_shimtrace_targets() { compadd -- ${(f)"$(shimtrace completion names 2>/dev/null)"} }
_shimtrace_targets_or_files() { _shimtrace_targets; _files }
_shimtrace() {
    local context state state_descr line
    local -a commands=()zsh";

std::string zsh(const Completion& all) {
    std::string text(zsh_head);
    for (const auto& [command, _] : all.commands) text += "\n        " + text::shell_quoted(command.name + ":" + zsh_text(command.summary));
    text += fmt::format("\n    )\n    typeset -A opt_args\n    _arguments -C{} \\\n        '1: :->command' '*:: :->rest'\n",
                        zsh_options(all.program, all));
    text += "    case $state in\n    command) _describe command commands ;;\n    rest)\n        case $line[1] in\n";
    for (const auto& [command, may_be] : all.commands)
        text += fmt::format("        {}) _arguments{}{} \\\n        '*: :{}' ;;\n", command.name, zsh_options(command, all),
                            zsh_options(all.program, all), zsh_action(may_be, all));
    return text + "        esac ;;\n    esac\n}\n_shimtrace \"$@\"\n";
}

std::string fish_arguments(const Proposals& one, const Completion& all) {
    switch (one.kind) {
        case Kind::nothing:
            return " -x";
        case Kind::choice:
            return " -xa " + text::shell_quoted(joined(one.choices));
        case Kind::target:
            return " -xa '(shimtrace completion names 2>/dev/null)'";
        case Kind::target_or_file:
            return " -ra '(shimtrace completion names 2>/dev/null)'";
        case Kind::file:
            return " -r";
        case Kind::directory:
            return " -xa '(__fish_complete_directories)'";
        case Kind::command:
            return " -xa " + text::shell_quoted(joined(names_of(all)));
    }
    return {};
}

std::string fish_options(const DescribedCommand& command, const std::string& where, const Completion& all) {
    std::string text;
    for (const DescribedOption& option : command.options) {
        std::string names;
        for (const std::string& name : option.names)
            names += name.starts_with("--") ? " -l " + name.substr(2)
                     : name.size() == 2     ? " -s " + name.substr(1)
                                            : " -o " + name.substr(1);
        text += fmt::format("complete -c shimtrace{}{} -d {}{}\n", where, names, text::shell_quoted(option.says),
                            option.value.empty() ? "" : fish_arguments(proposals(option, option.value), all));
    }
    return text;
}

std::string fish(const Completion& all) {
    std::string text = "# fish completion of shimtrace. Made by `shimtrace completion fish`.\ncomplete -c shimtrace -f\n";
    text += fish_options(all.program, "", all);
    for (const auto& [command, may_be] : all.commands) {
        text +=
            fmt::format("complete -c shimtrace -n __fish_use_subcommand -a {} -d {}\n", command.name, text::shell_quoted(command.summary));
        const std::string where = fmt::format(" -n '__fish_seen_subcommand_from {}'", command.name);
        text += fish_options(command, where, all);
        if (may_be.kind == Kind::target_or_file || may_be.kind == Kind::file) text += fmt::format("complete -c shimtrace{} -F\n", where);
        if (may_be.kind != Kind::nothing && may_be.kind != Kind::file)
            text += fmt::format("complete -c shimtrace{}{}\n", where, fish_arguments(may_be, all));
    }
    return text;
}

/// What can be named now: ids, where one is in several namespaces or is Kubernetes' those names too.
int print_names(const Globals& globals) {
    const auto snapshot = containerd::list_containers(globals.run_dir);
    if (!snapshot) return report(snapshot.error(), exit_failed);
    std::set<std::string> names;
    for (const ListedContainer& one : containerd::list_containers(*snapshot)) {
        names.insert(one.container.id);
        if (!one.pod.empty()) names.insert(fmt::format("{}/{}", one.pod_namespace, one.pod));
    }
    // A shell would split or expand another's.
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
    for (const std::string& name : names)
        if (name.find_first_not_of(plain) == name.npos) fmt::print("{}\n", name);
    return exit_done;
}

int run(const CLI::App& program, const std::string& shell, const Globals& globals) {
    if (shell == "names") return print_names(globals);
    Completion all{.program = described(program), .commands = {}};
    for (const Command* told : all_commands()) {
        DescribedCommand command = described(*program.get_subcommand(std::string(told->name)));
        Proposals may_be = operands(command, *told);
        all.commands.emplace_back(std::move(command), std::move(may_be));
    }
    fmt::print("{}", shell == "bash" ? bash(all) : shell == "zsh" ? zsh(all) : fish(all));
    return exit_done;
}

void add_completion(CLI::App& command, Globals& globals, int& exit_code) {
    const auto shell = std::make_shared<std::string>();
    command.add_option("SHELL", *shell, "bash, zsh or fish: what it needs; names: what a TARGET can be now, one a line")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish", "names"}));
    command.callback([&command, &globals, &exit_code, shell] { exit_code = run(*command.get_parent(), *shell, globals); });
}

}  // namespace

extern const Command completion_command;
const Command completion_command = {
    .name = "completion",
    .group = CommandGroup::learn,
    .summary = "what a shell needs to complete commands, options and TARGETs",
    .usages = {"bash|zsh|fish|names"},
    .examples = {{"shimtrace completion bash >/etc/bash_completion.d/shimtrace", "for every user's next bash"},
                 {"shimtrace completion names", "what can be asked about"}},
    .exit_codes = "0 done, 1 failed, 2 wrong usage",
    .add = add_completion,
};

}  // namespace shimtrace::cli
