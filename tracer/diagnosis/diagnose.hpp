// From a Snapshot to verdicts. Pure: the same on the live host and offline.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <vector>

namespace shimtrace::diagnosis {

/// Which part of the snapshot is asked about. Both empty: every shim's containers, and containers without a shim.
struct Query {
    std::vector<ContainerRef> containers;
    std::vector<Pid> pids;
    std::vector<Pid> shims;  ///< of `containers`, in their order: two containerds may have namesakes. 0 or missing: by name alone
    /// Of `containers`, in their order: where the state of one of several namesakes is. Empty or missing: any.
    std::vector<std::string> places = {};
    std::vector<PodRef> pods = {};  ///< of which no shim tells
    /// Of which the look before saw another shim or another init, or nothing: what could not be seen of them had just come, or just gone.
    std::vector<ContainerRef> remade = {};
};

/// One diagnosis for each container or pid asked about, in the order asked.
std::vector<Diagnosis> diagnose(const Snapshot& snapshot, const Query& query);

/// What could not be seen at all, whatever was asked; then what could not be seen of each one that was diagnosed.
std::vector<Limit> limits_of(const Snapshot& snapshot, const std::vector<Diagnosis>& diagnoses);

/// The whole graph, for -v and --dot.
WaitGraph build_wait_graph(const Snapshot& snapshot);

/// True where a second look at counters could change the verdict (nothing in the first is proof of a hang).
bool needs_second_look(const std::vector<Diagnosis>& diagnoses);
bool needs_second_look(const Diagnosis& diagnosis);
/// True where everything is asked about, and only more time can tell of a daemon that is at calls about no container: another look has to
/// be at all.
bool daemons_are_unsettled(const Snapshot& snapshot, const Query& query);
/// True where only more time can tell: a request to a shim that may take some seconds.
bool is_unsettled(const std::vector<Diagnosis>& diagnoses);

}  // namespace shimtrace::diagnosis
