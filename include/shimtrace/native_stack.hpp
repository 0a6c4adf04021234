// A thread's native stack: what unwinding by the ELF files' own tables gives, and the kernel's part beneath.
#pragma once

#include <shimtrace/event.hpp>
#include <shimtrace/process_state.hpp>
#include <shimtrace/shared_text.hpp>
#include <shimtrace/types.hpp>

#include <string>
#include <vector>

namespace shimtrace {

struct NativeThreadStack {
    Tid tid;
    std::string comm;
    ProcessState state = ProcessState::unknown;  ///< as /proc/TID/stat shows it
    Arch arch = Arch::x86_64;
    std::int64_t syscall = -1;  ///< that it blocks in; -1: none
    std::uint64_t args[6] = {};
    std::vector<StackFrame> frames;  ///< innermost first; empty: it runs and was not stopped, or could not be read
    std::vector<SharedText> kernel;  ///< function names, innermost first; empty without root
    std::string missing;             ///< why frames are missing; empty: none is
};

/// All stacks of one process.
struct ProcessStacks {
    Pid pid;
    std::string comm;
    std::vector<NativeThreadStack> threads;
    Nanoseconds stopped{};  ///< how long the threads stood still for it; 0: not at all
};

}  // namespace shimtrace
