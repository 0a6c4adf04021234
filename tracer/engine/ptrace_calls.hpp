// The ptrace(2) requests that the engine makes, typed. A false or empty answer means that the thread is not stopped: it
// was killed meanwhile, and its end will be reported by a wait.
#pragma once

#include "tracer/procfs/registers.hpp"

#include <shimtrace/event.hpp>
#include <shimtrace/types.hpp>

#include <sys/ptrace.h>

#include <csignal>
#include <cstdint>
#include <optional>

namespace shimtrace::engine {

/// How a stopped thread goes on.
enum class Resume : std::uint8_t {
    to_next_call,  ///< PTRACE_SYSCALL
    freely,        ///< PTRACE_CONT: stops at signals and events only
};

/// Makes a running thread stop soon, with PTRACE_EVENT_STOP.
bool interrupt(Tid tid);
bool resume(Tid tid, Resume how, int signal = 0);
/// Leaves a thread in its group-stop, and hears of its end.
bool listen(Tid tid);
bool detach(Tid tid, int signal = 0);

/// PTRACE_GET_SYSCALL_INFO in the kernel's layout (linux/ptrace.h; sys/ptrace.h has it under another name).
using SyscallInfo = __ptrace_syscall_info;
bool syscall_info(Tid tid, SyscallInfo& info);
/// A call's architecture from AUDIT_ARCH_*, and its number without x32's bit.
Arch call_arch(std::uint32_t audit_arch, std::uint64_t& number);

std::optional<unsigned long> event_message(Tid tid);
/// The raw bytes of the signal's siginfo, as the kernel has them.
bool signal_info(Tid tid, siginfo_t& info);

using host::Registers;
using host::registers;
using host::set_register;

/// A seized thread that this object answers for. When it goes out of scope the thread is let go, in whatever state it was.
class Attached {
public:
    explicit Attached(Tid tid) : tid_(tid) {}
    Attached(Attached&& other) noexcept : tid_(other.tid_) { other.tid_ = {}; }
    Attached& operator=(Attached&&) = delete;
    ~Attached();

    [[nodiscard]] Tid tid() const { return tid_; }
    /// The kernel has taken the thread from us: it ended, was detached, or goes on under another id.
    void release() { tid_ = {}; }
    /// The thread has another id since an exec.
    void rename(Tid tid) { tid_ = tid; }

private:
    Tid tid_;
};

}  // namespace shimtrace::engine
