// The stream that live tracing and replay both produce, and that printing, counting and recording consume. Live and
// replay differ only in the source at the head: so replay prints what live would have printed.
#pragma once

#include <shimtrace/event.hpp>
#include <shimtrace/open_file.hpp>
#include <shimtrace/scheduling.hpp>
#include <shimtrace/snapshot.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace shimtrace {

/// A task (process or thread) as rendering needs it: defined before the first Event that names it, and again when it changes.
struct TaskInfo {
    Pid pid;
    Tid tid;
    std::string comm;
    std::vector<std::int32_t> ns_tids;  ///< NSpid: the tid in each nested pid namespace, outermost first; one entry: not nested
    Inode pid_namespace;
    ProcessRoleInfo role;
};

/// Whether it is what a caller in that (innermost) pid namespace calls `number`.
inline bool has_number(const TaskInfo& task, Inode pid_namespace, std::int32_t number) {
    return task.pid_namespace == pid_namespace && !task.ns_tids.empty() && task.ns_tids.back() == number;
}

/// Where and when a session was made. CLOCK_REALTIME and CLOCK_MONOTONIC were read at the same moment.
struct SessionInfo {
    HostInfo host;
    RealTime real_anchor;
    MonotonicTime monotonic_anchor;
    Arch arch = Arch::x86_64;
    std::string writer;                     ///< "shimtrace 0.1.0"
    std::vector<std::string> command_line;  ///< how shimtrace was called, for people
    std::vector<Tid> targets;               ///< threads of the targets at the start
    bool started_command = false;           ///< `-- CMD`: the first task was started by shimtrace
    bool follows = false;                   ///< -f
    bool scheduling = false;                ///< what the scheduler did is recorded as well

    [[nodiscard]] RealTime real(MonotonicTime time) const { return real_anchor + (time - monotonic_anchor); }
};

/// The consumer of a session. Calls arrive in order from one thread. A definition comes before its first use.
class EventSink {
public:
    virtual ~EventSink() = default;

    virtual void session(const SessionInfo&) {}
    virtual void target(OpenFileId, const OpenFile&) {}
    virtual void task(const TaskInfo&) {}
    virtual void event(const Event&) = 0;
    virtual void snapshot(const Snapshot&) {}
    /// Its times do not follow those of event(): a stretch comes when it has been read.
    virtual void scheduling(const Scheduling&) {}
    /// All who ran before have stopped once, or cannot be stopped: from here on no call is missed.
    virtual void in_place() {}
    /// Nothing more has happened for now: show what is held back.
    virtual void idle() {}
    /// The stream has ended: flush, print summaries.
    virtual void end() {}
};

/// A session's dictionary of targets, as a sink rebuilds it from target().
class OpenFileDictionary {
public:
    void define(OpenFileId id, const OpenFile& target) {
        if (targets_.size() <= id.value) targets_.resize(id.value + std::size_t{1});
        targets_[id.value] = target;
    }
    /// nullptr: not defined.
    [[nodiscard]] const OpenFile* find(OpenFileId id) const { return id && id.value < targets_.size() ? &targets_[id.value] : nullptr; }

private:
    std::vector<OpenFile> targets_;
};

}  // namespace shimtrace
