#include "tracer/cli/session_recorder.hpp"

#include "decoders/syscalls/table.hpp"
#include "tracer/cli/diagnose_live.hpp"
#include "tracer/cli/live_session.hpp"
#include "tracer/cli/time_text.hpp"
#include "tracer/containerd/versions.hpp"
#include "tracer/diagnosis/graph/snapshot_delta.hpp"

#include <shimtrace/signal_free_thread.hpp>

#include <fmt/format.h>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace shimtrace::cli {

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

std::string size_text(std::uint64_t bytes) {
    if (bytes >= std::uint64_t{1} << 20) return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
    return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / (1 << 10));
}

struct Blocked {
    std::string call;
    MonotonicTime since, seen;
};

/// The session's processes as `why` would see them. Used by one thread at a time.
class SnapshotTaker {
public:
    explicit SnapshotTaker(const RecordingPlan& plan) : plan_(plan) {}

    /// Looks again, as `why` does, where the first look could have seen something passing.
    std::optional<Snapshot> look(std::vector<Pid> processes) {
        const DiagnoseOptions options = options_for(std::move(processes));
        auto seen = observe(plan_.globals, options, second_look_after, cache_);
        if (!seen) return std::nullopt;
        return std::move(seen->snapshot);
    }

    /// For the next of many looks, `every` so long. Where the one before is just past it is compared to that one instead of waiting; who
    /// has moved since one long past may stand still by now.
    std::optional<Snapshot> take(std::vector<Pid> processes, Nanoseconds every) {
        constexpr Nanoseconds just_past = std::chrono::seconds(2);
        if (every > just_past) return look(std::move(processes));
        const DiagnoseOptions options = options_for(std::move(processes));
        auto sight = cli::look(plan_.globals, options, cache_);
        if (!sight) return std::nullopt;
        Snapshot as_seen = sight->snapshot;
        if (before_ && as_seen.taken_monotonic - before_->taken_monotonic <= just_past) {
            diagnosis::merge_progress(sight->snapshot, *before_);
        } else {
            sight = resample(plan_.globals, options, cache_, as_seen, second_look_after);
            if (!sight) return std::nullopt;
        }
        before_ = std::move(as_seen);
        return std::move(sight->snapshot);
    }

private:
    static constexpr Nanoseconds second_look_after = std::chrono::milliseconds(200);

    [[nodiscard]] DiagnoseOptions options_for(std::vector<Pid> processes) const {
        return {.targets = plan_.targets, .goroutines = true, .may_stop = false, .session = std::move(processes)};
    }

    const RecordingPlan& plan_;
    stacks::BinaryCache cache_;
    std::optional<Snapshot> before_;
};

class Recorder final : public SessionRecorder {
public:
    Recorder(RecordingPlan plan, engine::StopRequest& stop, std::unique_ptr<recording::Writer> writer)
        : plan_(std::move(plan)), stop_(stop), writer_(std::move(writer)), dump_signal_(*writer_), snapshot_taker_(plan_) {
        if (plan_.snapshots) first_ = snapshot_taker_.look(plan_.attached);
        started_ = Clock::now();
        housekeeping_ = signal_free_thread([this] { run_housekeeping(); });
    }
    ~Recorder() override { finish(); }
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    void session(const SessionInfo& session) override {
        writer_->session(session);
        if (first_) writer_->snapshot(*first_);
        first_.reset();
    }
    void target(OpenFileId id, const OpenFile& target) override { writer_->target(id, target); }
    void task(const TaskInfo& task) override { writer_->task(task); }
    void snapshot(const Snapshot& snapshot) override { writer_->snapshot(snapshot); }
    void event(const Event& event) override {
        writer_->event(event);
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
    void end() override { finish(); }

    [[nodiscard]] const Snapshot* first_snapshot() const override { return first_ ? &*first_ : nullptr; }

    Result<void> outcome() override {
        finish();
        if (const auto failure = writer_->failure()) return std::unexpected(*failure);
        return {};
    }

private:
    void finish() {
        if (finished_) return;
        finished_ = true;
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        wake_.notify_one();
        housekeeping_.join();
        if (plan_.snapshots)
            if (const auto last = snapshot_taker_.look(processes())) writer_->snapshot(*last);
        writer_->end();
        const auto counts = writer_->counts();
        if (plan_.progress) {
            fmt::print(stderr, "\r\033[Kshimtrace: {} events, {} in {}{}\n", counts.events, size_text(counts.bytes), plan_.path,
                       counts.dropped == 0 ? std::string() : fmt::format(", {} dropped", counts.dropped));
        } else if (counts.dropped != 0) {
            fmt::print(stderr, "shimtrace: {} of {} events were dropped: {} could not keep up\n", counts.dropped,
                       counts.dropped + counts.events, plan_.path == "-" ? "standard output" : plan_.path);
        }
    }

    /// All that live; where none does, the one that was there first: a snapshot without it is still about it.
    std::vector<Pid> processes() {
        const std::lock_guard lock(mutex_);
        std::vector<Pid> pids(processes_.begin(), processes_.end());
        if (pids.empty() && first_process_) pids.push_back(first_process_);
        return pids;
    }

    void note_process(Pid pid, bool alive) {
        const std::lock_guard lock(mutex_);
        if (alive) {
            if (!first_process_) first_process_ = pid;
            processes_.insert(pid);
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
        if (plan_.until_blocked && event.time - since >= *plan_.until_blocked) stop_.stop();
    }

    void forget_blocked(Tid tid) {
        if (blocked_.empty()) return;  // this thread alone changes it
        const std::lock_guard lock(mutex_);
        blocked_.erase(tid);
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
            if (plan_.duration && now - started_ >= *plan_.duration) stop_.stop();
            if (writer_->failure()) stop_.stop();
            if (plan_.snapshot_every && now >= next_snapshot) {
                if (const auto snapshot = snapshot_taker_.take(processes(), *plan_.snapshot_every)) writer_->snapshot(*snapshot);
                next_snapshot = std::max(next_snapshot + *plan_.snapshot_every, Clock::now());
            }
            if (plan_.progress && now >= next_line) {
                print_progress(now);
                next_line = now + std::chrono::milliseconds(500);
            }
            lock.lock();
        }
    }

    void print_progress(Clock::time_point now) {
        const auto counts = writer_->counts();
        const double seconds = std::chrono::duration<double>(now - last_line_).count();
        const double rate = last_line_ == Clock::time_point{} ? 0 : static_cast<double>(counts.events - last_events_) / seconds;
        last_line_ = now;
        last_events_ = counts.events;
        std::string line = fmt::format("{} events, {:.0f}/s, {}", counts.events, rate, size_text(counts.bytes));
        if (counts.dropped != 0) line += fmt::format(", {} dropped", counts.dropped);
        {
            const std::lock_guard lock(mutex_);
            const auto longest =
                std::ranges::max_element(blocked_, {}, [](const auto& item) { return item.second.seen - item.second.since; });
            if (longest != blocked_.end())
                line += fmt::format(", {} blocked: {} of {} for {:.0f} s", blocked_.size(), longest->second.call, longest->first.value,
                                    std::chrono::duration<double>(longest->second.seen - longest->second.since).count());
        }
        fmt::print(stderr, "\r\033[K{:.120}", line);
        std::fflush(stderr);
    }

    const RecordingPlan plan_;
    engine::StopRequest& stop_;
    const std::unique_ptr<recording::Writer> writer_;
    const DumpSignal dump_signal_;
    SnapshotTaker snapshot_taker_;
    std::optional<Snapshot> first_;
    Clock::time_point started_, last_line_;
    std::uint64_t last_events_ = 0;
    bool finished_ = false;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::map<Tid, Blocked> blocked_;
    std::set<Pid> processes_;
    Pid first_process_;
    std::thread housekeeping_;
};

Result<void> set_duration(const std::string& text, const char* option, std::optional<Nanoseconds>& into) {
    if (text.empty()) return {};
    const auto value = parse_duration(text);
    if (!value) return fail(fmt::format("{} {}", option, value.error().what), 0, value.error().hint);
    into = *value;
    return {};
}

Result<void> set_size(const std::string& text, const char* option, std::uint64_t& into) {
    if (text.empty()) return {};
    const auto value = parse_size(text);
    if (!value) return fail(fmt::format("{} {}", option, value.error().what), 0, value.error().hint);
    into = *value;
    return {};
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    constexpr std::pair<std::string_view, unsigned> units[] = {{"", 0},     {"k", 10}, {"K", 10}, {"KiB", 10}, {"m", 20}, {"M", 20},
                                                               {"MiB", 20}, {"g", 30}, {"G", 30}, {"GiB", 30}, {"T", 40}};
    const auto known = std::ranges::find(units, unit, &std::pair<std::string_view, unsigned>::first);
    if (error != std::errc{} || known == std::end(units) || value > (std::uint64_t{1} << 62 >> known->second))
        return fail(fmt::format("'{}' is not a size", text), 0, "4096, 512K, 64M, 1G");
    return value << known->second;
}

void add_file_options(CLI::App& app, RecordingOptions& options) {
    app.add_flag("--force", options.force, "overwrite an existing recording");
    app.add_option("--payload", options.payload, "bytes kept of each buffer (256; 0: none)")->type_name("BYTES");
    app.add_flag("--redact", options.redact, "leave out buffers and environments; lengths and targets are kept");
    app.add_flag("--no-snapshots", options.no_snapshots, "no snapshots of the host at start and end");
}

void add_recorder_options(CLI::App& app, RecordingOptions& options) {
    app.add_option("--ring", options.ring, "flight recorder: keep the last SIZE in memory, written at the end and on SIGUSR1")
        ->type_name("SIZE");
    app.add_option("--duration", options.duration, "end after that time")->type_name("TIME");
    app.add_option("--until-blocked", options.until_blocked, "end the moment that a call has blocked for that long")->type_name("TIME");
    app.add_option("--max-size", options.max_size, "begin a new file after SIZE: FILE becomes FILE.1")->type_name("SIZE");
    app.add_option("--max-files", options.max_files, "files kept with --max-size (2)");
    app.add_option("--snapshot-every", options.snapshot_every, "a snapshot of the host each time that passes")->type_name("TIME");
    app.add_option("--on-overrun", options.on_overrun, "where the disk cannot keep up: wait (up to 10 ms, then drop) or drop")
        ->check(CLI::IsMember({"wait", "drop"}));
}

Result<RecordingPlan> plan_recording(const RecordingOptions& options, const Globals& globals, const std::vector<std::string>& targets,
                                     TracePlan& trace) {
    RecordingPlan plan;
    plan.path = options.path;
    plan.globals = globals;
    plan.targets = targets;
    plan.snapshots = !options.no_snapshots;
    plan.progress = ::isatty(STDERR_FILENO) != 0 && options.path != "-";
    plan.writer.force = options.force;
    plan.writer.redact = options.redact;
    if (plan.snapshots) {
        plan.writer.complete_host = [versions = std::optional<containerd::Versions>()](HostInfo& host) mutable {
            if (!versions) versions = containerd::installed_versions();
            host = containerd::with_versions(std::move(host), *versions);
        };
    }
    plan.writer.on_overrun = options.on_overrun == "drop" ? recording::OnOverrun::drop : recording::OnOverrun::wait;
    for (const auto& set :
         {set_duration(options.duration, "--duration", plan.duration),
          set_duration(options.snapshot_every, "--snapshot-every", plan.snapshot_every),
          set_duration(options.until_blocked, "--until-blocked", plan.until_blocked),
          set_size(options.ring, "--ring", plan.writer.ring_bytes), set_size(options.max_size, "--max-size", plan.writer.max_bytes)})
        if (!set) return std::unexpected(set.error());
    const auto files = parse_size(options.max_files);
    if (!files || *files == 0 || *files > 10000) return fail("--max-files " + options.max_files + ": a number of files");
    plan.writer.max_files = static_cast<std::uint32_t>(*files);
    if (plan.writer.ring_bytes != 0 && options.path == "-") return fail("--ring needs a file: -o FILE");

    std::uint64_t payload = 0;
    if (auto set = set_size(options.payload, "--payload", payload); !set) return std::unexpected(set.error());
    engine::TraceRequest& request = trace.request;
    request.limits.payload_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(payload, 1 << 20));
    if (payload == 256) request.limits.payload_bytes = std::max(request.limits.payload_bytes, trace.print.style.string_limit);
    request.limits.redact = options.redact;
    // Messages are of use only whole, unless fewer bytes of everything are asked for than by default.
    request.limits.message_bytes = payload < 256 ? 0 : most_message_bytes;
    request.limits.environment = !options.redact;
    request.resolve_descriptors = true;
    request.instruction_pointers = true;
    request.system_times = true;
    if (plan.until_blocked) request.blocked_after = *plan.until_blocked;
    plan.attached = request.attach;
    for (const Tid tid : request.attach_threads) plan.attached.emplace_back(tid.value);
    for (const Pid pid : trace.pids) plan.targets.push_back(std::to_string(pid.value));
    return plan;
}

Result<std::unique_ptr<SessionRecorder>> SessionRecorder::create(const RecordingPlan& plan, engine::StopRequest& stop) {
    auto writer = recording::Writer::create(plan.path, plan.writer);
    if (!writer) return std::unexpected(writer.error());
    return std::make_unique<Recorder>(plan, stop, std::move(*writer));
}

SessionEnd record_session(const RecordingPlan& recording, const TracePlan& trace, std::vector<EventSink*> sinks,
                          engine::StopRequest& stop) {
    auto recorder = SessionRecorder::create(recording, stop);
    if (!recorder) return {.exit_code = report(recorder.error(), exit_failed)};
    // A replay's printer begins with it.
    if (const Snapshot* first = (*recorder)->first_snapshot())
        for (EventSink* sink : sinks) sink->snapshot(*first);
    sinks.push_back(recorder->get());
    const SessionEnd end = run_session(trace, sinks, stop);
    if (const auto outcome = (*recorder)->outcome(); !outcome) return {.exit_code = report(outcome.error(), exit_failed)};
    return end;
}

}  // namespace shimtrace::cli
