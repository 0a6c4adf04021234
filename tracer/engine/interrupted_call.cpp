#include "engine/interrupted_call.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace shimtrace::engine {

namespace {

enum class Timeout : std::uint8_t {
    milliseconds,  ///< an int in the argument; negative: infinite
    pointer,       ///< to a timespec; null: infinite
    none,
};

/// The calls that answer every wake-up with EINTR, though no handler ran.
struct EintrCall {
    std::int64_t number;
    Timeout timeout;
    std::size_t argument;
};
constexpr std::array eintr_calls{
    EintrCall{SYS_epoll_wait, Timeout::milliseconds, 3},
    EintrCall{SYS_epoll_pwait, Timeout::milliseconds, 3},
    EintrCall{SYS_epoll_pwait2, Timeout::pointer, 3},
    EintrCall{SYS_rt_sigtimedwait, Timeout::pointer, 2},
    EintrCall{SYS_semop, Timeout::none, 0},
    EintrCall{SYS_semtimedop, Timeout::pointer, 3},
    EintrCall{SYS_io_getevents, Timeout::pointer, 4},
    EintrCall{SYS_io_pgetevents, Timeout::pointer, 4},
};

}  // namespace

std::optional<InterruptedCall> call_of(const user_regs_struct& registers, Arch arch) {
    InterruptedCall call;
    call.arch = arch;
    call.number = static_cast<std::int64_t>(registers.orig_rax);
    if (call.number < 0) return std::nullopt;
    call.result = static_cast<std::int64_t>(registers.rax);
    if (arch == Arch::i386) {
        call.args = {registers.rbx, registers.rcx, registers.rdx, registers.rsi, registers.rdi, registers.rbp};
        for (auto& value : call.args) value &= 0xffffffffU;
        call.result = static_cast<std::int32_t>(registers.rax);
    } else {
        call.args = {registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9};
    }
    return call;
}

bool restarts(const InterruptedCall& call) {
    return call.result == restart_sys || call.result == restart_no_intr || call.result == restart_no_handler ||
           call.result == restart_block;
}

bool ends_with_eintr(std::int64_t number) {
    return std::ranges::find(eintr_calls, number, &EintrCall::number) != eintr_calls.end();
}

bool restart_quietly(Tid tid, const InterruptedCall& call, std::optional<Nanoseconds> elapsed, std::optional<std::uint64_t>& shortened) {
    if (call.result != -EINTR || call.arch != Arch::x86_64) return false;
    const auto row = std::ranges::find(eintr_calls, call.number, &EintrCall::number);
    if (row == eintr_calls.end()) return false;

    const std::uint64_t timeout = call.args[row->argument];
    if (row->timeout == Timeout::pointer && timeout != 0) return false;
    if (row->timeout == Timeout::milliseconds && static_cast<std::int32_t>(timeout) >= 0) {
        if (!elapsed) return false;
        const auto whole = std::chrono::milliseconds(static_cast<std::int32_t>(timeout));
        const auto left = std::max(std::chrono::ceil<std::chrono::milliseconds>(whole - *elapsed), std::chrono::milliseconds(0));
        if (!set_register(tid, offsetof(user_regs_struct, r10), static_cast<std::uint64_t>(left.count()))) return false;
        if (!shortened) shortened = timeout;
    }
    return set_register(tid, offsetof(user_regs_struct, rax), static_cast<std::uint64_t>(restart_no_handler));
}

void restore_timeout(Tid tid, std::uint64_t value) {
    set_register(tid, offsetof(user_regs_struct, r10), value);
}

}  // namespace shimtrace::engine
