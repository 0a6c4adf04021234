#include "decoders/text/paths.hpp"

#include <doctest/doctest.h>

using shimtrace::text::lies_in;

TEST_CASE("a path lies in its directory, in itself, and in all above") {
    CHECK(lies_in("/a/b", "/a"));
    CHECK(lies_in("/a/b/c", "/a"));
    CHECK(lies_in("/a", "/a"));
    CHECK(lies_in("/a/", "/a"));
    CHECK(lies_in("/a/b", "/a/"));
    CHECK(lies_in("/a", "/a/"));
    CHECK(!lies_in("/ab", "/a"));
    CHECK(!lies_in("/ab", "/a/"));
    CHECK(!lies_in("/a", "/a/b"));
    CHECK(!lies_in("/", "/a"));
}

TEST_CASE("everything absolute lies in the root, and nothing relative") {
    CHECK(lies_in("/", "/"));
    CHECK(lies_in("/a", "/"));
    CHECK(lies_in("/a", "//"));
    CHECK(!lies_in("a", "/"));
    CHECK(!lies_in("", "/"));
    CHECK(!lies_in("pipe:[4711]", "/"));
}

TEST_CASE("relative paths lie in relative directories alone") {
    CHECK(lies_in("a/b", "a"));
    CHECK(!lies_in("ab", "a"));
    CHECK(!lies_in("/a/b", "a"));
    CHECK(!lies_in("a/b", "/a"));
    CHECK(!lies_in("/a", ""));
    CHECK(!lies_in("", ""));
}
