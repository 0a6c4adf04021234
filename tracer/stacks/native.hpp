// Native stacks of a process's threads, goroutine-aware: in Go's text the pclntab unwinds, elsewhere .eh_frame does.
#pragma once

#include "tracer/procfs/registers.hpp"
#include "tracer/stacks/goroutines.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/native_stack.hpp>

#include <memory>
#include <vector>

namespace shimtrace::stacks {

using shimtrace::NativeThreadStack;
using shimtrace::ProcessStacks;

struct NativeOptions {
    bool stop = false;   ///< hold the threads still for their registers; without it, blocked threads alone can be followed
    bool kernel = true;  ///< /proc/TID/stack beneath, where permitted
    Nanoseconds stop_deadline = std::chrono::milliseconds(20);
    bool debuginfod = false;  ///< ask the servers of DEBUGINFOD_URLS for debug files that are not here
};

/// Errors: the process is gone, or may not be looked at.
Result<ProcessStacks> native_stacks(Pid pid, BinaryCache& cache, const NativeOptions& options = {});

/// Stacks of threads at syscall-stops, for `trace -k`. Keeps mappings and symbols of each process until they prove old.
class StackReader {
public:
    StackReader();
    ~StackReader();
    StackReader(const StackReader&) = delete;
    StackReader& operator=(const StackReader&) = delete;

    /// The stack of a thread that is stopped with these registers, read from `memory`. In a Go program: the frames of the goroutine that
    /// runs on it.
    std::vector<StackFrame> stack_of(Pid pid, const Memory& memory, const host::Registers& registers);
    /// The same, reading the registers by ptrace: call it from the thread that traces `tid`.
    void stack_of(Pid pid, Tid tid, const Memory& memory, std::vector<StackFrame>& into);
    /// The process has executed another program, or ended.
    void forget(Pid pid);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace shimtrace::stacks
