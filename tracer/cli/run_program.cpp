#include "tracer/cli/run_program.hpp"

#include "tracer/cli/command.hpp"

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

/// The commands that start a program: for them what follows the first `--` is its command line.
bool starts_programs(const std::string& command) {
    return command == "trace" || command == "record";
}

int write_failed(int error) {
    return error == EPIPE ? exit_failed : report({"write the output", error}, exit_failed);
}

}  // namespace

int run_program(int argc, char** argv) {
    Globals globals{.inherited = engine::inherited_now()};
    occupy_standard_descriptors();
    CLI::App app{"Says why a container does not move, and who is to blame."};
    app.set_version_flag("--version,-V", "shimtrace " SHIMTRACE_VERSION);
    app.require_subcommand(1);

    app.add_flag("--json", globals.json, "for machines");
    app.add_option("--color", globals.color, "auto, always, never (NO_COLOR is obeyed)")->check(CLI::IsMember({"auto", "always", "never"}));
    app.add_option("--run-dir", globals.run_dir, "containerd's state directory, where it cannot be found from the shims")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory);
    app.fallthrough();
    int exit_code = exit_done;
    for (const AddCommand add : all_commands()) add(app, globals, exit_code);
    // `trace -- CMD ARG…`: what follows the first `--` is the command's, not ours.
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto dashes = std::ranges::find(arguments, "--");
    if (dashes != arguments.end() && std::any_of(arguments.begin(), dashes, starts_programs)) {
        globals.command.assign(dashes + 1, arguments.end());
        arguments.erase(dashes, arguments.end());
    }
    std::ranges::reverse(arguments);  // CLI11 takes them last first
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        std::string what = error.what();
        const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && app.get_subcommands().empty();
        if (no_command && argc > 1 && argv[1][0] != '-') what = fmt::format("there is no command '{}'", argv[1]);
        std::fputs(fmt::format("shimtrace: {}\nshimtrace: try 'shimtrace --help'\n", what).c_str(), stderr);
        return exit_usage;
    } catch (const std::system_error& error) {  // fmt::print
        return write_failed(error.code().value());
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return write_failed(errno);
    return exit_code;
}

}  // namespace shimtrace::cli
