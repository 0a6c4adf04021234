#include "tracer/engine/interrupted_call.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>

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
constexpr EintrCall x86_64_calls[] = {
    {SYS_epoll_wait, Timeout::milliseconds, 3},
    {SYS_epoll_pwait, Timeout::milliseconds, 3},
    {SYS_epoll_pwait2, Timeout::pointer, 3},
    {SYS_rt_sigtimedwait, Timeout::pointer, 2},
    {SYS_semop, Timeout::none, 0},
    {SYS_semtimedop, Timeout::pointer, 3},
    {SYS_io_getevents, Timeout::pointer, 4},
    {SYS_io_pgetevents, Timeout::pointer, 4},
};
// arch/x86/entry/syscalls/syscall_32.tbl
constexpr std::int64_t i386_ipc = 117;
constexpr EintrCall i386_calls[] = {
    {i386_ipc, Timeout::pointer, 5},  // semop, and semtimedop with its timeout last
    {177, Timeout::pointer, 2},       // rt_sigtimedwait
    {247, Timeout::pointer, 4},       // io_getevents
    {256, Timeout::milliseconds, 3},  // epoll_wait
    {319, Timeout::milliseconds, 3},  // epoll_pwait
    {385, Timeout::pointer, 4},       // io_pgetevents
    {416, Timeout::pointer, 4},       // io_pgetevents_time64
    {420, Timeout::pointer, 3},       // semtimedop_time64
    {421, Timeout::pointer, 2},       // rt_sigtimedwait_time64
    {441, Timeout::pointer, 3},       // epoll_pwait2
};

const EintrCall* eintr_call(Arch arch, std::int64_t number) {
    if (arch != Arch::x86_64 && arch != Arch::i386) return nullptr;
    const std::span<const EintrCall> calls = arch == Arch::i386 ? std::span<const EintrCall>(i386_calls) : x86_64_calls;
    const auto found = std::ranges::find(calls, number, &EintrCall::number);
    return found == calls.end() ? nullptr : &*found;
}

/// Where the fourth argument is passed: all timeouts of milliseconds are.
std::size_t place_of_timeout(Arch arch) {
    return arch == Arch::i386 ? offsetof(user_regs_struct, rsi) : offsetof(user_regs_struct, r10);
}

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

bool ends_with_eintr(Arch arch, std::int64_t number) {
    return eintr_call(arch, number) != nullptr;
}

bool restart_quietly(Tid tid, const InterruptedCall& call, std::optional<Nanoseconds> elapsed, std::optional<ShortenedTimeout>& shortened) {
    const EintrCall* row = call.result == -EINTR ? eintr_call(call.arch, call.number) : nullptr;
    if (row == nullptr) return false;

    // Of ipc's calls semop alone has no timeout, and whatever in its place (include/uapi/linux/ipc.h).
    constexpr std::uint64_t ipc_call = 0xffff, ipc_semop = 1;
    const bool endless = call.arch == Arch::i386 && call.number == i386_ipc && (call.args[0] & ipc_call) == ipc_semop;
    const std::uint64_t timeout = endless ? 0 : call.args[row->argument];
    if (row->timeout == Timeout::pointer && timeout != 0) return false;
    if (row->timeout == Timeout::milliseconds && static_cast<std::int32_t>(timeout) >= 0) {
        if (!elapsed) return false;
        const auto whole = std::chrono::milliseconds(static_cast<std::int32_t>(timeout));
        const auto left = std::max(std::chrono::ceil<std::chrono::milliseconds>(whole - *elapsed), std::chrono::milliseconds(0));
        const std::size_t place = place_of_timeout(call.arch);
        if (!set_register(tid, place, static_cast<std::uint64_t>(left.count()))) return false;
        if (!shortened) shortened = {place, timeout};
    }
    return set_register(tid, offsetof(user_regs_struct, rax), static_cast<std::uint64_t>(restart_no_handler));
}

void restore_timeout(Tid tid, const ShortenedTimeout& timeout) {
    set_register(tid, timeout.place, timeout.value);
}

}  // namespace shimtrace::engine
