// What `why` says: the cause by its word, the culprits, the chain that proves it, what to do. Field by field the JSON of
// schema shimtrace.why/1.
#pragma once

#include <shimtrace/process_state.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/types.hpp>
#include <shimtrace/wait_graph.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

enum class Confidence : std::uint8_t { possible, likely, certain };
enum class Risk : std::uint8_t { safe, disruptive, destroys_data };

struct Culprit {
    Pid pid;
    std::int32_t pid_ns = 0;  ///< inside its own pid namespace; 0: the same
    std::string comm;
    std::string role;  ///< "reader", "shim", "hook", "holder" …
    ProcessState state = ProcessState::unknown;
    std::string why;
    ContainerRef container = {};  ///< that it runs in; none: in none that was found
};

struct ChainLink {
    std::string from, waits, on, to;
};

/// A process that a command names. Its pid may be another's by the time that the command is typed: start time and pid together are it.
struct NamedProcess {
    Pid pid;
    std::uint64_t start_time = 0;  ///< as Process has it; 0: not known
};

struct Remedy {
    std::string text;
    std::string command;  ///< never executed; may be empty
    Risk risk = Risk::safe;
    std::string name = {};  ///< of its kind, stable: "go-on"
    std::vector<NamedProcess> named = {};
};

/// What could not be seen: it bounds what can be said.
struct Limit {
    std::string what;   ///< "goroutines of shim[790]"
    std::string why;    ///< "not permitted"
    std::string needs;  ///< what would help: "CAP_SYS_PTRACE"; empty: nothing that is known
    auto operator<=>(const Limit&) const = default;
};

struct DiagnosedTarget {
    Pid pid;
    std::int32_t pid_ns = 0;
    std::string comm;
    std::string role;
    ContainerRef container;
    std::string place = {};                               ///< where its state is, if others have the same namespace and id
    std::string pod_namespace = {}, pod = {}, name = {};  ///< Kubernetes' names; `name` also docker's, podman's or nerdctl's
};

/// A call that a daemon, or a shim, has not answered yet.
struct CallUnderWay {
    std::string service, method;
    std::string pod_namespace, pod, name;  ///< whose it is, where that could be told
    std::string container;                 ///< id
    Pid pid;                               ///< who serves it
    GoroutineId goroutine;
    std::optional<double> since_s;  ///< at least so long
    std::string waits_for;          ///< in words, up to the root
    bool late = false;              ///< it takes longer than is usual
};

/// A bug that is known, whose whole signature was seen.
struct KnownBug {
    std::string id;         ///< "opencontainers/runc#5208"
    std::string what;       ///< in one sentence
    std::string component;  ///< "runc"
    std::string fixed_in;   ///< "1.3.6, 1.4.2"; empty: in no release that is known
    std::string running;    ///< the version here
};

struct Diagnosis {
    DiagnosedTarget target;
    std::string cause;  ///< a word of the table of causes
    bool stuck = false;
    bool decided = true;     ///< false: evidence was out of reach, and whether it is stuck could not be told
    bool unsettled = false;  ///< another look could tell more
    Confidence confidence = Confidence::possible;
    std::optional<double> since_s;
    std::string summary;
    std::vector<Culprit> culprits;  ///< most to blame first
    std::vector<ChainLink> chain;
    std::vector<std::string> evidence;
    std::vector<Remedy> remedies;
    std::int64_t stopped_us = 0;
    std::vector<Limit> limits;             ///< what could not be seen of it
    std::string shared_object;             ///< the mount or cgroup at the root, on which others may hang for the same reason; empty: none
    std::vector<Diagnosis> also;           ///< what else ails it, less urgent
    WaitGraph graph;                       ///< the part of the graph that was walked
    std::vector<CallUnderWay> calls = {};  ///< of a daemon: what it is at work on, the oldest first
    std::optional<KnownBug> known_bug = {};
};

}  // namespace shimtrace
