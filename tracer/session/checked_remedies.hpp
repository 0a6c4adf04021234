// Between the look and the printing time passes: a command must not name a pid that is another process's by now.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <vector>

namespace shimtrace::session {

/// Commands that name a process of this host which has ended meanwhile, or whose pid is another's, are taken out, and the text says so.
void check_named_processes(std::vector<Remedy>& remedies);
void check_named_processes(Diagnosis& diagnosis);
void check_named_processes(std::vector<Diagnosis>& diagnoses);

/// What was saved is of this host, and of its time since it was booted: pids in it can be compared with what runs now.
bool is_of_this_boot(const HostInfo& host);

}  // namespace shimtrace::session
