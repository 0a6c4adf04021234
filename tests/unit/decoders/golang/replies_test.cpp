#include "decoders/golang/replies.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace shimtrace;
using namespace shimtrace::golang;

namespace {

Fd tied(std::vector<PossibleTie> all) {
    const PossibleTie* tie = tie_of(all);
    return tie ? tie->fd : Fd{-1};
}

}  // namespace

TEST_CASE("of several connections to which a goroutine's stack leads it is the one whose channel it waits for") {
    CHECK(tied({}) == Fd{-1});
    CHECK(tied({{.fd = Fd{14}, .matches = 1}}) == Fd{14});
    CHECK(tied({{.fd = Fd{14}, .matches = 5}, {.fd = Fd{18}, .matches = 9}}) == Fd{18});
    // It has called a shim before, whose client's pointers still lie in its frames: now it waits for an NRI plugin.
    CHECK(tied({{.fd = Fd{14}, .matches = 5, .awaited = true}, {.fd = Fd{18}, .matches = 9}}) == Fd{14});
    CHECK(tied({{.fd = Fd{14}, .matches = 0, .awaited = true}, {.fd = Fd{18}, .matches = 3}}) == Fd{14});
}

TEST_CASE("where nothing tells them apart none is tied") {
    CHECK(tied({{.fd = Fd{14}, .matches = 5}, {.fd = Fd{18}, .matches = 5}}) == Fd{-1});
    CHECK(tied({{.fd = Fd{14}, .matches = 5, .awaited = true}, {.fd = Fd{18}, .matches = 9, .awaited = true}}) == Fd{18});
}
