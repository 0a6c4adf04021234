// Where the cgroups' hierarchies are, as mountinfo tells it.
#include "tracer/procfs/cgroups.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;

TEST_CASE("version 2 is it where runtimes take it for it, though some hierarchy of version 1 is mounted beside") {
    const Mount unified{.mount_point = "/host/sys/fs/cgroup", .type = "cgroup2", .root = "/"};
    const Mount stray{.mount_point = "/run/freezer", .type = "cgroup", .options = "rw,freezer", .root = "/"};
    CHECK(host::find_cgroup_roots({stray, unified}).v2);
    CHECK(host::find_cgroup_roots({stray, unified}).freezer == unified.mount_point);
    const Mount beside{.mount_point = "/sys/fs/cgroup/unified", .type = "cgroup2", .root = "/"};
    CHECK_FALSE(host::find_cgroup_roots({stray, beside}).v2);
    CHECK(host::find_cgroup_roots({stray, beside}).freezer == stray.mount_point);
}

TEST_CASE("the part of the tree that a container is given is not taken for the whole") {
    const Mount own{.mount_point = "/sys/fs/cgroup/freezer", .type = "cgroup", .options = "ro,freezer", .root = "/kubepods/pod1/c1"};
    const Mount whole{.mount_point = "/host/sys/fs/cgroup/freezer", .type = "cgroup", .options = "rw,freezer", .root = "/"};
    CHECK(host::find_cgroup_roots({own}).freezer.empty());
    CHECK(host::find_cgroup_roots({own, whole}).freezer == whole.mount_point);
    const Mount unified{.mount_point = "/sys/fs/cgroup", .type = "cgroup2", .root = "/kubepods/pod1/c1"};
    CHECK(host::find_cgroup_roots({unified}).freezer.empty());
}
