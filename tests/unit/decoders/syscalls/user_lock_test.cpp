#include "decoders/syscalls/user_lock.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace shimtrace;
using decoders::joined_thread;
using decoders::user_lock;

namespace {

constexpr std::uint64_t wait_private = 128, wait_shared = 0, wait_bitset = 128 + 9, lock_pi = 128 + 6;
constexpr std::uint32_t waiters = 0x80000000, died = 0x40000000;

/// The words from the one that is waited for; `before`: those that lie before it, the nearest last.
FutexMemory memory(std::initializer_list<std::uint32_t> words, std::initializer_list<std::uint32_t> before = {}) {
    FutexMemory made;
    std::size_t at = FutexMemory::before;
    for (const std::uint32_t word : words) made.words[at++] = word;
    at = FutexMemory::before - before.size();
    for (const std::uint32_t word : before) made.words[at++] = word;
    return made;
}

std::array<std::uint64_t, 6> call(std::uint64_t operation, std::uint32_t value) {
    return {0x7f0000001000, operation, value};
}

std::int32_t owner(const FutexMemory& memory, std::uint64_t operation, std::uint32_t value) {
    const auto lock = user_lock(memory, call(operation, value));
    return lock ? lock->owner : 0;
}

}  // namespace

TEST_CASE("glibc's mutexes tell their owner while they are taken and waited for") {
    CHECK(owner(memory({2, 0, 4711, 1, 0}), wait_private, 2) == 4711);
    CHECK(owner(memory({2, 0, 4711, 1, 0}), wait_bitset, 2) == 4711);
    CHECK(owner(memory({2, 3, 4711, 1, 1}), wait_private, 2) == 4711);    // recursive, taken three times
    CHECK(owner(memory({2, 0, 4711, 1, 128}), wait_shared, 2) == 4711);   // shared
    CHECK(owner(memory({2, 0, 4711, 1, 256}), wait_private, 2) == 4711);  // with elision
    CHECK(owner(memory({waiters | 4711, 1, 4711, 1, 16 | 128, 0, 0xf000, 0x7f, 0xf000, 0x7f}), wait_shared, waiters | 4711) == 4711);
}

TEST_CASE("glibc's robust mutex tells that its owner has died with it") {
    const auto lock = user_lock(memory({waiters | died | 99, 0, 99, 1, 16}), call(wait_shared, waiters | died | 99));
    REQUIRE(lock);
    CHECK(lock->owner_died);
    CHECK(lock->what == "robust mutex");
}

TEST_CASE("of a priority-inheriting mutex the kernel itself knows the owner") {
    const auto lock = user_lock(memory({waiters | 4711, 0, 4711, 1, 32}), call(lock_pi, 0));
    REQUIRE(lock);
    CHECK(lock->owner == 4711);
    CHECK(lock->is_contract);
    CHECK_FALSE(user_lock(memory({0}), call(lock_pi, 0)));
}

TEST_CASE("musl's mutexes tell their owner but for plain ones") {
    CHECK(owner(memory({waiters | 4711, 1}, {1}), wait_private, waiters | 4711) == 4711);
    CHECK(owner(memory({waiters | 4711, 2}, {4 | 128}), wait_shared, waiters | 4711) == 4711);
    CHECK(owner(memory({waiters | 16, 1}, {0}), wait_private, waiters | 16) == 0);
    CHECK(owner(memory({waiters | 4711, 0}, {1}), wait_private, waiters | 4711) == 0);  // nobody is counted as waiting
}

TEST_CASE("glibc's write lock tells its owner to readers and writers that wait") {
    CHECK(owner(memory({3, 0, 0, 0, 4711, 0}, {0b1011, 0}), wait_private, 3) == 4711);  // a reader, for the phase
    CHECK(owner(memory({3, 0, 0, 4711, 0}, {0b1010, 0, 1}), wait_private, 3) == 4711);  // a writer, for its turn
    CHECK(owner(memory({2, 0, 0, 0, 0, 0}, {0b1000, 0}), wait_private, 2) == 0);        // readers hold it
}

TEST_CASE("what only looks like a lock is none") {
    CHECK(owner(memory({0, 0, 4711, 1, 0}), wait_private, 0) == 0);        // a condition variable, a semaphore
    CHECK(owner(memory({2, 0, 0, 1, 0}), wait_private, 2) == 0);           // just let go
    CHECK(owner(memory({2, 0, 5, 1, 0, 0, 7}), wait_private, 2) == 0);     // a lock of another library's, data behind it
    CHECK(owner(memory({2, 0, 4711, 0, 0}), wait_private, 2) == 0);        // no user
    CHECK(owner(memory({2, 0, 0x7f123456, 1, 0}), wait_private, 2) == 0);  // a pointer's half
    CHECK(owner(memory({2, 0, 4711, 1, 0x1234}), wait_private, 2) == 0);   // no kind that there is
    CHECK(owner(memory({2, 0, 4711, 1, 0}), 128 + 1, 2) == 0);             // FUTEX_WAKE
}

TEST_CASE("a lock that tells nobody's number is one all the same") {
    CHECK(decoders::is_nameless_lock(memory({waiters | 16, 1}, {0}), call(wait_private, waiters | 16)));
    CHECK(decoders::is_nameless_lock(memory({2}), call(wait_private, 2)));
    CHECK_FALSE(decoders::is_nameless_lock(memory({2, 0, 4711, 1, 0}), call(wait_private, 2)));  // it tells
    CHECK_FALSE(decoders::is_nameless_lock(memory({0}), call(wait_private, 0)));
    CHECK_FALSE(decoders::is_nameless_lock(memory({1}), call(wait_private, 2)));
}

TEST_CASE("a thread that waits for another's end waits for the word that the kernel clears then") {
    CHECK(joined_thread(memory({4712}), call(wait_bitset, 4712)) == 4712);
    CHECK_FALSE(joined_thread(memory({4713}), call(wait_bitset, 4712)));
    CHECK_FALSE(joined_thread(memory({waiters | 4712}), call(wait_private, waiters | 4712)));
}
