#include "tracer/engine/idle_polling.hpp"
#include "tracer/engine/interrupted_call.hpp"
#include "tracer/engine/nearness.hpp"
#include "tracer/engine/precedence.hpp"
#include "tracer/engine/tracee.hpp"
#include "tracer/engine/wait_status.hpp"
#include "tracer/engine/wait_tuner.hpp"

#include <linux/audit.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::engine;
using namespace std::chrono_literals;

namespace {

/// Stops that come as fast as each way of waiting makes them; how many of the last `counted` of `stops` were waited for in each way.
std::array<int, ways_to_wait> serve(WaitTuner& tuner, const std::array<Nanoseconds, ways_to_wait>& prices, int stops, int counted) {
    std::array<int, ways_to_wait> served{};
    for (int left = stops; left > 0; --left) {
        const auto way = static_cast<std::size_t>(tuner.way());
        if (left <= counted) ++served[way];
        tuner.waited(prices[way] / 2, prices[way]);
    }
    return served;
}

constexpr auto at = [](WayToWait way) { return static_cast<std::size_t>(way); };

}  // namespace

TEST_CASE("waits spin while stops come fast, and no more once they don't") {
    WaitTuner tuner(WayToWait::spin);
    CHECK(tuner.way() == WayToWait::sleep);
    for (int i = 0; i < 30; ++i) tuner.waited(20us, 30us);
    CHECK(tuner.way() == WayToWait::spin);
    tuner.waited(50ms, 50ms);
    CHECK(tuner.way() == WayToWait::sleep);
    for (int i = 0; i < 1000; ++i) tuner.waited(1ms, 1ms);
    CHECK(tuner.way() == WayToWait::sleep);
}

TEST_CASE("the way of waiting that brings stops the fastest is found, and found again when that changes") {
    WaitTuner tuner(WayToWait::spin_awake);
    CHECK(serve(tuner, {70us, 25us, 7us}, 5000, 1000)[at(WayToWait::spin_awake)] > 900);
    CHECK(serve(tuner, {8us, 33us, 14us}, 50'000, 10'000)[at(WayToWait::sleep)] > 9000);
    CHECK(serve(tuner, {70us, 25us, 60us}, 50'000, 10'000)[at(WayToWait::spin)] > 9000);
}

TEST_CASE("what costs a CPU is not done for little") {
    WaitTuner tuner(WayToWait::spin_awake);
    CHECK(serve(tuner, {70us, 25us, 24us}, 20'000, 10'000)[at(WayToWait::spin)] > 9000);
}

TEST_CASE("a trial of sleeping that makes waits slow ends") {
    WaitTuner tuner(WayToWait::spin);
    serve(tuner, {20us, 20us, 20us}, 100, 0);
    CHECK(serve(tuner, {300us, 60us, 60us}, 20'000, 10'000)[at(WayToWait::spin)] > 9000);
}

TEST_CASE("a program that works in bursts is waited for in the way that is the fastest within them") {
    WaitTuner tuner(WayToWait::spin_awake);
    std::array<int, ways_to_wait> served{};
    for (int burst = 0; burst < 10'000; ++burst) {
        const auto within = serve(tuner, {70us, 25us, 7us}, 20, 20);
        if (burst >= 1000) std::ranges::transform(served, within, served.begin(), std::plus());
        tuner.waited(3ms, 3ms);
    }
    CHECK(served[at(WayToWait::spin_awake)] > 10 * served[at(WayToWait::spin)]);
}

TEST_CASE("a thread id given anew is of the thread that has it now") {
    Tracees tracees;
    tracees.add(Tid{5}).in_call = true;
    REQUIRE(tracees.find(Tid{5})->in_call);
    tracees.add(Tid{5});
    CHECK_FALSE(tracees.find(Tid{5})->in_call);
    CHECK(tracees.size() == 1);
    tracees.erase(Tid{5});
}

TEST_CASE("a wait in vain ends spinning, in a trial as well") {
    for (int stops = 0; stops < 3000; ++stops) {
        WaitTuner tuner(WayToWait::spin_awake);
        serve(tuner, {40us, 20us, 10us}, stops, 0);
        tuner.waited_in_vain(20ms);
        REQUIRE(tuner.way() == WayToWait::sleep);
    }
}

TEST_CASE("ways that are not there are not tried") {
    WaitTuner tuner(WayToWait::spin);
    CHECK(serve(tuner, {70us, 25us, 7us}, 20'000, 20'000)[at(WayToWait::spin_awake)] == 0);
    WaitTuner asleep(WayToWait::sleep);
    CHECK(serve(asleep, {70us, 25us, 7us}, 20'000, 20'000)[at(WayToWait::sleep)] == 20'000);
}

TEST_CASE("waiting is held up while spinning rests, and while waits are long, and not by what is the fastest") {
    WaitTuner tuner(WayToWait::spin);
    CHECK(tuner.held_up());
    for (int i = 0; i < 30; ++i) tuner.waited(20us, 30us);
    CHECK_FALSE(tuner.held_up());
    tuner.disturbed();
    CHECK(tuner.held_up());
    serve(tuner, {8us, 33us, 33us}, 50'000, 0);
    CHECK(serve(tuner, {8us, 33us, 33us}, 1000, 1000)[at(WayToWait::sleep)] > 900);
    CHECK_FALSE(tuner.held_up());
}

TEST_CASE("the tracer goes before others while it is asked to, and nobody that it makes does") {
    const auto place = [] { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid))); };
    if (::geteuid() != 0 || place() != 0) return;  // not permitted, or at a place of somebody's choice
    {
        Precedence precedence;
        CHECK(place() == 0);
        precedence.take();
        CHECK(place() < 0);
        int of_thread = -1;
        std::thread([&] { of_thread = place(); }).join();
        CHECK(of_thread == 0);
        const pid_t child = ::fork();
        if (child == 0) ::_exit(place() == 0 ? 0 : 1);
        int status = -1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
        precedence.give_back();
        CHECK(place() == 0);
        precedence.take();
    }
    CHECK(place() == 0);
}

TEST_CASE("who was given a place by nice keeps it") {
    std::thread([] {
        const auto self = static_cast<id_t>(::syscall(SYS_gettid));
        REQUIRE(::setpriority(PRIO_PROCESS, self, 7) == 0);
        Precedence precedence;
        precedence.take();
        CHECK(::getpriority(PRIO_PROCESS, self) == 7);
    }).join();
}

TEST_CASE("the tracer moves to the CPU of whom it serves, and may run afterwards where it might before") {
    cpu_set_t allowed, after;
    REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        const pid_t child = fork();
        if (child == 0) {
            cpu_set_t there;
            CPU_ZERO(&there);
            CPU_SET(cpu, &there);
            sched_setaffinity(0, sizeof there, &there);
            raise(SIGSTOP);
            _exit(0);
        }
        REQUIRE(child > 0);
        int status = 0;
        waitpid(child, &status, WUNTRACED);
        Nearness nearness;
        bool there = false;  // the scheduler may take it elsewhere at once
        for (int served = 0; served < 10'000 && !there; ++served) {
            nearness.serves(Tid{child});
            there = sched_getcpu() == static_cast<int>(cpu);
        }
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        CHECK(there);
        REQUIRE(sched_getaffinity(0, sizeof after, &after) == 0);
        CHECK(CPU_EQUAL(&allowed, &after));
    }
}

TEST_CASE("spinning rests, longer each time, where it is in somebody's way, and not for ever") {
    WaitTuner tuner(WayToWait::spin);
    for (int i = 0; i < 30; ++i) tuner.waited(20us, 20us);
    const auto rest = [&] {
        tuner.disturbed();
        int waits = 0;
        while (tuner.way() == WayToWait::sleep) {
            tuner.waited(20us, 20us);
            ++waits;
        }
        return waits;
    };
    const int first = rest();
    CHECK(first > 0);
    for (int i = 0; i < 5; ++i) rest();
    const int long_rest = rest();
    CHECK(long_rest > 10 * first);
    for (int i = 0; i < 100'000; ++i) tuner.waited(20us, 20us);
    CHECK(rest() < long_rest);
}

TEST_CASE("idle CPUs poll only as long as that is held") {
    const auto held = [] {
        std::error_code error;
        return std::ranges::count_if(std::filesystem::directory_iterator("/proc/self/fd"), [&](const auto& entry) {
            return std::filesystem::read_symlink(entry.path(), error) == "/dev/cpu_dma_latency";
        });
    };
    const bool permitted = access("/dev/cpu_dma_latency", W_OK) == 0;
    {
        IdlePolling polling;
        polling.release();
        CHECK(held() == 0);
        polling.hold();
        polling.hold();
        CHECK(held() == (permitted ? 1 : 0));
        polling.release();
        CHECK(held() == 0);
        polling.hold();
    }
    CHECK(held() == 0);
}

TEST_CASE("registers tell the call that was cut short") {
    user_regs_struct registers{};
    const auto call_of = [&](const user_regs_struct& values, Arch arch) {
        return engine::call_of(*Registers::parse(Arch::x86_64, std::as_bytes(std::span(&values, 1))), arch);
    };
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

TEST_CASE("an aarch64 kernel has forgotten the call: it is the one that was seen, put back before it or ended") {
    std::array<std::uint64_t, 34> words{};
    constexpr std::size_t x0 = 0, x8 = 8, sp = 31, pc = 32;
    words[x0] = 3;
    words[x8] = 63;
    words[sp] = 0x7000;
    words[pc] = 0x4000;
    const auto registers = [&] { return *Registers::parse(Arch::aarch64, std::as_bytes(std::span(words))); };
    const FoundCall seen{.number = 63, .args = {3, 0x5000, 100}, .instruction_pointer = 0x4004, .stack_pointer = 0x7000, .since = {}};
    const auto put_back = call_of(registers(), Arch::aarch64, seen);
    REQUIRE(put_back);
    CHECK(restarts(*put_back));
    CHECK(put_back->args[1] == 0x5000);
    CHECK(put_back->instruction_pointer == 0x4004);
    CHECK_FALSE(call_of(registers(), Arch::aarch64));
    words[pc] = 0x4004;
    words[x0] = static_cast<std::uint64_t>(-EINTR);
    const auto ended = call_of(registers(), Arch::aarch64, seen);
    REQUIRE(ended);
    CHECK_FALSE(restarts(*ended));
    CHECK(ended->result == -EINTR);
    CHECK(ended->args[0] == 3);
    words[x8] = 64;
    CHECK_FALSE(call_of(registers(), Arch::aarch64, seen));
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
