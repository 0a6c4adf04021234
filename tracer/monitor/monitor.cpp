#include "tracer/monitor/monitor.hpp"

#include "tracer/containerd/listing.hpp"
#include "tracer/monitor/blamed_recorder.hpp"
#include "tracer/monitor/hang_handler.hpp"
#include "tracer/monitor/hang_json.hpp"
#include "tracer/monitor/keep_directory.hpp"
#include "tracer/monitor/metrics.hpp"
#include "tracer/monitor/notify.hpp"
#include "tracer/monitor/otlp_body.hpp"
#include "tracer/monitor/otlp_sender.hpp"
#include "tracer/monitor/page.hpp"
#include "tracer/monitor/watch.hpp"
#include "tracer/monitor/web_server.hpp"
#include "tracer/output/export/picture.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/session/checked_remedies.hpp"

#include <fmt/format.h>

#include <malloc.h>
#include <csignal>
#include <memory>
#include <thread>

namespace shimtrace::monitor {

namespace {

/// What is said of a hang is on the disk before it is said; between the two nothing may end this program but SIGKILL.
class Uninterrupted {
public:
    Uninterrupted() {
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        ::pthread_sigmask(SIG_BLOCK, &alarm, &before_);
    }
    ~Uninterrupted() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    Uninterrupted(const Uninterrupted&) = delete;
    Uninterrupted& operator=(const Uninterrupted&) = delete;

private:
    sigset_t before_{};
};

class Monitor {
public:
    explicit Monitor(const MonitorOptions& options)
        : options_(options),
          watch_(
              {.about = {.targets = {}, .ns = options.ns, .session = {}, .run_dir = options.run_dir, .interrupted = options.interrupted}}),
          began_(host::real_now()) {
        standing_.every_s = std::chrono::duration<double>(options.every).count();
        if (options.record_blamed) recorder_.emplace(*options.record_blamed);
    }

    Result<void> begin() {
        if (!options_.keep.empty()) {
            auto keep = KeepDirectory::open(options_.keep, options_.keep_bytes);
            if (!keep) return std::unexpected(keep.error());
            keep_.emplace(std::move(*keep));
        }
        if (!options_.listen.empty()) {
            auto server = WebServer::start(
                {.listen = options_.listen, .token = options_.token, .made = options_.made, .removing = options_.removing});
            if (!server) return std::unexpected(server.error());
            server_ = std::move(*server);
        }
        if (!options_.otlp.empty()) {
            auto target = parse_otlp_url(options_.otlp);
            if (!target) return std::unexpected(target.error());
            otlp_ = std::make_unique<OtlpSender>(std::move(*target));
        }
        if (!options_.exec.empty()) handler_ = std::make_unique<HangHandler>(options_.exec, options_.exec_timeout);
        if (keep_) return resume();
        return {};
    }

    Result<void> run() {
        for (std::uint64_t looks = 0; !options_.interrupted() && (options_.looks == 0 || looks < options_.looks); ++looks) {
            if (looks > 0 && !wait_for_next()) break;
            if (auto done = look(); !done) return done;
            if (looks == 0) notifier_.tell("READY=1");
        }
        return {};
    }

    void end() {
        notifier_.tell("STOPPING=1");
        if (recorder_) take_recordings(recorder_->finish(*keep_));
    }

private:
    /// The hangs of the monitor before this one.
    Result<void> resume() {
        const auto text = keep_->read_state();
        if (!text) return std::unexpected(text.error());
        if (!*text) return {};
        auto state = parse_state(**text);
        if (!state) {
            options_.warn(state.error());
            return {};
        }
        for (Hang& hang : state->hangs) {
            if (!keep_->holds(hang.snapshot)) hang.snapshot.clear();
            if (!keep_->holds(hang.recording)) hang.recording.clear();
        }
        return tell(watch_.ledger().take_over(std::move(state->hangs), state->boot_id, host::real_now(), host::monotonic_now()), nullptr);
    }

    void alive() {
        if (notifier_.watchdog_every()) notifier_.tell("WATCHDOG=1");
    }

    /// Every `every` from one look's beginning to the next one's, whatever the wall clock does.
    bool wait_for_next() {
        constexpr Nanoseconds slice = std::chrono::milliseconds(250);
        MonotonicTime watchdog = host::monotonic_now();
        const MonotonicTime next = last_begun_ + options_.every;
        for (MonotonicTime now = watchdog; now < next; now = host::monotonic_now()) {
            if (options_.interrupted()) return false;
            if (notifier_.watchdog_every() && now >= watchdog) {
                notifier_.tell("WATCHDOG=1");
                watchdog = now + *notifier_.watchdog_every();
            }
            if (recorder_) take_recordings(recorder_->finished(*keep_));
            std::this_thread::sleep_for(std::min(slice, next - now));
        }
        return !options_.interrupted();
    }

    Result<void> look() {
        last_begun_ = host::monotonic_now();
        Result<void> told;
        const auto seen = watch_.look([&](Look& look) { told = take(look); }, recorder_ ? recorder_->held() : std::set<Pid>{});
        if (seen || options_.interrupted()) return told;
        alive();
        ++counters_.looks_failed;
        options_.warn(seen.error().error);
        if (seen.error().usage) return std::unexpected(seen.error().error);
        publish();
        return {};
    }

    Result<void> take(Look& look) {
        alive();
        standing_.last_look = host::real_now();
        good_look_ = host::monotonic_now();
        if (look.closely) take_standing(look);
        if (auto told = tell(std::move(look.events), look.closely ? &look.closely->snapshot : nullptr); !told) return told;
        publish();
        notifier_.tell(fmt::format("STATUS={} hanging, {} containers", watch_.ledger().hangs().size(), containers_));
        return {};
    }

    void take_standing(const Look& look) {
        if (!look.whole) return;
        limits_ = look.closely->limits;
        standing_.limits = limits_.size();
        standing_.undecided =
            static_cast<std::size_t>(std::ranges::count_if(look.closely->diagnoses, [](const Diagnosis& one) { return !one.decided; }));
        standing_.containers.clear();
        containers_ = 0;
        for (const auto& row : containerd::list_containers(look.closely->snapshot)) {
            ++standing_.containers[row.states_differ() ? "differing" : row.state];
            ++containers_;
        }
    }

    /// Drawn while the look that it was seen at is there.
    void draw(const HangEvent& event, const Snapshot& snapshot) {
        if (Hang* known = watch_.ledger().find(event.hang.id))
            known->picture = output::wait_picture(known->diagnosis, snapshot, "hang-" + known->id);
    }

    /// Keeps, then says, then hands on.
    Result<void> tell(std::vector<HangEvent> events, const Snapshot* snapshot) {
        if (events.empty()) return {};
        const Uninterrupted uninterrupted;
        std::string same;
        for (HangEvent& event : events) {
            session::check_named_processes(event.hang.diagnosis);
            if (event.step == HangStep::begin) {
                ++counters_.hangs_begun[event.hang.diagnosis.cause];
                if (keep_ && snapshot != nullptr) keep_snapshot(event.hang, *snapshot, same);
                alive();  // a great many may begin at once
            }
            if (snapshot != nullptr && server_) draw(event, *snapshot);
            if (event.step == HangStep::end) ++counters_.hangs_ended[event.hang.diagnosis.cause];
        }
        write_state();
        for (const HangEvent& event : events) {
            const std::string line = output::json_text(event_json(event, watch_.host()));
            if (!options_.print(line)) return fail("write the output", EPIPE);
            if (handler_) handler_->tell(line + "\n");
        }
        if (otlp_) otlp_->send("logs", output::json_text(otlp_logs(events, watch_.host())));
        return {};
    }

    /// `same`: the name under which this very snapshot has been kept already; empty: it has not been.
    void keep_snapshot(Hang& hang, const Snapshot& snapshot, std::string& same) {
        const std::string name = KeepDirectory::snapshot_name(hang.diagnosis.cause, hang.id);
        // A file system without links, or with none left: another copy.
        const bool linked = !same.empty() && keep_->keep_same(name, same);
        const auto kept = linked ? Result<void>{} : keep_->keep_snapshot(name, snapshot);
        if (!kept) {
            ++counters_.keep_failures["snapshot"];
            options_.warn(kept.error());
        } else {
            hang.snapshot = same = name;
        }
        if (recorder_) recorder_->begin(hang, *keep_);
        if (Hang* known = watch_.ledger().find(hang.id)) known->snapshot = hang.snapshot;
    }

    void take_recordings(std::vector<BlamedRecorder::Finished> finished) {
        for (const auto& [id, name, kept] : finished) {
            if (!kept) {
                ++counters_.keep_failures["recording"];
                options_.warn(kept.error());
            } else if (Hang* hang = watch_.ledger().find(id)) {
                hang->recording = name;
            }
        }
        if (finished.empty()) return;
        write_state();
        publish();
    }

    void write_state() {
        if (!keep_) return;
        if (const auto written = keep_->write_state(state_text(watch_.ledger(), watch_.host().boot_id)); !written) {
            ++counters_.keep_failures["state"];
            options_.warn(written.error());
        }
    }

    void publish() {
        if (!server_ && !otlp_) return;
        HangLedger& ledger = watch_.ledger();
        standing_.now = host::monotonic_now();
        standing_.oldest_verdict_looks = watch_.oldest_verdict();
        // What a command names may have ended since, and its number be another's.
        ledger.for_each([](Hang& hang) { session::check_named_processes(hang.diagnosis); });
        if (keep_) {
            const KeepDirectory::Usage usage = keep_->usage();
            standing_.kept_bytes = usage.bytes;
            standing_.kept_files = usage.files;
        }
        counters_.cheap_looks = watch_.cheap_looks;
        counters_.deep_looks = watch_.deep_looks;
        if (handler_)
            for (const auto& [why, count] : handler_->failures()) counters_.exec_failures[why] = count;
        if (otlp_) counters_.otlp_failures = otlp_->failures();
        auto published = std::make_shared<Published>();
        published->metrics = metrics_of(ledger, counters_, standing_);
        const RealTime now = host::real_now();
        if (otlp_) otlp_->send("metrics", output::json_text(otlp_metrics(published->metrics, watch_.host(), began_, now)));
        if (!server_) return;
        published->hangs = HangAnswers(ledger, watch_.host(), limits_, now, standing_.now);
        const auto add = [&](const Hang& hang) {
            if (keep_ && keep_->holds(hang.snapshot)) published->snapshots[hang.id] = keep_->path_of(hang.snapshot);
            if (keep_ && keep_->holds(hang.recording)) published->recordings[hang.id] = keep_->path_of(hang.recording);
        };
        for (const auto& [key, hang] : ledger.hangs()) add(hang);
        for (const HangEvent& event : ledger.ended()) add(event.hang);
        published->page = page_html({.ledger = ledger,
                                     .host = watch_.host(),
                                     .limits = limits_,
                                     .last_look = standing_.last_look,
                                     .now = standing_.now,
                                     .every_s = standing_.every_s,
                                     .containers = containers_,
                                     .undecided = standing_.undecided});
        published->good_until = good_look_ + 3 * options_.every + std::chrono::seconds(60);
        server_->publish(std::move(published));
    }

    const MonitorOptions& options_;
    Watch watch_;
    RealTime began_;
    std::optional<KeepDirectory> keep_;
    std::optional<BlamedRecorder> recorder_;
    std::unique_ptr<WebServer> server_;
    std::unique_ptr<HangHandler> handler_;
    std::unique_ptr<OtlpSender> otlp_;
    Notifier notifier_;
    Counters counters_;
    Standing standing_;
    std::vector<Limit> limits_;
    std::size_t containers_ = 0;
    MonotonicTime last_begun_, good_look_;
};

}  // namespace

Result<void> run_monitor(const MonitorOptions& options) {
    // What one thread has let go of is another's then, and large blocks go back at once: beside 500 shims 10 MB less at the highest, for
    // more CPU of each close look (readers wait for each other).
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_TRIM_THRESHOLD, 128 << 10);
    std::optional<Uninterrupted> ending;  // outlives the monitor: what it has queued and recorded is done with before
    Monitor monitor(options);
    if (auto begun = monitor.begin(); !begun) return begun;
    auto done = monitor.run();
    ending.emplace();
    monitor.end();
    return done;
}

}  // namespace shimtrace::monitor
