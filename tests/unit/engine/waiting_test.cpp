#include "engine/interrupted_call.hpp"
#include "engine/waiter.hpp"

#include <linux/audit.h>
#include <sys/syscall.h>

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::engine;
using namespace std::chrono_literals;

TEST_CASE("waits spin while stops come fast, and no more once they don't") {
    SpinTuner tuner(true);
    CHECK(tuner.budget() == 0ns);
    for (int i = 0; i < 30; ++i) tuner.waited(20us);
    CHECK(tuner.budget() > 0ns);
    tuner.waited(50ms);
    CHECK(tuner.budget() == 0ns);
    for (int i = 0; i < 1000; ++i) tuner.waited(1ms);
    CHECK(tuner.budget() == 0ns);
}

TEST_CASE("spinning rests, longer each time, where it is in somebody's way") {
    SpinTuner tuner(true);
    for (int i = 0; i < 30; ++i) tuner.waited(20us);
    const auto rest = [&] {
        tuner.disturbed();
        int waits = 0;
        while (tuner.budget() == 0ns) {
            tuner.waited(20us);
            ++waits;
        }
        return waits;
    };
    const int first = rest();
    CHECK(first > 0);
    CHECK(rest() > first);
}

TEST_CASE("whoever shares its CPU with the tracee never spins") {
    SpinTuner tuner(false);
    for (int i = 0; i < 30; ++i) tuner.waited(20us);
    CHECK(tuner.budget() == 0ns);
}

TEST_CASE("registers tell the call that was cut short") {
    user_regs_struct registers{};
    registers.orig_rax = ~0ULL;
    CHECK_FALSE(call_of(registers, Arch::x86_64));

    registers.orig_rax = SYS_read;
    registers.rdi = 3;
    registers.r10 = 4;
    registers.rax = static_cast<unsigned long long>(-512);
    const auto call = call_of(registers, Arch::x86_64);
    REQUIRE(call);
    CHECK(call->number == SYS_read);
    CHECK(call->args[0] == 3);
    CHECK(call->args[3] == 4);
    CHECK(restarts(*call));

    registers.rbx = 0xffffffff00000005;
    const auto compat = call_of(registers, Arch::i386);
    CHECK(compat->args[0] == 5);
    registers.rax = 10;
    CHECK_FALSE(restarts(*call_of(registers, Arch::x86_64)));
}

TEST_CASE("a wait status means the same whichever call it came from") {
    siginfo_t info{};
    info.si_code = CLD_TRAPPED;
    info.si_status = SIGTRAP | 0x80;
    CHECK(WaitStatus::from(info).syscall_stop());
    info.si_status = SIGSTOP | (PTRACE_EVENT_STOP << 8);
    CHECK(WaitStatus::from(info).group_stop());
    CHECK_FALSE(WaitStatus::from(info).signal_delivery_stop());
    info.si_status = SIGSTOP;
    CHECK(WaitStatus::from(info).signal_delivery_stop());
    info.si_code = CLD_EXITED;
    info.si_status = 3;
    CHECK(WaitStatus::from(info).exited());
    CHECK(WaitStatus::from(info).exit_status() == 3);
    info.si_code = CLD_DUMPED;
    info.si_status = SIGSEGV;
    CHECK(WaitStatus::from(info).killed_by() == SIGSEGV);
    CHECK(WaitStatus::from(info).dumped_core());
}

TEST_CASE("a call's architecture comes from the kernel, x32 from a bit of the number") {
    std::uint64_t number = 20;
    CHECK(call_arch(AUDIT_ARCH_I386, number) == Arch::i386);
    CHECK(call_arch(AUDIT_ARCH_X86_64, number) == Arch::x86_64);
    number |= 0x40000000;
    CHECK(call_arch(AUDIT_ARCH_X86_64, number) == Arch::x32);
    CHECK(number == 20);
    number = ~std::uint64_t{};  // no call at all
    CHECK(call_arch(AUDIT_ARCH_X86_64, number) == Arch::x86_64);
}
