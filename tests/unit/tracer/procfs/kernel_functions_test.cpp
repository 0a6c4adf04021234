#include "tracer/procfs/kernel_functions.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

using namespace shimtrace;
using shimtrace::host::KernelFunctions;

TEST_CASE("functions of the kernel are known by the stacks that were read") {
    KernelFunctions functions;
    constexpr std::array<std::uint64_t, 2> addresses = {0xffffffff8100105e, 0xffffffffc0002010};
    CHECK_FALSE(functions.names(addresses));
    functions.learn(addresses, "[<0>] do_wait+0x5e/0x150\n[<0>] ext4_sync_file+0x10/0x40 [ext4]\n");
    CHECK(functions.names(addresses) == std::vector<SharedText>{"do_wait", "ext4_sync_file"});
    SUBCASE("elsewhere in the same function") {
        CHECK(functions.names(std::array<std::uint64_t, 1>{0xffffffff81001001}) == std::vector<SharedText>{"do_wait"});
        CHECK(functions.names(std::array<std::uint64_t, 1>{0xffffffff81001150}) == std::vector<SharedText>{"do_wait"});
    }
    SUBCASE("before it, and behind it") {
        CHECK_FALSE(functions.names(std::array<std::uint64_t, 1>{0xffffffff81001000}));
        CHECK_FALSE(functions.names(std::array<std::uint64_t, 1>{0xffffffff81001151}));
        CHECK_FALSE(functions.names(std::array<std::uint64_t, 1>{0}));
    }
    SUBCASE("one of several is not known") {
        CHECK_FALSE(functions.names(std::array<std::uint64_t, 2>{addresses[0], 1}));
    }
}

TEST_CASE("of a stack that does not fit nothing is learned") {
    KernelFunctions functions;
    constexpr std::array<std::uint64_t, 1> addresses = {0xffffffff8100105e};
    for (const char* text : {"", "[<0>] do_wait+0x5e/0x150\n[<0>] do_exit+0x1/0x2\n", "do_wait+0x5e/0x150\n", "[<0>] do_wait\n",
                             "[<0>] do_wait+0x5e/0x15\n", "[<0>] 0xffffffff8100105e\n", "[<0>] do_wait+0xzz/0x150\n", "/0x1+0x1] \n"}) {
        functions.learn(addresses, text);
        CHECK_FALSE(functions.names(addresses));
    }
}
