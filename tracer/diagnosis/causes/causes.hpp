// The table of causes: which word a path earns, by where it ends and what lies on its way.
#pragma once

#include "tracer/diagnosis/producers/walk.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// What must hold of a path beside its root_cause.
enum class Where : std::uint8_t {
    anywhere,
    at_shim,        ///< the last process before the root_cause is the target's shim
    at_runtime,     ///< … is runc or its init
    at_containerd,  ///< … is containerd
    in_target,      ///< … is the shim, runc or a process of the container
    only_in_shim,   ///< every process on the path is the shim
    over_stdio,     ///< the way leads out over stdout or stderr, past the target
    over_console,
    over_log_fifo,
    over_exec_fifo,
    over_teardown,  ///< zap_pid_ns_processes
    over_runtime,   ///< runc is on the way
};

struct CauseRow {
    std::string_view cause;
    std::vector<RootCause> root_causes;  ///< empty: any
    Where where;
};

/// In the order in which they are tried: the first row that fits a path names it.
std::span<const CauseRow> cause_rows();

/// What must be mended first comes first: a lower number.
int urgency(std::string_view cause);

std::string_view cause_of(const Context& look, const Path& path);

/// The process that stands at the end of the path, before the root_cause; nullptr: it is gone.
const Process* process_at_end(const Context& look, const Path& path);
bool is_over(const Context& look, const Path& path, Where where);

/// Whoever must act for the path to open, most to blame first.
std::vector<Culprit> culprits_of(const Context& look, const Path& path);

}  // namespace shimtrace::diagnosis
