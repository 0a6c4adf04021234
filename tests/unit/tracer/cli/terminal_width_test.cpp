#include "tracer/cli/terminal_width.hpp"

#include <doctest/doctest.h>

using namespace shimtrace::cli;

TEST_CASE("a width is COLUMNS', else the terminal's, within what can be read") {
    CHECK(chosen_width("100", 120) == 100);
    CHECK(chosen_width(nullptr, 120) == 120);
    CHECK(chosen_width("", 0) == 80);
    CHECK(chosen_width("wide", 90) == 90);
    CHECK(chosen_width("5", 90) == 60);
    CHECK(chosen_width("900", 90) == 200);
}
