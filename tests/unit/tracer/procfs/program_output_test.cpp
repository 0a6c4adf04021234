#include "tracer/procfs/program_output.hpp"

#include <doctest/doctest.h>

using shimtrace::host::program_output;
using namespace std::chrono_literals;

TEST_CASE("a program says what it says") {
    CHECK(program_output({"sh", "-c", "echo one; echo two"}, 10s) == "one\ntwo\n");
    CHECK_FALSE(program_output({"sh", "-c", "echo one; exit 1"}, 10s));
    CHECK_FALSE(program_output({"true"}, 10s));
    CHECK_FALSE(program_output({"shimtrace-has-no-such-program"}, 10s));
    CHECK_FALSE(program_output({}, 10s));
}

TEST_CASE("nobody waits beyond the deadline, whatever a program does") {
    for (const char* script :
         {"exec sleep 60", "echo one; exec sleep 60", "echo one; exec >/dev/null; exec sleep 60", "exec >/dev/null; exec sleep 60"}) {
        CAPTURE(script);
        const auto begun = std::chrono::steady_clock::now();
        CHECK_FALSE(program_output({"sh", "-c", script}, 200ms));
        CHECK(std::chrono::steady_clock::now() - begun < 20s);
    }
}
