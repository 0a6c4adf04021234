// The cache against calls as the engine reports them.
#include "tracer/snapshot/descriptor_cache.hpp"

#include "decoders/syscalls/table.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>

#include <array>
#include <string_view>

using namespace shimtrace;
using namespace shimtrace::host;

namespace {

constexpr Pid process{100};
constexpr Tid main_thread{100}, second_thread{101};

struct Returned {
    std::string_view call;
    std::array<std::uint64_t, 6> args;
    std::int64_t result = 0;
    Arch arch = Arch::x86_64;
};

void returned(DescriptorCache& cache, Tid tid, const Returned& call) {
    Event enter, exit;
    enter.arch = exit.arch = call.arch;
    enter.pid = exit.pid = process;
    enter.tid = exit.tid = tid;
    enter.number = *decoders::syscall_number(call.arch, call.call);
    enter.args = call.args;
    exit.result = call.result;
    exit.is_error = call.result < 0;
    cache.call_returned(enter, exit);
}

DescriptorCache with_known(std::initializer_list<int> fds) {
    DescriptorCache cache;
    cache.started(process, main_thread, Tid{}, false);
    for (const int fd : fds) cache.table(process, main_thread).set(Fd{fd}, {.id = OpenFileId{static_cast<std::uint32_t>(fd + 1)}});
    return cache;
}

bool knows(DescriptorCache& cache, int fd, Tid tid = main_thread) {
    return cache.table(process, tid).find(Fd{fd}) != nullptr;
}

}  // namespace

TEST_CASE("close forgets its descriptor, also where it failed, and no other") {
    DescriptorCache cache = with_known({3, 4});
    returned(cache, main_thread, {"close", {3}, -4});
    CHECK_FALSE(knows(cache, 3));
    CHECK(knows(cache, 4));
}

TEST_CASE("dup2 and dup3 replace the second descriptor, dup and fcntl the result") {
    DescriptorCache cache = with_known({3, 4, 5, 6, 7});
    returned(cache, main_thread, {"dup2", {3, 4}, 4});
    returned(cache, main_thread, {"dup3", {3, 5, O_CLOEXEC}, 5});
    returned(cache, main_thread, {"fcntl", {3, F_DUPFD_CLOEXEC, 6}, 6});
    returned(cache, main_thread, {"fcntl", {3, F_GETFD}, 7});
    CHECK(knows(cache, 3));
    CHECK_FALSE(knows(cache, 4));
    CHECK_FALSE(knows(cache, 5));
    CHECK_FALSE(knows(cache, 6));
    CHECK(knows(cache, 7));
}

TEST_CASE("close_range forgets the range, but not where it only marks it close-on-exec") {
    DescriptorCache cache = with_known({3, 4, 5, 9});
    returned(cache, main_thread, {"close_range", {4, ~0U, CLOSE_RANGE_CLOEXEC}});
    CHECK(knows(cache, 9));
    returned(cache, main_thread, {"close_range", {4, 5, 0}});
    CHECK(knows(cache, 3));
    CHECK_FALSE(knows(cache, 4));
    CHECK_FALSE(knows(cache, 5));
    CHECK(knows(cache, 9));
    returned(cache, main_thread, {"close_range", {4, ~0U, 0}});
    CHECK_FALSE(knows(cache, 9));
}

TEST_CASE("threads share a table until one unshares it, and exec takes its own") {
    DescriptorCache cache = with_known({3});
    cache.started(process, second_thread, main_thread, true);
    CHECK(knows(cache, 3, second_thread));
    returned(cache, second_thread, {"close", {3}});
    CHECK_FALSE(knows(cache, 3));
    cache.table(process, main_thread).set(Fd{3}, {.id = OpenFileId{1}});
    returned(cache, second_thread, {"unshare", {CLONE_FILES}});
    CHECK_FALSE(knows(cache, 3, second_thread));
    CHECK(knows(cache, 3));
    cache.table(process, second_thread).set(Fd{3}, {.id = OpenFileId{2}});
    returned(cache, second_thread, {"close", {3}});
    CHECK(knows(cache, 3));
    cache.executed(process, main_thread);
    CHECK_FALSE(knows(cache, 3));
}

TEST_CASE("a process that shares its parent's table (CLONE_FILES) sees the parent's close") {
    DescriptorCache cache = with_known({3});
    const Pid child{200};
    cache.started(child, leader(child), main_thread, true);
    CHECK(cache.table(child, leader(child)).find(Fd{3}));
    returned(cache, main_thread, {"close", {3}});
    CHECK_FALSE(cache.table(child, leader(child)).find(Fd{3}));
    const Pid forked{300};
    cache.table(process, main_thread).set(Fd{3}, {.id = OpenFileId{1}});
    cache.started(forked, leader(forked), main_thread, false);
    CHECK_FALSE(cache.table(forked, leader(forked)).find(Fd{3}));
}

TEST_CASE("connect and bind make another target of a socket, epoll_ctl of an interest set") {
    DescriptorCache cache = with_known({3, 4, 5});
    returned(cache, main_thread, {"connect", {3}, -115});
    returned(cache, main_thread, {"bind", {4}});
    returned(cache, main_thread, {"epoll_ctl", {5}});
    for (const int fd : {3, 4, 5}) CHECK_FALSE(knows(cache, fd));
}

TEST_CASE("32-bit calls have numbers of their own") {
    DescriptorCache cache = with_known({3, 6});
    returned(cache, main_thread, {"close", {3}, 0, Arch::i386});
    CHECK_FALSE(knows(cache, 3));
    CHECK(knows(cache, 6));
}

TEST_CASE("a descriptor out of a hostile register takes no memory") {
    DescriptorCache cache = with_known({3});
    cache.table(process, main_thread).set(Fd{0x7fffffff}, {.id = OpenFileId{1}});
    cache.table(process, main_thread).set(Fd{-7}, {.id = OpenFileId{1}});
    CHECK(cache.table(process, main_thread).fds.size() < 100);
    returned(cache, main_thread, {"close", {0xffffffffffffffff}});
    CHECK(knows(cache, 3));
}

TEST_CASE("whatever call returns a descriptor, what was known of its number is old") {
    DescriptorCache cache = with_known({3, 4, 5});
    returned(cache, main_thread, {"open_tree_attr", {}, 4});
    CHECK(knows(cache, 3));
    CHECK_FALSE(knows(cache, 4));
    constexpr std::uint64_t get_user_namespace = 0xb701;  // NS_GET_USERNS
    returned(cache, main_thread, {"ioctl", {3, get_user_namespace}, 5});
    CHECK_FALSE(knows(cache, 5));
}
