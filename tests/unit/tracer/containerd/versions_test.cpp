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

TEST_CASE("versions as shims tell them, whatever they were started as") {
    using shimtrace::containerd::shim_version_in;
    CHECK(
        shim_version_in("containerd-shim-runc-v2:\n  Version:  1.6.20~ds1\n  Revision: 1.6.20~ds1-1+deb12u3\n  Go version: go1.19.8\n\n") ==
        "1.6.20~ds1");
    CHECK(shim_version_in("/proc/self/fd/7:\n  Version:  2.1.9+unknown\n") == "2.1.9+unknown");
    CHECK(shim_version_in("7:\n  Version:  1.7.24~ds1\n") == "1.7.24~ds1");
    CHECK(shim_version_in("k3s version v1.30.1+k3s1 (80978b5b)\ngo version go1.22.2\n") == "");
    CHECK(shim_version_in("") == "");
    CHECK(shim_version_in("containerd-shim-runc-v2:\n") == "");
}
