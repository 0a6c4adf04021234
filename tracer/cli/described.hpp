// The program's commands and options as values, for what is written about them: man pages, completions.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace shimtrace::cli {

struct DescribedOption {
    std::vector<std::string> names;    ///< "-o", "--output"
    std::string value;                 ///< "FILE"; empty: it takes none
    std::vector<std::string> choices;  ///< what may be given, where that is a list
    std::string says;
};

struct DescribedCommand {
    std::string name, summary;
    std::vector<DescribedOption> options, operands;  ///< an operand's `names` is its one word: "TARGET"
};

/// Of the program or of one command, as it stands in the help; hidden ones are left out.
DescribedCommand described(const CLI::App& app);

/// What stands behind an option in the help: "FILE"; empty where it takes nothing.
std::string value_word(const CLI::Option& option);

}  // namespace shimtrace::cli
