// A call that PTRACE_INTERRUPT cut short: what it was, and how the thread gets back into it without noticing.
//
// The kernel restarts most interrupted calls by itself, with what is left of their timeouts. A few return EINTR whenever
// they are woken (signal(7): epoll_wait, sigtimedwait, semop …), so that a tracer's coming and going shows in the target. For those the
// result is changed, while the thread is in the PTRACE_EVENT_STOP that we caused, to ERESTARTNOHAND: the kernel then restarts
// the call, unless a handler has to run first; then the call returns EINTR as it would have without us.
#pragma once

#include "tracer/engine/ptrace_calls.hpp"

#include <array>
#include <optional>

namespace shimtrace::engine {

/// Kernel-internal results that a tracer can see (include/linux/errno.h).
enum : std::int64_t { restart_sys = -512, restart_no_intr = -513, restart_no_handler = -514, restart_block = -516 };

struct InterruptedCall {
    Arch arch = Arch::x86_64;
    std::int64_t number = -1;
    std::array<std::uint64_t, 6> args{};
    std::int64_t result = 0;
};

/// The call on whose way out a thread stands in a PTRACE_EVENT_STOP. nullopt: it came from user mode.
std::optional<InterruptedCall> call_of(const user_regs_struct& registers, Arch arch);

/// The kernel will enter the call again unless a signal's handler runs.
bool restarts(const InterruptedCall& call);

/// Whether a wake-up ends that call with EINTR, so that restart_quietly() has something to do.
bool ends_with_eintr(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args);

/// A timeout that was shortened in the register that it is passed in.
struct ShortenedTimeout {
    std::size_t place = 0;    ///< of the register in user_regs_struct
    std::uint64_t value = 0;  ///< that the program had put there
};

/// Has a call that our interruption ended with EINTR restarted, where that can be done without a trace: its timeout is
/// infinite, or is in a register that can be set to what is left of it (`elapsed`: how long the call had waited). True:
/// it will be restarted. `shortened` is then set where its timeout was changed, unless it has been before.
bool restart_quietly(Tid tid, const InterruptedCall& call, std::optional<Nanoseconds> elapsed, std::optional<ShortenedTimeout>& shortened);
/// The register back to what the program had put there.
void restore_timeout(Tid tid, const ShortenedTimeout& timeout);

}  // namespace shimtrace::engine
