// Which words of a command line are those of a program to start: `trace -- ls -l`, and `trace ls -l`, as strace's users type it.
#pragma once

#include <shimtrace/error.hpp>

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace shimtrace::cli {

enum class NameOf { nothing, container, daemon };

/// What a word can stand for on this host.
struct WordMeanings {
    std::function<NameOf(const std::string& word)> target;
    std::function<bool(const std::string& word)> is_program;
};

struct StartedCommand {
    std::vector<std::string> words;  ///< empty: none is to be started
    bool guessed = false;            ///< no `--` stood before it
};

/// Whether the value of this option is the next word: `-o FILE`, `--output FILE`, `-fo FILE`, but not `-oFILE`, `--output=FILE`.
bool value_follows(const CLI::App& app, const CLI::App& command, const std::string& word);

/// Takes the words of a program to start off `arguments` (those behind the program's own name): what follows the first `--`, else what
/// begins with the first word that is no option, no TARGET and a program. `command`: the subcommand that starts it. Error (wrong usage):
/// a container is called like that program.
Result<StartedCommand> take_command(const CLI::App& app, const CLI::App& command, std::vector<std::string>& arguments,
                                    const WordMeanings& meanings);

}  // namespace shimtrace::cli
