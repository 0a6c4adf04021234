// TARGETs as people type them, found on a host or in a snapshot of one, and what is asked about them.
#pragma once

#include "tracer/containerd/find_target.hpp"
#include "tracer/diagnosis/diagnose.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/snapshot.hpp>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::session {

/// Why what was asked for is not done. `usage`: the words are at fault (more than one match, nothing named), not the host.
struct Refusal {
    Error error;
    bool usage = false;
};

using FoundTargets = std::vector<containerd::FoundTarget>;

/// `snapshot` must have roles assigned and ContainerFiles read. One TARGET is several where it is a pod. `ns`: only containers of this
/// namespace are meant, containerd's or Kubernetes'; without TARGETs all of it are.
std::expected<FoundTargets, Refusal> find_target(const Snapshot& snapshot, const std::string& text, const std::string& ns = {});
std::expected<FoundTargets, Refusal> find_targets(const Snapshot& snapshot, const std::vector<std::string>& texts,
                                                  const std::string& ns = {});

/// The TARGETs, each to be found or refused by itself. Without any one that is none, and stands for all of the namespace.
std::vector<std::optional<std::string>> asked_words(const std::vector<std::string>& texts);
/// As find_target, of one of these.
std::expected<FoundTargets, Refusal> find_asked(const Snapshot& snapshot, const std::optional<std::string>& word, const std::string& ns);

/// Of a session's targets those that are there; one that has come to mean several is left out as well, but not in silence: why goes to
/// `left_out`.
FoundTargets find_remaining(const Snapshot& snapshot, const std::vector<std::string>& texts, std::vector<std::string>& left_out);

/// What `why` is asked by naming these.
diagnosis::Query query_of(const Snapshot& snapshot, const FoundTargets& targets);

/// A session also asks for the containers of the shims that it came upon; without targets, for the processes that it started. It never
/// asks for nothing, which would mean the whole host.
void add_session(diagnosis::Query& query, const Snapshot& snapshot, const std::vector<Pid>& processes, bool has_targets);

/// The processes to look at closely: the shim, the runc processes and the container's own, whose families come with them. `processes`:
/// of a session; without it no targets mean every container's.
std::vector<Pid> concerned(const Snapshot& snapshot, const FoundTargets& targets, const std::optional<std::vector<Pid>>& processes);

/// The query that a saved snapshot answers: what was asked when it was taken, or what is named now.
std::expected<diagnosis::Query, Refusal> query_about(const Snapshot& snapshot, const std::vector<std::string>& targets,
                                                     const std::string& ns = {});

}  // namespace shimtrace::session
