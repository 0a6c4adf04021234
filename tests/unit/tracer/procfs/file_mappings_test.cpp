#include "tracer/procfs/file_mappings.hpp"

#include <doctest/doctest.h>

#include <sys/sysmacros.h>

using namespace shimtrace;
using namespace shimtrace::host;

namespace {

constexpr std::string_view maps =
    "00400000-00401000 r-xp 00000000 fe:00 5357573                            /usr/bin/a program\n"
    "7f1000000000-7f1000001000 rw-s 00000000 00:1b 77                         /dev/shm/lock (deleted)\n"
    "7f1000001000-7f1000002000 rw-p 00000000 00:00 0 \n"
    "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]\n";

}  // namespace

TEST_CASE("what is mapped at an address") {
    const auto shared = mapping_at(maps, RemoteAddress{0x7f1000000ff8});
    REQUIRE(shared);
    CHECK(shared->shared);
    CHECK(shared->inode == Inode{77});
    CHECK(shared->device == makedev(0, 0x1b));
    CHECK(shared->path == "/dev/shm/lock (deleted)");
    const auto anonymous = mapping_at(maps, RemoteAddress{0x7f1000001000});
    REQUIRE(anonymous);
    CHECK_FALSE(anonymous->inode);
    CHECK_FALSE(mapping_at(maps, RemoteAddress{0x1000}));
    CHECK_FALSE(mapping_at("", RemoteAddress{0x1000}));
    CHECK_FALSE(mapping_at("no maps at all\n\n-\n", RemoteAddress{0x1000}));
}

TEST_CASE("a file is mapped only where what is written there is seen by others") {
    CHECK(maps_file(maps, makedev(0, 0x1b), Inode{77}));
    CHECK_FALSE(maps_file(maps, makedev(0, 0x1c), Inode{77}));
    CHECK_FALSE(maps_file(maps, makedev(0xfe, 0), Inode{5357573}));
}
