// Where the cgroups' hierarchies are, as mountinfo tells it.
#include "tracer/procfs/cgroups.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;

TEST_CASE("the part of the tree that a container is given is not taken for the whole") {
    const Mount own{.mount_point = "/sys/fs/cgroup/freezer", .type = "cgroup", .options = "ro,freezer", .root = "/kubepods/pod1/c1"};
    const Mount whole{.mount_point = "/host/sys/fs/cgroup/freezer", .type = "cgroup", .options = "rw,freezer", .root = "/"};
    CHECK(host::find_cgroup_roots({own}).freezer.empty());
    CHECK(host::find_cgroup_roots({own, whole}).freezer == whole.mount_point);
    const Mount unified{.mount_point = "/sys/fs/cgroup", .type = "cgroup2", .root = "/kubepods/pod1/c1"};
    CHECK(host::find_cgroup_roots({unified}).freezer.empty());
}
