// A session into a recording: the sink that writes it, with snapshots and the reasons to end by itself. `record` and `trace --save` share
// it.
#pragma once

#include "tracer/containerd/versions.hpp"
#include "tracer/procfs/scheduler_events.hpp"
#include "tracer/recording/writer.hpp"
#include "tracer/session/diagnose_live.hpp"
#include "tracer/session/live_session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::session {

/// How far a recording is.
struct RecordingProgress {
    recording::WriterCounts counts;
    double events_per_second = 0;
    std::size_t blocked = 0;  ///< calls that block for longer than was asked
    struct Longest {
        std::string call;
        Tid tid;
        Nanoseconds blocked{};
    } longest;  ///< of them
};

struct RecordingPlan {
    std::string path;
    recording::WriterOptions writer;
    bool snapshots = true;
    /// One before it begins. False: nobody is there yet whom it would be about, nor is anybody at the end unless who was started lives on.
    bool first_snapshot = true;
    std::function<void(const RecordingProgress&)> progress;  ///< called twice a second, from another thread; empty: not
    std::function<void()> begins;                            ///< called once no call is missed any more; empty: not
    bool tells = false;                                      ///< what it holds is said at its end
    bool shows_last = false;  ///< the session's other sinks are given the last snapshot, too, before they end: they print it
    std::optional<Nanoseconds> duration, snapshot_every, until_blocked;
    DiagnoseOptions about;                             ///< what a snapshot is asked about: targets as `why` takes them
    std::vector<Pid> attached;                         ///< the processes that these are
    std::shared_ptr<host::SchedulerEvents> scheduler;  ///< what it does is recorded as well; nullptr: not
    /// Wanted once the command, its targets or the first snapshot show anything of containers; nullptr: never.
    std::shared_ptr<containerd::SessionVersions> versions;
};

/// How a recording ended.
struct RecordingEnd {
    recording::WriterCounts counts;
    std::optional<Error> failure;  ///< events are missing from the file, and why
    std::size_t processes = 0, snapshots = 0;
    Nanoseconds lasted{};          ///< from its first event to its last
    std::uint64_t scheduling = 0;  ///< so many events of the scheduler's
};

class SessionRecorder : public EventSink {
public:
    /// Takes the first snapshot where it is wanted, so before anything is attached. `stop` is set when the recording has a reason to end.
    static Result<std::unique_ptr<SessionRecorder>> create(const RecordingPlan& plan, engine::StopRequest& stop);
    /// The one that stands at the head of the recording, until the session begins; nullptr: none.
    [[nodiscard]] virtual const Snapshot* first_snapshot() const = 0;
    /// Before they end these are given the last snapshot as well. They have to end after it.
    virtual void show_last_to(std::vector<EventSink*> sinks) = 0;
    /// What became of the file, once the session has ended.
    virtual RecordingEnd outcome() = 0;
};

struct RecordedSession {
    Result<SessionEnd> session;
    RecordingEnd recording;
};

/// Runs the session into `sinks` and into the recording. Error: that could not be begun.
Result<RecordedSession> record_session(const RecordingPlan& recording, const SessionPlan& plan, std::vector<EventSink*> sinks,
                                       engine::StopRequest& stop);

}  // namespace shimtrace::session
