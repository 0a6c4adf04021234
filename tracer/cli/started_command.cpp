#include "tracer/cli/started_command.hpp"

#include "decoders/text/printable.hpp"
#include "decoders/text/shell_quoted.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace shimtrace::cli {

namespace {

using Words = std::vector<std::string>;

bool takes_value(const CLI::App& app, const CLI::App& command, const std::string& name) {
    const CLI::Option* option = command.get_option_no_throw(name);
    if (option == nullptr) option = app.get_option_no_throw(name);
    return option != nullptr && option->get_items_expected_max() > 0;
}

/// Behind the subcommand's name, the first word that is no option and no option's value.
Words::iterator first_operand(const CLI::App& app, const CLI::App& command, Words& arguments) {
    auto word = std::ranges::find(arguments, command.get_name());
    if (word == arguments.end()) return word;
    for (++word; word != arguments.end(); ++word) {
        if (!word->starts_with('-') || word->size() == 1) return word;
        if (value_follows(app, command, *word) && ++word == arguments.end()) return word;
    }
    return word;
}

/// Of a program's file no container has to be asked for.
bool is_path(const std::string& word) {
    return word.starts_with('/') || word.starts_with("./") || word.starts_with("../");
}

/// The words from `begin` on; of `arguments` those before `from` are left.
Words taken(Words& arguments, Words::iterator from, Words::iterator begin) {
    Words command(std::make_move_iterator(begin), std::make_move_iterator(arguments.end()));
    arguments.erase(from, arguments.end());
    return command;
}

}  // namespace

bool value_follows(const CLI::App& app, const CLI::App& command, const std::string& word) {
    if (word.starts_with("--")) return word.find('=') == std::string::npos && takes_value(app, command, word);
    for (std::size_t n = 1; n < word.size(); ++n)
        if (takes_value(app, command, {'-', word[n]})) return n + 1 == word.size();
    return false;
}

Result<StartedCommand> take_command(const CLI::App& app, const CLI::App& command, Words& arguments, const WordMeanings& meanings) {
    const auto operand = first_operand(app, command, arguments);
    const auto dashes = std::ranges::find(arguments, "--");
    // `strace ls -- -x`: the dashes are the program's own.
    const auto stands_for = [&] { return is_path(*operand) ? NameOf::nothing : meanings.target(*operand); };
    const bool behind_program =
        operand < dashes && dashes != arguments.end() && meanings.is_program(*operand) && stands_for() == NameOf::nothing;
    if (dashes != arguments.end() && !behind_program)
        return StartedCommand{.words = taken(arguments, dashes, std::next(dashes)), .guessed = false};
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (operand == arguments.end() || std::ranges::all_of(*operand, is_digit) || !meanings.is_program(*operand)) return StartedCommand{};
    switch (stands_for()) {
        case NameOf::daemon:
            return StartedCommand{};
        case NameOf::container:
            return fail(fmt::format("'{}' is a container, and a program too", text::printable(*operand)), 0,
                        fmt::format("'shimtrace {0} -- {1}' starts the program; 'shimtrace ps' shows the container's NAMESPACE/ID",
                                    command.get_name(), text::shell_quoted(*operand)));
        case NameOf::nothing:
            break;
    }
    return StartedCommand{.words = taken(arguments, operand, operand), .guessed = true};
}

}  // namespace shimtrace::cli
