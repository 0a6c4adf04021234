// Which daemons are read for an answer, and who of those that they are connected to matters: the ones that a call under way waits for.
#pragma once

#include "tracer/diagnosis/diagnose.hpp"
#include "tracer/snapshot/take_snapshot.hpp"
#include "tracer/stacks/goroutines.hpp"

#include <shimtrace/snapshot.hpp>

#include <string>
#include <vector>

namespace shimtrace::session {

/// What was found in them.
struct ReadDaemons {
    std::vector<host::Chosen::Daemon> daemons;
    std::vector<Pid> shims;  ///< that a call waits for
};

/// Reads the goroutines of the daemons that a question is about: of containerd and its like for every container, client and pod, of others
/// where they are asked about themselves.
ReadDaemons read_daemons(Snapshot& table, const diagnosis::Query& query, bool may_stop, stacks::BinaryCache& cache);

/// Pods of which a daemon's call tells and no shim, by "POD" or "NAMESPACE/POD", or all of a namespace where `text` is empty. `ns`: only of
/// this one; empty: of any.
std::vector<PodRef> find_pods(const Snapshot& snapshot, const std::string& text, const std::string& ns);

}  // namespace shimtrace::session
