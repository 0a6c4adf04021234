#include "decoders/oci/runtimes.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace shimtrace::oci;

TEST_CASE("each runtime's row is whole") {
    std::set<std::string_view> names, marks;
    for (const Runtime& row : runtimes()) {
        CAPTURE(std::string(row.name));
        CHECK(names.insert(row.name).second);
        CHECK(marks.insert(row.mark).second);
        CHECK(!row.state_file.empty());
        CHECK(!row.state.init_pid.empty());
        CHECK(!row.state.required.empty());
        CHECK(!row.roots.empty());
        std::set<OptionMeaning> meant;
        for (const ValueOption& option : row.global_options) meant.insert(option.meaning);
        for (const ValueOption& option : row.command_options) meant.insert(option.meaning);
        for (const OptionMeaning meaning : {OptionMeaning::root, OptionMeaning::log, OptionMeaning::bundle, OptionMeaning::pid_file,
                                            OptionMeaning::console_socket, OptionMeaning::process_file})
            CHECK(meant.contains(meaning));
        CHECK(runtime_of_program(row.name) == &row);
        CHECK(&runtime_named(row.name) == &row);
    }
    CHECK(runtime_of_program("docker-runc")->name == "runc");
    CHECK(runtime_of_program("bash") == nullptr);
    CHECK(runtime_named("").name == "runc");
}
