// An Event: something happened at a time. Raw: numbers, arguments, results, and the bytes that were read from the tracee
// at that stop. All rendering is done later, from these values alone.
#pragma once

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/open_file.hpp>
#include <shimtrace/types.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

enum class EventKind : std::uint8_t {
    attached,       ///< a thread is traced from now on: at attach, or born under a followed parent (then `parent` is set)
    syscall_enter,  ///< at_attach: the call was already blocking when shimtrace came, `since` says since when where known
    syscall_exit,
    signal,         ///< signal-delivery-stop: memory holds the siginfo at address 0
    group_stop,     ///< stopped by `number` (SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU)
    exec,           ///< the image was replaced; `parent` is the former tid where a non-leader called it
    exited,         ///< `result`: the exit status
    killed,         ///< `number`: the signal, `result` 1: core dumped
    still_blocked,  ///< the call named by number and args has not returned for `now - since`
    detached,       ///< shimtrace left the thread alone again
    lost,           ///< `result` events were dropped here because the writer could not keep up
};

/// A descriptor argument (or one found in memory: SCM_RIGHTS, pollfd) and what it was at that moment.
struct FdUse {
    Fd fd{-1};
    OpenFileId target;
};

/// One frame of a stack captured for -k. Text is resolved at the stop, since the mappings are gone later.
struct StackFrame {
    std::uint64_t pc = 0;
    std::string module;        ///< the mapped file
    std::string function;      ///< demangled; empty where unknown
    std::uint64_t offset = 0;  ///< from the function's start, or from the module's where the function is unknown
    std::string file;          ///< source; empty where unknown
    int line = 0;
    std::uint64_t file_offset = 0;  ///< where the code stands in the mapped file
};

/// Sources reuse one Event and its buffers, so that the steady state allocates nothing; whoever keeps one copies it.
struct Event {
    EventKind kind{};
    Arch arch = Arch::x86_64;
    bool at_attach = false;
    Pid pid;
    Tid tid;
    MonotonicTime time;
    Tid parent;                           ///< see EventKind
    std::int64_t number = -1;             ///< syscall number, or signal
    std::array<std::uint64_t, 6> args{};  ///< syscall_enter and still_blocked
    std::int64_t result = 0;              ///< syscall_exit: as the kernel returned it, -errno for errors
    bool is_error = false;                ///< syscall_exit: PTRACE_GET_SYSCALL_INFO's is_error
    std::uint64_t instruction_pointer = 0;
    std::uint64_t stack_pointer = 0;
    std::optional<MonotonicTime> since;  ///< blocking since at the latest then
    Nanoseconds system_time{};           ///< the thread's system CPU time so far; only where it was asked for (-c)
    CapturedMemory memory;
    std::vector<FdUse> fds;
    std::vector<StackFrame> stack;  ///< only with -k
    std::string note;               ///< still_blocked: whom it waits for, in words

    /// Back to the default, with buffers kept.
    void clear();
};

}  // namespace shimtrace
