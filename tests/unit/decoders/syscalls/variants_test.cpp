#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace shimtrace;
using namespace shimtrace::test;
using namespace std::string_literals;

namespace {

std::string line(std::string_view name, std::initializer_list<std::uint64_t> arguments, std::int64_t result = 0,
                 decoders::Constants constants = decoders::Constants::abbrev) {
    Traced traced;
    traced.style.constants = constants;
    traced.call(name, arguments);
    return traced.returns(result);
}

}  // namespace

TEST_CASE("a variant has its own arguments and its own result") {
    CHECK(line("fcntl", {3, 1}, 1) == "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
    CHECK(line("fcntl", {3, 2, 1}) == "fcntl(3, F_SETFD, FD_CLOEXEC) = 0");
    CHECK(line("fcntl", {3, 3}, 0x8002) == "fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)");
    CHECK(line("fcntl", {3, 1030, 10}, 10) == "fcntl(3, F_DUPFD_CLOEXEC, 10) = 10");
    CHECK(line("fcntl", {3, 11}, 10) == "fcntl(3, F_GETSIG) = 10 (SIGUSR1)");
    CHECK(line("prctl", {3}, 1) == "prctl(PR_GET_DUMPABLE) = 1 (SUID_DUMP_USER)");
    CHECK(line("prctl", {38, 1, 0, 0, 0}) == "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) = 0");
    CHECK(line("prctl", {22, 1, 5}) == "prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) = 0");
    CHECK(line("ioctl", {3, 0xb703}, 0x20000) == "ioctl(3, NS_GET_NSTYPE) = 131072 (CLONE_NEWNS)");
    CHECK(line("ptrace", {0, 7, 7, 7}) == "ptrace(PTRACE_TRACEME) = 0");
    CHECK(line("ptrace", {16, 7, 7, 7}) == "ptrace(PTRACE_ATTACH, 7) = 0");
    CHECK(line("keyctl", {9, 5, 0xfffffffc}) == "keyctl(KEYCTL_UNLINK, 5, KEY_SPEC_USER_KEYRING) = 0");
}

TEST_CASE("an operation that leaves an argument out takes the next from its own register") {
    CHECK(line("futex", {0x1000, 128, 5}) == "futex(0x1000, FUTEX_WAIT_PRIVATE, 5, NULL) = 0");
    CHECK(line("futex", {0x1000, 6, 77, 0}) == "futex(0x1000, FUTEX_LOCK_PI, NULL) = 0");
    CHECK(line("futex", {0x1000, 10, 1, 0, 0, 4}) == "futex(0x1000, FUTEX_WAKE_BITSET, 1, 0x4) = 0");
    CHECK(line("futex", {0x1000, 4, 1, 2, 0x2000, 9}) == "futex(0x1000, FUTEX_CMP_REQUEUE, 1, 2, 0x2000, 9) = 0");
}

TEST_CASE("a command that nobody knows has the arguments of the call's row") {
    CHECK(line("fcntl", {3, 99, 5}) == "fcntl(3, 0x63 /* F_??? */, 0x5) = 0");
    CHECK(line("futex", {0x1000, 99, 5, 0x10, 0, 7}) == "futex(0x1000, 0x63 /* FUTEX_??? */, 5, 0x10, NULL, 0x7) = 0");
    CHECK(line("keyctl", {99, 1, 2, 3, 4}) == "keyctl(0x63 /* KEYCTL_??? */, 0x1, 0x2, 0x3, 0x4) = 0");
    CHECK(line("ioctl", {3, 0xc0ffee, 5}) == "ioctl(3, _IOC(_IOC_NONE, 0xff, 0xee, 0xc0), 0x5) = 0");
    CHECK(line("fcntl", {3, 12, 5}) == "fcntl(3, 0xc /* F_??? */, 0x5) = 0");  // i386's F_GETLK64
    CHECK(line("fcntl", {3, 3}, 2, decoders::Constants::raw) == "fcntl(3, 0x3) = 0x2 (flags O_RDWR)");
    CHECK(line("fcntl", {3, 2, 1}, 0, decoders::Constants::verbose) == "fcntl(3, 0x2 /* F_SETFD */, 0x1 /* FD_CLOEXEC */) = 0");
}

TEST_CASE("what the caller fills is known at entry, what the kernel fills at exit") {
    struct Lock {
        std::int16_t type, whence;
        std::int64_t start, length;
        std::int32_t pid;
    };
    Traced set;
    set.call("fcntl", {3, 7, set.memory.put_value(Lock{1, 0, 5, 10, 0})});
    CHECK(decoders::render_entry(set.enter, set.style, set.scope).on_entry ==
          "fcntl(3, F_SETLKW, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=5, l_len=10}");
    Traced get;
    const auto lock = get.memory.put_value(Lock{1, 0, 5, 10, 0});
    get.call("fcntl", {3, 5, lock});
    const Lock held{1, 0, 0, 1, 77};
    get.memory.change(lock, {reinterpret_cast<const char*>(&held), sizeof held});
    CHECK(decoders::render_entry(get.enter, get.style, get.scope).on_entry == "fcntl(3, F_GETLK, ");
    CHECK(get.returns(0) == "fcntl(3, F_GETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=1, l_pid=77}) = 0");
}

TEST_CASE("a struct that the caller filled is told although the call failed; -e verbose= leaves structs, not names") {
    Traced owner;
    owner.call("fcntl", {3, 15, owner.memory.put_value(std::array<std::int32_t, 2>{1, 77})});
    CHECK(owner.returns(-3) == "fcntl(3, F_SETOWN_EX, {type=F_OWNER_PID, pid=77}) = -1 ESRCH (No such process)");
    Traced name;
    name.style.dereference = false;
    name.call("prctl", {15, name.memory.put("worker\0"s)});
    CHECK(name.returns(0) == R"(prctl(PR_SET_NAME, "worker") = 0)");
    Traced size;
    size.style.dereference = false;
    const auto address = size.memory.put_value(std::array<std::uint16_t, 4>{24, 80, 0, 0});
    size.call("ioctl", {0, 0x5414, address});
    CHECK(size.returns(0) == "ioctl(0, TIOCSWINSZ, 0x10000) = 0");
}
