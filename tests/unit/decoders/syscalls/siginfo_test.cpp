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

    // Queued by the kernel for a descriptor: whichever signal that is (fcntl's F_SETSIG).
    bytes = {};
    put(0, 10);
    put(8, -5);
    put(16, 4);
    put(24, 7);
    signal.memory.clear();
    signal.memory.add(RemoteAddress{0}, bytes);
    CHECK(decoders::render_siginfo(signal, {}, {}) == "{si_signo=SIGUSR1, si_code=SI_SIGIO, si_band=4, si_fd=7}");

    // Numbers alone, where that is asked for.
    put(0, 31);
    put(8, 99);
    decoders::RenderStyle raw;
    raw.constants = decoders::Constants::raw;
    signal.memory.clear();
    signal.memory.add(RemoteAddress{0}, bytes);
    CHECK(decoders::render_siginfo(signal, raw, {}) == "{si_signo=31, si_code=0x63, si_call_addr=0x4, si_syscall=7, si_arch=0}");

    signal.memory.clear();
    CHECK(decoders::render_siginfo(signal, {}, {}) == "{si_signo=SIGCHLD}");
    CHECK(decoders::signal_name(34) == "SIGRT_2");
    CHECK(decoders::signal_name(99) == "99");
}
