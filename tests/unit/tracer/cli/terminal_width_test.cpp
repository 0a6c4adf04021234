#include "tracer/cli/terminal_width.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

using namespace shimtrace::cli;

TEST_CASE("colours are as they are wished for; left to itself, what is no terminal has none") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    CHECK(shows_color("always", ends[1]));
    CHECK_FALSE(shows_color("never", ends[1]));
    CHECK_FALSE(shows_color("auto", ends[1]));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a width is COLUMNS', else the terminal's, within what can be read") {
    CHECK(chosen_width("100", 120) == 100);
    CHECK(chosen_width(nullptr, 120) == 120);
    CHECK(chosen_width("", 0) == 80);
    CHECK(chosen_width("wide", 90) == 90);
    CHECK(chosen_width("5", 90) == 60);
    CHECK(chosen_width("900", 90) == 200);
}
