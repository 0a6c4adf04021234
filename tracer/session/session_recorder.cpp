#include "tracer/session/session_recorder.hpp"

#include "decoders/syscalls/table.hpp"
#include "tracer/containerd/process_role.hpp"
#include "tracer/session/diagnose_live.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace shimtrace::session {

namespace {

using Clock = std::chrono::steady_clock;

recording::Writer* dumped_on_signal = nullptr;  // a signal handler has no other way to it

void on_dump_signal(int) {
    if (dumped_on_signal != nullptr) dumped_on_signal->dump();
}

/// SIGUSR1 writes out the flight recorder, as long as this lives.
class DumpSignal {
public:
    explicit DumpSignal(recording::Writer& writer) {
        dumped_on_signal = &writer;
        struct sigaction action {};
        action.sa_handler = on_dump_signal;
        action.sa_flags = SA_RESTART;
        ::sigaction(SIGUSR1, &action, &before_);
    }
    ~DumpSignal() {
        ::sigaction(SIGUSR1, &before_, nullptr);
        dumped_on_signal = nullptr;
    }
    DumpSignal(const DumpSignal&) = delete;
    DumpSignal& operator=(const DumpSignal&) = delete;

private:
    struct sigaction before_ {};
};

struct Blocked {
    std::string call;
    MonotonicTime since, seen;
};

/// Whether a snapshot shows anything that has to do with containers.
bool shows_containers(const Snapshot& snapshot) {
    return !snapshot.containers.empty() ||
           std::ranges::any_of(snapshot.processes, [](const Process& process) { return process.role.role != ProcessRole::none; });
}

/// For the looks of `why`, which go on while in doubt.
constexpr Nanoseconds resample_interval = std::chrono::milliseconds(200);

class Recorder final : public SessionRecorder {
public:
    Recorder(RecordingPlan plan, engine::StopRequest& stop, std::unique_ptr<recording::Writer> writer)
        : plan_(std::move(plan)), stop_(stop), writer_(std::move(writer)), dump_signal_(*writer_), diagnosis_(interruptible(plan_.about)) {
        if (plan_.snapshots && plan_.first_snapshot) first_ = take_snapshot(plan_.attached);
        if (plan_.versions && first_ && shows_containers(*first_)) plan_.versions->want();
        started_ = Clock::now();
        housekeeping_ = signal_free_thread([this] { run_housekeeping(); });
    }
    ~Recorder() override { finish(); }
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    void session(const SessionInfo& session) override {
        if (!plan_.scheduler) {
            writer_->session(session);
        } else {
            SessionInfo with_scheduling = session;
            with_scheduling.scheduling = true;
            writer_->session(with_scheduling);
            (void)plan_.scheduler->read();  // of before the session
            reading_ = signal_free_thread([this] { read_scheduler(); });
        }
        if (first_) keep(*first_);
        first_.reset();
    }
    void target(OpenFileId id, const OpenFile& target) override { writer_->target(id, target); }
    void task(const TaskInfo& task) override { writer_->task(task); }
    void snapshot(const Snapshot& snapshot) override { keep(snapshot); }
    void event(const Event& event) override {
        writer_->event(event);
        if (!began_) began_ = event.time;
        last_event_ = std::max(last_event_, event.time);
        switch (event.kind) {
            case EventKind::still_blocked:
                note_blocked(event);
                break;
            case EventKind::syscall_exit:
                forget_blocked(event.tid);
                break;
            case EventKind::attached:
                note_process(event.pid, true);
                break;
            case EventKind::exited:
            case EventKind::killed:
                forget_blocked(event.tid);
                if (event.tid == leader(event.pid)) note_process(event.pid, false);
                break;
            default:
                break;
        }
    }
    void in_place() override {
        if (plan_.begins) plan_.begins();
        in_place_ = true;
    }
    void end() override { finish(); }

    void show_last_to(std::vector<EventSink*> sinks) override { shown_to_ = std::move(sinks); }
    [[nodiscard]] const Snapshot* first_snapshot() const override { return first_ ? &*first_ : nullptr; }

    RecordingEnd outcome() override {
        finish();
        return {.counts = writer_->counts(),
                .failure = writer_->failure(),
                .processes = seen_.size(),
                .snapshots = snapshots_,
                .lasted = began_ ? last_event_ - *began_ : Nanoseconds{},
                .scheduling = scheduling_};
    }

private:
    void finish() {
        if (finished_) return;
        finished_ = true;
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        // Who interrupts does not wait for a look that has begun, nor long for the last.
        const bool waited_for = stop_.stopped() && !ends_itself_;
        if (waited_for) give_up_at_ = Clock::now().time_since_epoch().count();
        wake_.notify_all();
        housekeeping_.join();
        if (reading_.joinable()) reading_.join();
        if (waited_for) give_up_at_ = (Clock::now() + last_look_takes).time_since_epoch().count();
        if (plan_.snapshots && (plan_.first_snapshot || any_lives())) take_last_snapshot();
        writer_->end();
    }

    DiagnoseOptions interruptible(DiagnoseOptions options) {
        options.interrupted = [this] { return Clock::now().time_since_epoch().count() >= give_up_at_; };
        return options;
    }

    static constexpr auto last_look_takes = std::chrono::milliseconds(700);

    void take_last_snapshot() {
        // Who interrupts is not kept waiting for a second.
        constexpr Nanoseconds shorter = std::chrono::milliseconds(500);
        diagnosis_.set_session(processes());
        const bool interrupted = stop_.stopped() && !ends_itself_;
        if (const auto seen = diagnosis_.once(resample_interval, interrupted ? shorter : long_enough)) {
            keep(seen->snapshot);
            for (EventSink* sink : shown_to_) sink->snapshot(seen->snapshot);
        }
    }

    void end_session() {
        if (!stop_.stopped()) ends_itself_ = true;
        stop_.stop();
    }

    /// The session's processes as `why` would see them; `every`: it is one of many.
    std::optional<Snapshot> take_snapshot(std::vector<Pid> processes, std::optional<Nanoseconds> every = {}) {
        const Nanoseconds interval = processes.empty() ? Nanoseconds{} : resample_interval;  // nobody is there to be in doubt of
        diagnosis_.set_session(std::move(processes));
        auto seen = every ? diagnosis_.next(interval, *every) : diagnosis_.once(interval);
        if (!seen) return std::nullopt;
        return std::move(seen->snapshot);
    }

    /// All that live; where none does, the one that was there first: a snapshot without it is still about it.
    std::vector<Pid> processes() {
        const std::lock_guard lock(mutex_);
        std::vector<Pid> pids(processes_.begin(), processes_.end());
        if (pids.empty() && first_process_) pids.push_back(first_process_);
        return pids;
    }

    bool any_lives() {
        const std::lock_guard lock(mutex_);
        return !processes_.empty();
    }

    void note_process(Pid pid, bool alive) {
        const std::lock_guard lock(mutex_);
        if (alive) {
            if (!first_process_) first_process_ = pid;
            processes_.insert(pid);
            seen_.insert(pid);
        } else {
            processes_.erase(pid);
        }
    }

    void note_blocked(const Event& event) {
        const auto since = event.since.value_or(event.time);
        const auto name = decoders::syscall_name(event.arch, event.number);
        {
            const std::lock_guard lock(mutex_);
            blocked_[event.tid] = {name ? std::string(*name) : std::to_string(event.number), since, event.time};
        }
        if (plan_.until_blocked && event.time - since >= *plan_.until_blocked) end_session();
    }

    void forget_blocked(Tid tid) {
        if (blocked_.empty()) return;  // this thread alone changes it
        const std::lock_guard lock(mutex_);
        blocked_.erase(tid);
    }

    void keep(const Snapshot& snapshot) {
        ++snapshots_;
        if (!plan_.versions || plan_.versions->wanted() || !shows_containers(snapshot)) return writer_->snapshot(snapshot);
        // They have come since: what the session said at its beginning stands.
        Snapshot told = snapshot;
        plan_.versions->tell(told.host);
        writer_->snapshot(told);
    }

    /// Its rings are small: a look at the host, which takes longer, must not keep them from being read.
    void read_scheduler() {
        constexpr auto pause = std::chrono::milliseconds(50);
        bool ending = false;
        while (!ending) {
            {
                std::unique_lock lock(mutex_);
                ending = wake_.wait_for(lock, pause, [&] { return ending_; });
            }
            if (const auto stretch = plan_.scheduler->read()) {
                scheduling_ += stretch->events.size();
                writer_->scheduling(*stretch);
            }
        }
    }

    /// All that goes by the clock.
    void run_housekeeping() {
        // Without anything that goes by the clock, only a failed disk has to be noticed.
        const bool by_the_clock = plan_.progress || plan_.duration || plan_.snapshot_every;
        const auto pause = std::chrono::milliseconds(by_the_clock ? 100 : 1000);
        auto next_snapshot = started_ + plan_.snapshot_every.value_or(Nanoseconds{});
        auto next_line = started_;
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, pause, [&] { return ending_; })) {
            lock.unlock();
            const auto now = Clock::now();
            if (plan_.duration && now - started_ >= *plan_.duration) end_session();
            if (writer_->failure()) end_session();
            if (plan_.snapshot_every && now >= next_snapshot) {
                if (const auto snapshot = take_snapshot(processes(), plan_.snapshot_every)) keep(*snapshot);
                next_snapshot = std::max(next_snapshot + *plan_.snapshot_every, Clock::now());
            }
            if (plan_.progress && in_place_ && now >= next_line) {
                tell_progress(now);
                next_line = now + std::chrono::milliseconds(500);
            }
            lock.lock();
        }
    }

    void tell_progress(Clock::time_point now) {
        RecordingProgress progress{.counts = writer_->counts()};
        const double seconds = std::chrono::duration<double>(now - last_line_).count();
        if (last_line_ != Clock::time_point{})
            progress.events_per_second = static_cast<double>(progress.counts.events - last_events_) / seconds;
        last_line_ = now;
        last_events_ = progress.counts.events;
        {
            const std::lock_guard lock(mutex_);
            progress.blocked = blocked_.size();
            const auto longest =
                std::ranges::max_element(blocked_, {}, [](const auto& item) { return item.second.seen - item.second.since; });
            if (longest != blocked_.end())
                progress.longest = {longest->second.call, longest->first, longest->second.seen - longest->second.since};
        }
        plan_.progress(progress);
    }

    const RecordingPlan plan_;
    engine::StopRequest& stop_;
    const std::unique_ptr<recording::Writer> writer_;
    const DumpSignal dump_signal_;
    std::atomic<Clock::rep> give_up_at_ = std::numeric_limits<Clock::rep>::max();  ///< a look that has not come to its end by then
    LiveDiagnosis diagnosis_;
    std::optional<Snapshot> first_;
    Clock::time_point started_, last_line_;
    std::uint64_t last_events_ = 0;
    bool finished_ = false;
    std::atomic<bool> in_place_ = false;
    std::atomic<bool> ends_itself_ = false;  ///< by what the plan says, and not because it is interrupted

    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::map<Tid, Blocked> blocked_;
    std::set<Pid> processes_;
    Pid first_process_;
    std::set<Pid> seen_;
    std::thread housekeeping_, reading_;
    std::optional<MonotonicTime> began_;
    MonotonicTime last_event_;
    std::atomic<std::size_t> snapshots_ = 0;
    std::uint64_t scheduling_ = 0;
    std::vector<EventSink*> shown_to_;
};

}  // namespace

Result<std::unique_ptr<SessionRecorder>> SessionRecorder::create(const RecordingPlan& plan, engine::StopRequest& stop) {
    auto writer = recording::Writer::create(plan.path, plan.writer);
    if (!writer) return std::unexpected(writer.error());
    return std::make_unique<Recorder>(plan, stop, std::move(*writer));
}

Result<RecordedSession> record_session(const RecordingPlan& recording, const SessionPlan& plan, std::vector<EventSink*> sinks,
                                       engine::StopRequest& stop) {
    const std::vector<std::string>& command = plan.request.command;
    const bool of_containers =
        shows_containers(plan.surroundings) || (!command.empty() && containerd::has_containers_name(command.front()));
    if (recording.versions && of_containers) recording.versions->want();
    RecordingPlan wanted = recording;
    wanted.first_snapshot = plan.request.attaches() || of_containers;
    auto recorder = SessionRecorder::create(wanted, stop);
    if (!recorder) return std::unexpected(std::move(recorder.error()));
    // A replay's printer begins with it.
    if (const Snapshot* first = (*recorder)->first_snapshot())
        for (EventSink* sink : sinks) sink->snapshot(*first);
    if (recording.shows_last) (*recorder)->show_last_to(sinks);
    // Whoever ends with it has to come after it.
    sinks.insert(recording.shows_last ? sinks.begin() : sinks.end(), recorder->get());
    auto session = run_session(plan, sinks, stop);
    return RecordedSession{.session = std::move(session), .recording = (*recorder)->outcome()};
}

}  // namespace shimtrace::session
