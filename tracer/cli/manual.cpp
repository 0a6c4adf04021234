#include "tracer/cli/manual.hpp"

#include "tracer/cli/described.hpp"
#include "tracer/cli/help.hpp"
#include "tracer/session/version.hpp"

#include <fmt/format.h>

#include <cctype>
#include <string_view>

namespace shimtrace::cli {

namespace {

struct Variable {
    std::string_view name, says;
};

/// What the program reads of its environment.
constexpr Variable environment[] = {
    {"NO_COLOR", "set: no colour, unless --color asks for it"},
    {"SHIMTRACE_NO_BPF",
     "set: processes, threads and who has which descriptor are read from /proc alone, which takes longer, and no BPF program is loaded"},
    {"DEBUGINFOD_URLS", "the servers that stacks --debuginfod asks"},
    {"PATH", "where the command behind -- is looked for"},
};

/// Text that roff prints as it stands.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (out.empty() && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '`' || c == '^' || c == '~')  // typeset otherwise
            out += c == '`' ? "\\(ga" : c == '^' ? "\\(ha" : "\\(ti";
        else
            out += c;
    }
    return out;
}

std::string list_of(const std::vector<DescribedOption>& options) {
    std::string text;
    for (const DescribedOption& option : options) {
        text += ".TP\n";
        std::string names;
        for (const std::string& name : option.names) names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
        if (option.names.front().starts_with('-') && !option.value.empty()) names += fmt::format(" \\fI{}\\fR", roff(option.value));
        text += names + "\n" + roff(option.says) + (option.says.ends_with('.') ? "\n" : ".\n");
    }
    return text;
}

std::string upper(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

}  // namespace

std::string man_page(const CLI::App& program, const CLI::App& command, const Command& told) {
    const std::string name = fmt::format("{}-{}", program_name, told.name);
    const DescribedCommand own = described(command), shared = described(program);
    std::string page = fmt::format(".TH {} 1 \"\" \"shimtrace {}\" \"User Commands\"\n", upper(name), session::version());
    page += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", roff(name), roff(told.summary));
    for (const std::string_view usage : told.usages)
        page += fmt::format("{}.B shimtrace {}\n{}\n", usage == told.usages.front() ? "" : ".br\n", told.name, roff(usage));
    page += fmt::format(".SH DESCRIPTION\n{}{}.\nWhat a command may be asked about and what it never does stands in\n.BR shimtrace (1).\n",
                        static_cast<char>(std::toupper(static_cast<unsigned char>(told.summary.front()))), roff(told.summary.substr(1)));
    if (!own.operands.empty()) page += ".SH OPERANDS\n" + list_of(own.operands);
    page += ".SH OPTIONS\n" + list_of(own.options) + ".SS Of every command\n" + list_of(shared.options);
    page += ".SH EXAMPLES\n";
    for (const Example& example : told.examples) page += fmt::format(".TP\n.B {}\n{}.\n", roff(example.line), roff(example.says));
    page += fmt::format(".SH EXIT STATUS\n{}.\n.SH ENVIRONMENT\n", roff(told.exit_codes));
    for (const Variable& variable : environment) page += fmt::format(".TP\n.B {}\n{}.\n", variable.name, roff(variable.says));
    page += ".SH SEE ALSO\n.BR shimtrace (1)";
    for (const Command* other : all_commands())
        if (other->group == told.group && other != &told) page += fmt::format(",\n.BR shimtrace\\-{} (1)", other->name);
    return page + "\n";
}

}  // namespace shimtrace::cli
