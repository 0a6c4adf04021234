// A call that PTRACE_INTERRUPT cut short: what it was, and how the thread gets back into it without noticing.
//
// The kernel restarts most interrupted calls by itself, with what is left of their timeouts. A few return EINTR whenever
// they are woken (signal(7): epoll_wait, sigtimedwait, semop …), so that a tracer's coming and going shows in the target. For those the
// result is changed, while the thread is in the PTRACE_EVENT_STOP that we caused, to ERESTARTNOHAND: the kernel then restarts
// the call, unless a handler has to run first; then the call returns EINTR as it would have without us. aarch64 decides before that stop:
// there the thread is put back before the call, unless a signal waits for it.
#pragma once

#include "tracer/engine/ptrace_calls.hpp"

#include <array>
#include <optional>

namespace shimtrace::engine {

/// Kernel-internal results that a tracer can see (include/linux/errno.h).
enum : std::int64_t { restart_sys = -512, restart_no_intr = -513, restart_no_handler = -514, restart_block = -516 };

/// A call that a thread was found in, as /proc told it just before the thread was interrupted.
struct FoundCall {
    std::int64_t number = -1;
    std::array<std::uint64_t, 6> args{};
    std::uint64_t instruction_pointer = 0, stack_pointer = 0;
    std::optional<MonotonicTime> since;  ///< when the thread ran last
};

struct InterruptedCall {
    Arch arch = Arch::x86_64;
    std::int64_t number = -1;
    std::array<std::uint64_t, 6> args{};
    std::int64_t result = 0;
    std::uint64_t instruction_pointer = 0, stack_pointer = 0;  ///< behind the instruction that makes the call
};

/// The call on whose way out a thread stands in a PTRACE_EVENT_STOP. nullopt: it came from user mode. `seen`: what it was known to be in.
/// x86 tells by its registers alone. An aarch64 kernel has forgotten the call by then, and where it will restart it has put the registers
/// back before it (arch/arm64/kernel/signal.c: do_signal): it is the one that was seen, or none.
std::optional<InterruptedCall> call_of(const Registers& registers, Arch arch, const FoundCall& seen = {});

/// The kernel will enter the call again unless a signal's handler runs.
bool restarts(const InterruptedCall& call);

/// Whether a wake-up ends that call with EINTR, so that restart_quietly() has something to do.
bool ends_with_eintr(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args);

/// A timeout that was shortened in the register that it is passed in.
struct ShortenedTimeout {
    std::size_t place = 0;    ///< of the register: Registers::place_of_argument
    std::uint64_t value = 0;  ///< that the program had put there
};

/// Has a call that our interruption ended with EINTR restarted, where that can be done without a trace: its timeout is
/// infinite, or is in a register that can be set to what is left of it (`elapsed`: how long the call had waited). True:
/// it will be restarted. `shortened` is then set where its timeout was changed, unless it has been before.
bool restart_quietly(Tid tid, const Registers& registers, const InterruptedCall& call, std::optional<Nanoseconds> elapsed,
                     std::optional<ShortenedTimeout>& shortened);
/// The register back to what the program had put there.
void restore_timeout(Tid tid, const ShortenedTimeout& timeout);

}  // namespace shimtrace::engine
