// The process that becomes a command: what it needs, made before a fork, and what it does once its tracer is there.
#pragma once

#include "tracer/engine/trace.hpp"

#include <linux/filter.h>
#include <sched.h>

#include <array>
#include <span>

namespace shimtrace::engine {

/// The file that a command's first word stands for, looked for in PATH where it has no slash.
Result<std::string> find_command(const std::string& name);

/// What it has to tell when it could not exec.
struct ExecFailure {
    enum class Step : std::int32_t { filter, exec } step;
    std::int32_t number;
};

/// Everything that it needs: only async-signal-safe calls come after.
struct CommandProcess {
    std::string path;
    std::vector<std::string> words, variables;
    std::vector<char*> argv, envp;
    std::span<const sock_filter> filter;
    std::span<const int> ignored_signals;
    bool offers_itself = false;     ///< to a tracer that is none of its parents (PR_SET_PTRACER): that ends with the command's first call
    std::array<int, 2> go{-1, -1};  ///< it waits here for a byte; without one it ends
    std::array<int, 2> error{-1, -1};  ///< an ExecFailure; closed by a successful exec
};

/// `filter`: a seccomp program to install before the exec; empty: none. What `request` and `filter` hold must outlive it.
Result<CommandProcess> plan_command(const TraceRequest& request, std::span<const sock_filter> filter);

/// Waits to be traced, and execs.
[[noreturn]] void become(CommandProcess& command);

}  // namespace shimtrace::engine
