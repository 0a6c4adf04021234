#include "decoders/syscalls/render.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>

using namespace shimtrace;

TEST_CASE("a signal of a child, of a fault, of nothing known") {
    std::array<std::byte, 128> bytes{};
    const auto put = [&](std::size_t offset, std::int32_t value) { std::memcpy(bytes.data() + offset, &value, sizeof value); };
    put(0, 17);
    put(8, 1);
    put(16, 42);
    put(24, 3);
    Event signal;
    signal.number = 17;
    signal.memory.add(RemoteAddress{0}, bytes);
    CHECK(decoders::render_siginfo(signal, {}, {}) ==
          "{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=42, si_uid=0, si_status=3, si_utime=0, si_stime=0}");

    bytes = {};
    put(0, 11);
    put(8, 1);
    put(16, 0x10);
    signal.memory.clear();
    signal.memory.add(RemoteAddress{0}, bytes);
    CHECK(decoders::render_siginfo(signal, {}, {}) == "{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10}");

    signal.memory.clear();
    CHECK(decoders::render_siginfo(signal, {}, {}) == "{si_signo=SIGCHLD}");
    CHECK(decoders::signal_name(34) == "SIGRT_2");
    CHECK(decoders::signal_name(99) == "99");
}
