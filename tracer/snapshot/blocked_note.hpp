// In words: whom a call that keeps blocking waits for.
#pragma once

#include "tracer/procfs/proc_directory.hpp"
#include "tracer/snapshot/holder_watch.hpp"

#include <shimtrace/event.hpp>

#include <string>

namespace shimtrace::host {

/// "full: 65536 of 65536 bytes; read by ctr[5205] (stopped)"; empty: nothing is known. `look`: who holds the other ends;
/// nullptr where nobody has looked yet.
std::string describe_blocked(const Event& enter, const ProcDirectory& proc, const HolderLook* look);

}  // namespace shimtrace::host
