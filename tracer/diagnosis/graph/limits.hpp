// What could not be seen, and what would help: the limits of a verdict.
#pragma once

#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include <shimtrace/diagnosis.hpp>

#include <string>
#include <vector>

namespace shimtrace::diagnosis {

/// What whoever looked lacks for the sight of another process: "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"; empty: nothing.
std::string missing_for_processes(const Observer& observer);
/// The same for files that belong to root.
std::string missing_for_files(const Observer& observer);

/// False: the sockets of the process's network namespace were not told, as it could not be entered: "not there" is no answer then.
bool sees_sockets_of(const Facts& facts, const Process& process);
/// What who could not enter them lacks, for a process that has sockets.
Limit unseen_sockets(std::string of);

/// That the host's processes are out of sight.
Limit other_pid_namespace();

/// Why nothing can be said of the whole host, whatever is asked: another pid namespace, files that may not be read.
std::vector<Limit> host_limits(const Facts& facts);

/// Adds it unless it is known.
void add_limit(std::vector<Limit>& limits, Limit limit);

}  // namespace shimtrace::diagnosis
