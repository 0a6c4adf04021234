#include "tracer/cli/started_command.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::cli;

namespace {

using Words = std::vector<std::string>;

/// `trace` with options of both kinds, on a host with programs ls, web and containerd, and a container web.
struct Host {
    CLI::App app;
    CLI::App* trace = app.add_subcommand("trace");
    std::string output, expression, color;
    bool follow = false, fds = false;
    Words targets;

    Host() {
        app.add_option("--color", color);
        trace->add_option("-o,--output", output);
        trace->add_option("-e", expression);
        trace->add_flag("-f", follow);
        trace->add_flag("-y", fds);
        trace->add_option("TARGET", targets);
    }

    Result<StartedCommand> take(Words& arguments) const {
        const WordMeanings meanings{.target =
                                        [](const std::string& word) {
                                            if (word == "containerd") return NameOf::daemon;
                                            return word == "web" || word == "c1" ? NameOf::container : NameOf::nothing;
                                        },
                                    .is_program =
                                        [](const std::string& word) {
                                            return word == "ls" || word == "./ls" || word == "web" || word == "containerd" || word == "17";
                                        }};
        return take_command(app, *trace, arguments, meanings);
    }
};

}  // namespace

TEST_CASE("the first word that is no option begins the command, with all that follows") {
    struct Row {
        Words typed, command, left;
    };
    const Row rows[] = {
        {{"trace", "ls", "-l", "/"}, {"ls", "-l", "/"}, {"trace"}},
        {{"trace", "-f", "-o", "ls", "ls", "-o"}, {"ls", "-o"}, {"trace", "-f", "-o", "ls"}},
        {{"trace", "-fyo", "x", "./ls"}, {"./ls"}, {"trace", "-fyo", "x"}},
        {{"trace", "-oweb", "ls"}, {"ls"}, {"trace", "-oweb"}},
        {{"trace", "--output=web", "ls"}, {"ls"}, {"trace", "--output=web"}},
        {{"--color", "always", "trace", "-e", "trace=file", "ls"}, {"ls"}, {"--color", "always", "trace", "-e", "trace=file"}},
        {{"trace", "--color", "always", "ls"}, {"ls"}, {"trace", "--color", "always"}},
        {{"trace", "-f", "ls", "--", "-x"}, {"ls", "--", "-x"}, {"trace", "-f"}},
    };
    for (const Row& row : rows) {
        Words arguments = row.typed;
        const auto command = Host().take(arguments);
        REQUIRE(command);
        CAPTURE(row.typed.back());
        CHECK(command->guessed);
        CHECK(command->words == row.command);
        CHECK(arguments == row.left);
    }
}

TEST_CASE("what follows the first -- is the command's, whatever it is called") {
    Words arguments = {"trace", "-f", "--", "web", "--", "x"};
    const auto command = Host().take(arguments);
    REQUIRE(command);
    CHECK_FALSE(command->guessed);
    CHECK(command->words == Words{"web", "--", "x"});
    CHECK(arguments == Words{"trace", "-f"});
}

TEST_CASE("a TARGET stays one: a container, a daemon, a number, a word that is no program") {
    for (const char* target : {"c1", "containerd", "17", "nothing"}) {
        Words arguments = {"trace", target, "-y"};
        const auto command = Host().take(arguments);
        REQUIRE(command);
        CHECK(command->words.empty());
        CHECK(arguments.size() == 3);
    }
    Words none = {"trace", "-o"};
    CHECK(Host().take(none)->words.empty());
}

TEST_CASE("a container that is called like a program is asked about") {
    Words arguments = {"trace", "web"};
    const auto command = Host().take(arguments);
    REQUIRE_FALSE(command);
    CHECK(command.error().message().find("-- web") != std::string::npos);
}
