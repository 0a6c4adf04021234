#include "tracer/cli/described.hpp"

#include <string_view>

namespace shimtrace::cli {

namespace {

/// Those of CLI::IsMember, which stand behind the type's name: "TEXT:{jsonl,perfetto,html}".
std::vector<std::string> choices_of(std::string_view type) {
    const std::size_t open = type.find('{'), close = type.rfind('}');
    std::vector<std::string> choices;
    if (open == type.npos || close == type.npos) return choices;
    for (std::string_view rest = type.substr(open + 1, close - open - 1); !rest.empty();) {
        const std::size_t comma = rest.find(',');
        choices.emplace_back(rest.substr(0, comma));
        rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
    }
    return choices;
}

DescribedOption described(const CLI::Option& option) {
    DescribedOption one{.value = value_word(option), .choices = choices_of(option.get_type_name()), .says = option.get_description()};
    for (const std::string& name : option.get_snames()) one.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) one.names.push_back("--" + name);
    if (one.names.empty()) one.names.push_back(option.get_name(true));
    return one;
}

}  // namespace

std::string value_word(const CLI::Option& option) {
    if (option.get_type_size() == 0) return {};
    const std::string type = option.get_type_name();
    const std::string word = type.substr(0, type.find(':'));
    return word == "TEXT" ? "WORD" : word == "INT" || word == "UINT" || word == "FLOAT" ? "N" : word;
}

DescribedCommand described(const CLI::App& app) {
    DescribedCommand command{.name = app.get_name(), .summary = app.get_description()};
    for (const CLI::Option* option : app.get_options())
        if (!option->get_group().empty()) (option->get_positional() ? command.operands : command.options).push_back(described(*option));
    return command;
}

}  // namespace shimtrace::cli
