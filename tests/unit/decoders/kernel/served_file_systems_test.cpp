#include "decoders/kernel/served_file_systems.hpp"

#include <doctest/doctest.h>

namespace shimtrace::kernel {

TEST_CASE("who gives a file system's files is told by its type, whatever the subtype") {
    CHECK(is_fuse("fuse"));
    CHECK(is_fuse("fuseblk"));
    CHECK(is_fuse("fuse.sshfs"));
    CHECK(is_network_file_system("nfs4"));
    CHECK(is_network_file_system("virtiofs"));
    CHECK(is_autofs("autofs"));
    CHECK(file_server("ext4") == FileServer::none);
}

TEST_CASE("what is only called like one is served by the kernel itself") {
    for (const std::string_view type : {"fusectl", "nfsd", "9pfs", "", "cephfs"}) {
        CAPTURE(type);
        CHECK(file_server(type) == FileServer::none);
        CHECK_FALSE(may_not_answer(type));
    }
}

TEST_CASE("a cluster's file system may leave one waiting, and has no server to name") {
    CHECK(may_not_answer("gfs2"));
    CHECK_FALSE(is_served("gfs2"));
    CHECK_FALSE(may_not_answer("autofs"));
}

}  // namespace shimtrace::kernel
