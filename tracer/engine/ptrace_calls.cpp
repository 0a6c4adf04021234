#include "tracer/engine/ptrace_calls.hpp"

#include "tracer/engine/wait_status.hpp"

#include <linux/audit.h>
#include <sys/wait.h>
#include <time.h>

#include <cerrno>

namespace shimtrace::engine {

namespace {

constexpr std::uint64_t x32_bit = 0x40000000;  // __X32_SYSCALL_BIT of asm/unistd.h

/// ptrace's address and data arguments are pointers only by name.
void* argument(std::uint64_t value) {
    return reinterpret_cast<void*>(value);
}

/// Waits until an interrupted thread has stopped, for at most `limit`. nullopt: it has ended, or sleeps uninterruptibly.
std::optional<WaitStatus> await_stop(Tid tid, Nanoseconds limit) {
    constexpr Nanoseconds step = std::chrono::microseconds(200);
    for (Nanoseconds waited{}; waited < limit; waited += step) {
        int status = 0;
        const pid_t got = waitpid(tid.value, &status, __WALL | WNOHANG);
        if (got < 0) return std::nullopt;
        if (got > 0) {
            if (WaitStatus(status).ended()) return std::nullopt;
            return WaitStatus(status);
        }
        const timespec pause{0, step.count()};
        nanosleep(&pause, nullptr);
    }
    return std::nullopt;
}

}  // namespace

bool interrupt(Tid tid) {
    return ptrace(PTRACE_INTERRUPT, tid.value, nullptr, nullptr) == 0;
}

bool resume(Tid tid, Resume how, int signal) {
    const auto request = how == Resume::to_next_call ? PTRACE_SYSCALL : PTRACE_CONT;
    return ptrace(request, tid.value, nullptr, argument(static_cast<unsigned>(signal))) == 0;
}

bool listen(Tid tid) {
    return ptrace(PTRACE_LISTEN, tid.value, nullptr, nullptr) == 0;
}

bool detach(Tid tid, int signal) {
    return ptrace(PTRACE_DETACH, tid.value, nullptr, argument(static_cast<unsigned>(signal))) == 0;
}

bool syscall_info(Tid tid, SyscallInfo& info) {
    return ptrace(PTRACE_GET_SYSCALL_INFO, tid.value, argument(sizeof info), &info) > 0;
}

Arch call_arch(std::uint32_t audit_arch, std::uint64_t& number) {
    switch (audit_arch) {
        case AUDIT_ARCH_I386:
            return Arch::i386;
        case AUDIT_ARCH_AARCH64:
            return Arch::aarch64;
        case AUDIT_ARCH_ARM:
            return Arch::arm;
        default:
            break;
    }
    if (static_cast<std::int64_t>(number) < 0 || (number & x32_bit) == 0) return Arch::x86_64;
    number &= ~x32_bit;
    return Arch::x32;
}

std::optional<unsigned long> event_message(Tid tid) {
    unsigned long message = 0;
    if (ptrace(PTRACE_GETEVENTMSG, tid.value, nullptr, &message) != 0) return std::nullopt;
    return message;
}

bool signal_info(Tid tid, siginfo_t& info) {
    return ptrace(PTRACE_GETSIGINFO, tid.value, nullptr, &info) == 0;
}

Attached::~Attached() {
    if (!tid_) return;
    if (detach(tid_)) return;
    if (!interrupt(tid_)) return;
    if (const auto stop = await_stop(tid_, std::chrono::milliseconds(100))) {
        detach(tid_, stop->signal_delivery_stop() ? stop->signal() : 0);
    }
}

}  // namespace shimtrace::engine
