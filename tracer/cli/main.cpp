#include "cli/command.hpp"

#include <fmt/format.h>

#include <cstdio>

int main(int argc, char** argv) {
    using namespace shimtrace::cli;
    CLI::App app{"Says why a container does not move, and who is to blame."};
    app.set_version_flag("--version,-V", "shimtrace " SHIMTRACE_VERSION);
    app.require_subcommand(1);

    Globals globals;
    int exit_code = exit_done;
    for (const AddCommand add : all_commands()) add(app, globals, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        fmt::print(stderr, "shimtrace: {}\nshimtrace: try 'shimtrace --help'\n", error.what());
        return exit_usage;
    }
    return exit_code;
}
