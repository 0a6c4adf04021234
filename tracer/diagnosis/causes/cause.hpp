// What a cause is, all of it in one declaration: its word, how urgent it is, which ends of a chain it fits, whom it blames, its sentence,
// its remedies, and what it means to people. The declarations are grouped by family in the *_causes.cpp of this folder; a new cause is a
// new one.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// What must hold of a path beside its end.
enum class Where : std::uint8_t {
    anywhere,
    at_shim,        ///< the last process before the end is the target's shim
    at_runtime,     ///< … is runc or its init
    at_hook,        ///< … is a hook, or what that has started
    at_containerd,  ///< … is containerd
    only_in_shim,   ///< every process on the path is the shim
    over_stdio,     ///< the way leads out over stdout or stderr, past the target
    over_console,
    over_log_fifo,
    over_exec_fifo,
    over_teardown,  ///< zap_pid_ns_processes
    over_runtime,   ///< runc is on the way
    over_socket,    ///< the way leads to the other end of a connection, and that is not containerd's
    over_plugin,    ///< a daemon waits for what it has started or calls
    at_plugin,      ///< what it has started is to read what is written to it
    at_call,        ///< it begins with a call that a daemon is at
};

/// Paths that a cause names.
struct Fit {
    int rank;                     ///< of all fits those of the lowest rank are tried first; no two have the same
    std::vector<RootCause> ends;  ///< empty: any
    Where where;
};

/// The process that the last edge leads to, the last one before it, or everybody in the ring that the path ends in.
enum class Whom : std::uint8_t { led_to, led_from, in_ring };

/// The part that a process plays at an end, and why it is to blame.
struct Blame {
    RootCause end;
    Whom whom;
    std::string_view role;  ///< empty: the process's own
    std::string_view why;
    std::optional<ProcessState> state = {};   ///< only in this; nullopt: in any. The first row that fits a process counts
    bool others_only = false;                 ///< a process of the target itself is the patient, and not to blame
    std::optional<ProcessRole> of_role = {};  ///< only who plays that part
};

/// What makes an end believed.
enum class ProvenBy : std::uint8_t {
    end,  ///< the last wait alone: who is stopped is stopped, however the way to it is known
    way,  ///< as sure as the weakest wait on the way
};

/// An end of a chain that is this cause's own. Where it is met under another cause (stdio backs up behind a dead file system) the same
/// processes are to blame, unless that cause has rows of its own.
struct End {
    RootCause kind;
    ProvenBy proof;
};

/// What sentences and remedies are made from.
struct ExplanationInput {
    const Context& look;
    const Path& path;
    std::vector<Culprit> culprits;
};

/// A way out. Each has a hang in scripts/lab on which tests/remedies carries it out.
struct RemedyRow {
    std::string_view name;                                 ///< stable: tests/remedies/seen has by it where it was seen to work
    std::string_view what;                                 ///< for people, of the kind: "let whoever is stopped go on"
    std::string_view command;                              ///< its shape, for people: "kill -CONT PID"; empty: there is none
    std::vector<Remedy> (*make)(const ExplanationInput&);  ///< empty: not in this case. nullptr: a check makes it
    bool if_no_other = false;                              ///< only where no row before it applies
};

/// For people, in whole sentences.
struct Paragraphs {
    std::string_view meaning;     ///< who waits for what
    std::string_view recognised;  ///< by what shimtrace knows it
    std::string_view mending;     ///< what to do, beyond the remedies' own words
    std::string_view seen;        ///< where people met it: issues; empty: nowhere that is known
};

struct Cause {
    std::string_view word;
    int urgency;  ///< what must be mended first has the lowest; no two have the same
    bool stuck;
    std::vector<Fit> fits;  ///< empty: no path earns it
    std::vector<End> ends;
    std::vector<Blame> blame;
    std::string (*sentence)(const ExplanationInput&);
    std::vector<RemedyRow> remedies;
    Paragraphs text;
    bool of_no_call = false;     ///< not while a daemon's call is at work on it: what is being made has files before it has a process
    bool shared_object = false;  ///< what hang on one object (a mount, a cgroup) hang for one reason, though nobody is to blame
};

}  // namespace shimtrace::diagnosis
