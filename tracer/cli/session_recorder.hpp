// A session into a recording: the options about the file, and the sink that writes it, with snapshots, a progress line, and the reasons to
// end by itself. `record` and `trace --save` share it.
#pragma once

#include "tracer/cli/command.hpp"
#include "tracer/cli/live_session.hpp"
#include "tracer/cli/trace_options.hpp"
#include "tracer/recording/writer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::cli {

/// As typed.
struct RecordingOptions {
    std::string path;
    bool force = false, redact = false, no_snapshots = false;
    std::string payload = "256", ring, max_size, max_files = "2", duration, snapshot_every, until_blocked, on_overrun = "wait";
};

/// What trace --save needs: overwriting, bounds, redaction.
void add_file_options(CLI::App& app, RecordingOptions& options);
/// What a recording by itself can do besides: flight recorder, rotation, ends.
void add_recorder_options(CLI::App& app, RecordingOptions& options);

/// In the parts' own terms.
struct RecordingPlan {
    std::string path;
    recording::WriterOptions writer;
    bool snapshots = true;
    bool progress = false;  ///< on a terminal
    std::optional<Nanoseconds> duration, snapshot_every, until_blocked;
    Globals globals;                   ///< of snapshots
    std::vector<std::string> targets;  ///< as `why` takes them: what a snapshot is asked about
    std::vector<Pid> attached;         ///< the processes that these are
};

/// `targets`: the TARGETs as typed. Errors are usage errors. Changes the trace's plan: what replay may be asked to show has to be captured.
Result<RecordingPlan> plan_recording(const RecordingOptions& options, const Globals& globals, const std::vector<std::string>& targets,
                                     TracePlan& trace);

/// "64M", "1G", "4096".
Result<std::uint64_t> parse_size(std::string_view text);

class SessionRecorder : public EventSink {
public:
    /// Takes the first snapshot, so before anything is attached. `stop` is set when the recording has a reason to end.
    static Result<std::unique_ptr<SessionRecorder>> create(const RecordingPlan& plan, engine::StopRequest& stop);
    /// The one that stands at the head of the recording, until the session begins; nullptr: none.
    [[nodiscard]] virtual const Snapshot* first_snapshot() const = 0;
    /// What happened to the file, once the session has ended: an error where events are missing from it.
    virtual Result<void> outcome() = 0;
};

/// Runs the session into `sinks` and into the recording. Its end is the session's, or, with a message, that of a recording that could not
/// be begun or is not whole.
SessionEnd record_session(const RecordingPlan& recording, const TracePlan& trace, std::vector<EventSink*> sinks, engine::StopRequest& stop);

}  // namespace shimtrace::cli
