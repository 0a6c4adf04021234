#include "tracer/cli/run_program.hpp"

#include "decoders/text/printable.hpp"
#include "decoders/text/shell_quoted.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/help.hpp"
#include "tracer/cli/print_version.hpp"
#include "tracer/cli/started_command.hpp"
#include "tracer/containerd/find_target.hpp"
#include "tracer/engine/command_process.hpp"

#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace shimtrace::cli {

namespace {

/// A standard stream that the caller has closed fails when it is written to, and no file that is opened later takes its number. A command
/// finds it closed as well.
void occupy_standard_descriptors() {
    for (int fd = 0; fd <= 2; ++fd)
        if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/// The commands that start a program.
bool starts_programs(const std::string& command) {
    return command == "trace" || command == "record";
}

/// Whether this command line may ask for what the command's options are: they are many, and made for a command that runs, or for one that
/// tells of all.
bool needs_options(const Command& command, const std::vector<std::string>& arguments) {
    return std::ranges::any_of(arguments, [&](const std::string& word) {
        if (word == command.name) return true;
        const Command* named = command_named(word);
        return named != nullptr && named->group == CommandGroup::learn;
    });
}

/// The first word that is neither an option of the program nor its value.
std::string first_word(const CLI::App& program, const std::vector<std::string>& arguments) {
    for (std::size_t n = 0; n < arguments.size(); ++n) {
        if (arguments[n].starts_with('-') && value_follows(program, program, arguments[n]))
            ++n;
        else if (!arguments[n].starts_with('-'))
            return arguments[n];
    }
    return {};
}

/// --run-dir, before the command line is read as a whole.
std::string run_dir_of(const std::vector<std::string>& arguments) {
    constexpr std::string_view option = "--run-dir";
    for (std::size_t n = 0; n < arguments.size(); ++n) {
        if (arguments[n] == option && n + 1 < arguments.size()) return arguments[n + 1];
        if (arguments[n].starts_with(fmt::format("{}=", option))) return arguments[n].substr(option.size() + 1);
    }
    return {};
}

NameOf target_called(const std::string& word, const std::string& run_dir) {
    if (containerd::names_daemon(word)) return NameOf::daemon;
    const auto listed = containerd::list_containers(run_dir);
    return listed && session::find_target(*listed, word) ? NameOf::container : NameOf::nothing;
}

/// What is wrong with the command line, and what was probably meant.
int report_usage(const CLI::App& program, const CLI::ParseError& error, const std::vector<std::string>& arguments) {
    if (arguments.empty()) {
        std::fputs(help_text(program).c_str(), stderr);
        return exit_usage;
    }
    const auto chosen = program.get_subcommands();
    const CLI::App* command = chosen.empty() ? nullptr : chosen.front();
    const std::string word = first_word(program, arguments);
    std::string what = error.what(), see = "--help";
    if (command == nullptr && !word.empty()) {
        what = fmt::format("there is no command '{}'", text::printable(word));
        const std::string meant = suggest_command(program, word);
        what += !meant.empty() ? meant : fmt::format(" (of a container or process: 'shimtrace why {}')", text::shell_quoted(word));
    } else if (command != nullptr) {
        see = "help " + command->get_name();
        if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
            for (const std::string& extra : program.remaining(true))
                if (std::string meant = suggest_option(program, command, extra); !meant.empty()) {
                    what += meant;
                    break;
                }
    }
    std::fputs(fmt::format("shimtrace: {}\nshimtrace: try 'shimtrace {}'\n", what, see).c_str(), stderr);
    return exit_usage;
}

int write_failed(int error) {
    return error == EPIPE ? exit_failed : report({"write the output", error}, exit_failed);
}

}  // namespace

int run_program(int argc, char** argv) {
    Globals globals{.inherited = engine::inherited_now()};
    occupy_standard_descriptors();
    CLI::App app;
    bool version_asked = false, told = false;
    set_help(app);
    // At once, whatever else is there: `trace -V` names nothing to trace.
    app.add_flag_callback(
           "-V,--version", [] { throw CLI::CallForVersion("", 0); }, "which shimtrace this is")
        ->trigger_on_parse();
    app.require_subcommand(0, 1);

    app.add_flag("--json", globals.json, "for machines: JSON");
    app.add_option("--color", globals.color, "auto, always, never (NO_COLOR is obeyed)")->check(CLI::IsMember({"auto", "always", "never"}));
    app.add_option("--run-dir", globals.run_dir, "containerd's state directory, where it cannot be found from the shims")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory);
    app.fallthrough();
    int exit_code = exit_done;
    std::vector<std::string> arguments(argv + 1, argv + argc);
    for (const Command* command : all_commands()) {
        CLI::App* added = app.add_subcommand(std::string(command->name), std::string(command->summary));
        added->group(std::string(group_title(command->group)));
        if (!needs_options(*command, arguments)) continue;
        set_help(*added, *command);
        command->add(*added, globals, exit_code);
    }
    if (const std::string name = first_word(app, arguments); starts_programs(name)) {
        const WordMeanings meanings{.target = [&](const std::string& word) { return target_called(word, run_dir_of(arguments)); },
                                    .is_program = [](const std::string& word) { return engine::find_command(word).has_value(); }};
        auto command = take_command(app, *app.get_subcommand(name), arguments, meanings);
        if (!command) return report(command.error(), exit_usage);
        globals.command = std::move(command->words);
        if (command->guessed && std::ranges::find(arguments, "--plain") == arguments.end())
            std::fputs(fmt::format("shimtrace: starts {0}: no container is called so ('-- {0}' says that it is a command)\n",
                                   text::shell_quoted(globals.command.front()))
                           .c_str(),
                       stderr);
    }
    std::vector<std::string> backwards(arguments.rbegin(), arguments.rend());  // CLI11 takes them last first
    try {
        app.parse(backwards);
    } catch (const CLI::CallForVersion&) {
        globals.json = std::ranges::find(arguments, "--json") != arguments.end();
        version_asked = true;
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != 0) return report_usage(app, error, arguments);
        app.exit(error);  // --help
        told = true;
    } catch (const std::system_error& error) {  // fmt::print
        return write_failed(error.code().value());
    }
    if (version_asked)
        print_version(globals);
    else if (!told && app.get_subcommands().empty())
        return report_usage(app, CLI::RequiredError("COMMAND"), arguments);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return write_failed(errno);
    return exit_code;
}

}  // namespace shimtrace::cli
