#include "tracer/containerd/versions.hpp"

#include <doctest/doctest.h>

using shimtrace::containerd::version_in;

TEST_CASE("versions as containerd and runc tell them") {
    CHECK(version_in("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n") == "1.6.20~ds1");
    CHECK(version_in("containerd github.com/containerd/containerd/v2 v2.0.1 88aa2f531d6c2922003cc7929e51daf1c14caa0a\n") == "v2.0.1");
    CHECK(version_in("runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1\nspec: 1.0.2-dev\n") == "1.1.5+ds1");
    CHECK(version_in("") == "");
    CHECK(version_in("runc\n") == "");
    CHECK(version_in("runc version \n") == "");
    CHECK(version_in("runc version 1.0\x1b[31m\n") == "");
}
