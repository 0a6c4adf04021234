// What a wait told about a thread, by meaning instead of by bits.
#pragma once

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <csignal>

namespace shimtrace::engine {

/// A status as waitpid(2) gives it for a traced thread.
class WaitStatus {
public:
    constexpr WaitStatus() = default;
    constexpr explicit WaitStatus(int status) : status_(status) {}
    /// From waitid(2), which tells the same with other fields.
    static WaitStatus from(const siginfo_t& info) {
        switch (info.si_code) {
            case CLD_EXITED:
                return WaitStatus((info.si_status & 0xff) << 8);
            case CLD_KILLED:
                return WaitStatus(info.si_status & 0x7f);
            case CLD_DUMPED:
                return WaitStatus((info.si_status & 0x7f) | 0x80);
            default:
                return WaitStatus(static_cast<int>((static_cast<unsigned>(info.si_status) << 8) | 0x7f));
        }
    }

    [[nodiscard]] bool exited() const { return WIFEXITED(status_); }
    [[nodiscard]] int exit_status() const { return WEXITSTATUS(status_); }
    [[nodiscard]] bool killed() const { return WIFSIGNALED(status_); }
    [[nodiscard]] int killed_by() const { return WTERMSIG(status_); }
    [[nodiscard]] bool dumped_core() const { return WCOREDUMP(status_); }
    [[nodiscard]] bool ended() const { return exited() || killed(); }

    /// PTRACE_EVENT_*; 0: none.
    [[nodiscard]] int event() const { return status_ >> 16; }
    /// The signal of a signal-delivery-stop or a group-stop.
    [[nodiscard]] int signal() const { return WSTOPSIG(status_); }
    [[nodiscard]] bool syscall_stop() const { return !ended() && event() == 0 && signal() == (SIGTRAP | 0x80); }
    [[nodiscard]] bool signal_delivery_stop() const { return !ended() && event() == 0 && signal() != (SIGTRAP | 0x80); }
    /// The thread obeys a stop signal (a seized thread reports so, ptrace(2)).
    [[nodiscard]] bool group_stop() const {
        const int by = signal();
        return !ended() && event() == PTRACE_EVENT_STOP && (by == SIGSTOP || by == SIGTSTP || by == SIGTTIN || by == SIGTTOU);
    }

private:
    int status_ = 0;
};

}  // namespace shimtrace::engine
