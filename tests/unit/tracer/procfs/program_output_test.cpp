#include "tracer/procfs/program_output.hpp"

#include <doctest/doctest.h>

using shimtrace::host::program_output;
using namespace std::chrono_literals;

TEST_CASE("a program says what it says") {
    CHECK(program_output({"sh", "-c", "echo one; echo two"}, 60s) == "one\ntwo\n");
    CHECK_FALSE(program_output({"sh", "-c", "echo one; exit 1"}, 60s));
    CHECK_FALSE(program_output({"true"}, 60s));
    CHECK_FALSE(program_output({"shimtrace-has-no-such-program"}, 60s));
    CHECK_FALSE(program_output({}, 60s));
}

TEST_CASE("nobody waits beyond the deadline, whatever a program does") {
    for (const char* script :
         {"exec sleep 600", "echo one; exec sleep 600", "echo one; exec >/dev/null; exec sleep 600", "exec >/dev/null; exec sleep 600"}) {
        CAPTURE(script);
        const auto begun = std::chrono::steady_clock::now();
        CHECK_FALSE(program_output({"sh", "-c", script}, 200ms));
        CHECK(std::chrono::steady_clock::now() - begun < 60s);
    }
}
