#include "tracer/cli/suggestion.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace shimtrace::cli;

namespace {

const std::vector<std::string> commands = {"why", "ps", "stacks", "audit", "trace", "record", "replay", "stat", "diff", "export"};
const std::vector<std::string> options = {"--json", "--exit-code", "--stop", "--no-stop", "--save", "-v", "--verbose"};

}  // namespace

TEST_CASE("a slip is one letter too many, too few, another, or two swapped") {
    CHECK(typing_distance("why", "why") == 0);
    CHECK(typing_distance("wyh", "why") == 1);
    CHECK(typing_distance("whyy", "why") == 1);
    CHECK(typing_distance("wy", "why") == 1);
    CHECK(typing_distance("wxy", "why") == 1);
    CHECK(typing_distance("", "why") == 3);
    CHECK(typing_distance("record", "replay") == 4);
}

TEST_CASE("a slip or two away, or begun") {
    CHECK(meant_by("wyh", commands) == "why");
    CHECK(meant_by("stacsk", commands) == "stacks");
    CHECK(meant_by("recrod", commands) == "record");
    CHECK(meant_by("exp", commands) == "export");
    CHECK(meant_by("--jsno", options) == "--json");
    CHECK(meant_by("--exitcode", options) == "--exit-code");
    CHECK(meant_by("--exit", options) == "--exit-code");
}

TEST_CASE("a guess is no help where two are as near, or nothing is") {
    CHECK(meant_by("re", commands).empty());  // record, replay
    CHECK(meant_by("nginx", commands).empty());
    CHECK(meant_by("x", commands).empty());
    CHECK(meant_by("/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs", commands).empty());
    CHECK(meant_by("", commands).empty());
}
