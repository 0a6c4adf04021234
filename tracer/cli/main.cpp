#include "cli/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

int main(int argc, char** argv) {
    using namespace shimtrace::cli;
    CLI::App app{"Says why a container does not move, and who is to blame."};
    app.set_version_flag("--version,-V", "shimtrace " SHIMTRACE_VERSION);
    app.require_subcommand(1);

    Globals globals;
    app.add_flag("--json", globals.json, "for machines");
    app.add_option("--color", globals.color, "auto, always, never (NO_COLOR is obeyed)")->check(CLI::IsMember({"auto", "always", "never"}));
    app.add_option("--run-dir", globals.run_dir, "containerd's state directory, where it cannot be found from the shims")->type_name("DIR");
    app.fallthrough();
    int exit_code = exit_done;
    for (const AddCommand add : all_commands()) add(app, globals, exit_code);
    // `trace -- CMD ARG…`: what follows the first `--` is the command's, not ours.
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (const auto dashes = std::ranges::find(arguments, "--"); dashes != arguments.end()) {
        globals.command.assign(dashes + 1, arguments.end());
        arguments.erase(dashes, arguments.end());
    }
    std::ranges::reverse(arguments);  // CLI11 takes them last first
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        fmt::print(stderr, "shimtrace: {}\nshimtrace: try 'shimtrace --help'\n", error.what());
        return exit_usage;
    }
    return exit_code;
}
