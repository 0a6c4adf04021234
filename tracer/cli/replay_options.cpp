#include "tracer/cli/replay_options.hpp"

#include "decoders/syscalls/capture.hpp"
#include "decoders/text/container_name.hpp"
#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/progress_line.hpp"
#include "tracer/cli/trace_options.hpp"
#include "tracer/output/role_text.hpp"
#include "tracer/output/tee.hpp"
#include "tracer/session/moment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <map>
#include <ranges>
#include <set>
#include <thread>

namespace shimtrace::cli {

namespace {

/// Lets through the calls and processes that were asked for.
class Selector final : public output::CallStream {
public:
    Selector(const Selection& selection, EventSink& next) : selection_(selection), next_(next) {}

    void session(const SessionInfo& info) override {
        CallStream::session(info);
        next_.session(info);
    }
    void target(OpenFileId id, const OpenFile& target) override {
        CallStream::target(id, target);
        next_.target(id, target);
    }
    void task(const TaskInfo& task) override {
        CallStream::task(task);
        next_.task(task);
    }
    void snapshot(const Snapshot& snapshot) override { next_.snapshot(snapshot); }
    void scheduling(const Scheduling& scheduling) override { next_.scheduling(scheduling); }
    void idle() override { next_.idle(); }
    void end() override {
        CallStream::end();
        next_.end();
    }

private:
    void call(const Event& enter, const Event& exit) override {
        if (selection_.errors && !exit.is_error) return;
        if (selection_.slow && exit.time - enter.time < *selection_.slow) return;
        if (!touches(enter, &exit)) return;
        next_.event(enter);
        next_.event(exit);
    }
    void unfinished(const Event& enter, MonotonicTime last, output::Unreturned) override {
        if (selection_.errors || !touches(enter, nullptr)) return;
        if (selection_.slow && last - enter.since.value_or(enter.time) < *selection_.slow) return;
        next_.event(enter);
    }
    void other(const Event& event) override {
        // Whether threads come and go matters for what a line looks like; the rest is not of calls.
        if (event.kind != EventKind::signal && event.kind != EventKind::group_stop && event.kind != EventKind::still_blocked)
            next_.event(event);
    }

    [[nodiscard]] bool touches(const Event& enter, const Event* exit) const {
        if (!selection_.fd_target) return true;
        const auto matches = [&](const FdUse& use) {
            const OpenFile* target = targets().find(use.target);
            return target != nullptr && (std::regex_search(target->path, *selection_.fd_target) ||
                                         std::regex_search(output::target_text(*target), *selection_.fd_target));
        };
        if (std::ranges::any_of(enter.fds, matches) || (exit != nullptr && std::ranges::any_of(exit->fds, matches))) return true;
        return std::ranges::any_of(decoders::path_arguments(enter),
                                   [&](const std::string& path) { return std::regex_search(path, *selection_.fd_target); });
    }

    const Selection& selection_;
    EventSink& next_;
};

/// By the id, the beginning of one, namespace/id, or the name; a pod's stands for all of it.
bool is_one_of(const ContainerRef& container, const std::vector<std::string>& texts) {
    if (!container) return false;
    return std::ranges::any_of(texts, [&](const std::string& text) {
        return container.id.starts_with(text) || output::container_text(container).starts_with(text) || container.name == text ||
               (container.name.starts_with(text) && container.name[text.size()] == '/');
    });
}

/// Lets through what is of some containers: their processes, and others' calls on their descriptors.
class ContainerSelector final : public EventSink {
public:
    ContainerSelector(const std::vector<std::string>& containers, std::unique_ptr<EventSink> owned, EventSink& next)
        : containers_(containers), owned_(std::move(owned)), next_(next) {}

    void session(const SessionInfo& info) override { next_.session(info); }
    void target(OpenFileId id, const OpenFile& target) override {
        if (wanted_targets_.size() <= id.value) wanted_targets_.resize(id.value + std::size_t{1});
        wanted_targets_[id.value] = wanted(target.role.container);
        next_.target(id, target);
    }
    void task(const TaskInfo& task) override {
        if (task.pid) wanted_tasks_[task.tid] = wanted(task.role.container);
        next_.task(task);
    }
    void event(const Event& event) override {
        if (event.kind == EventKind::lost) return next_.event(event);
        const auto task = wanted_tasks_.find(event.tid);
        if (task != wanted_tasks_.end() && task->second) return next_.event(event);
        if (event.kind == EventKind::syscall_exit) {
            if (in_call_.erase(event.tid) != 0) next_.event(event);
            return;
        }
        const bool touches = std::ranges::any_of(
            event.fds, [&](const FdUse& use) { return use.target.value < wanted_targets_.size() && wanted_targets_[use.target.value]; });
        if (!touches) return;
        if (event.kind == EventKind::syscall_enter) in_call_[event.tid] = true;
        next_.event(event);
    }
    void snapshot(const Snapshot& snapshot) override { next_.snapshot(snapshot); }
    void scheduling(const Scheduling& scheduling) override { next_.scheduling(scheduling); }
    void idle() override { next_.idle(); }
    void end() override { next_.end(); }

private:
    [[nodiscard]] bool wanted(const ContainerRef& container) const { return is_one_of(container, containers_); }

    const std::vector<std::string>& containers_;
    std::unique_ptr<EventSink> owned_;
    EventSink& next_;
    std::vector<bool> wanted_targets_;
    std::unordered_map<Tid, bool> wanted_tasks_, in_call_;
};

/// Lets time pass as it did.
class Pacer final : public EventSink {
public:
    Pacer(double speed, std::function<bool()> stopped, std::unique_ptr<EventSink> next)
        : speed_(speed), stopped_(std::move(stopped)), next_(std::move(next)) {}

    void session(const SessionInfo& info) override { next_->session(info); }
    void target(OpenFileId id, const OpenFile& target) override { next_->target(id, target); }
    void task(const TaskInfo& task) override { next_->task(task); }
    void event(const Event& event) override {
        using Clock = std::chrono::steady_clock;
        if (!first_) {
            first_ = event.time;
            started_ = Clock::now();
        }
        const auto due = started_ + std::chrono::duration_cast<Clock::duration>((event.time - *first_) / speed_);
        if (due - Clock::now() > std::chrono::milliseconds(5)) {
            next_->idle();
            while (Clock::now() < due && !stopped_())
                std::this_thread::sleep_for(std::min<Clock::duration>(due - Clock::now(), std::chrono::milliseconds(100)));
        }
        next_->event(event);
    }
    void snapshot(const Snapshot& snapshot) override { next_->snapshot(snapshot); }
    void scheduling(const Scheduling& scheduling) override { next_->scheduling(scheduling); }
    void idle() override { next_->idle(); }
    void end() override { next_->end(); }

private:
    const double speed_;
    const std::function<bool()> stopped_;
    const std::unique_ptr<EventSink> next_;
    std::optional<MonotonicTime> first_;
    std::chrono::steady_clock::time_point started_;
};

/// Hands all on to a sink that somebody else owns.
class Passage final : public EventSink {
public:
    explicit Passage(EventSink& next) : next_(next) {}
    void session(const SessionInfo& info) override { next_.session(info); }
    void target(OpenFileId id, const OpenFile& target) override { next_.target(id, target); }
    void task(const TaskInfo& task) override { next_.task(task); }
    void event(const Event& event) override { next_.event(event); }
    void snapshot(const Snapshot& snapshot) override { next_.snapshot(snapshot); }
    void scheduling(const Scheduling& scheduling) override { next_.scheduling(scheduling); }
    void idle() override { next_.idle(); }
    void end() override { next_.end(); }

private:
    EventSink& next_;
};

/// Who is in a recording, for whoever asks for somebody else.
class Present final : public EventSink {
public:
    void event(const Event&) override {}
    void target(OpenFileId, const OpenFile& target) override { note(target.role.container); }
    void task(const TaskInfo& task) override {
        if (!task.pid) return;
        processes_[task.pid] = task.comm;
        note(task.role.container);
    }
    void snapshot(const Snapshot&) override { has_snapshot_ = true; }

    [[nodiscard]] bool is_snapshot_alone() const { return has_snapshot_ && processes_.empty(); }

    /// Whom of those that were asked for it has not; nullopt: all are there.
    [[nodiscard]] std::optional<Error> missing(const ReplayOptions& options, const std::vector<Pid>& pids) const {
        const std::string in =
            fmt::format(" in {}{}", options.since.empty() && options.until.empty() ? "" : "that stretch of ", options.file);
        for (const Pid pid : pids)
            if (!processes_.contains(pid))
                return Error{fmt::format("no process {}{}", pid.value, in), 0,
                             there_are(processes_, [](const auto& one) { return fmt::format("{}[{}]", one.second, one.first.value); })};
        for (const std::string& text : options.containers)
            if (std::ranges::none_of(containers_, [&](const ContainerRef& container) { return is_one_of(container, {text}); }))
                return Error{fmt::format("no container '{}'{}", text, in), 0,
                             there_are(containers_, [](const ContainerRef& one) { return text::container_words(one); })};
        return std::nullopt;
    }

private:
    void note(const ContainerRef& container) {
        if (container) containers_.insert(container);
    }
    template <typename All, typename ToText>
    static std::string there_are(const All& all, ToText to_text) {
        constexpr std::size_t most = 10;
        if (all.empty()) return "there is none";
        std::string names;
        for (const auto& one : all | std::views::take(most)) names += (names.empty() ? "there are " : ", ") + text::printable(to_text(one));
        return names + (all.size() > most ? fmt::format(" and {} more", all.size() - most) : "");
    }

    std::map<Pid, std::string> processes_;
    std::set<ContainerRef> containers_;
    bool has_snapshot_ = false;
};

}  // namespace

void add_selection_options(CLI::App& app, ReplayOptions& options) {
    app.add_option("FILE", options.file, "a recording; -: standard input")->required();
    app.add_option("--since", options.since, "from then on: 1.5s after the start, 23:01:02, RFC 3339, or seconds since the epoch")
        ->type_name("TIME");
    app.add_option("--until", options.until, "up to then")->type_name("TIME");
    app.add_option("--pid", options.pids, "only these processes")->delimiter(',')->allow_extra_args(false)->type_name("PID");
    app.add_option("--container", options.containers, "only this container: id, prefix, namespace/id or name; a pod's name: all of it")
        ->allow_extra_args(false)
        ->type_name("ID");
    app.add_option("--slow", options.slow, "only calls that took at least that long")->type_name("TIME");
    app.add_flag("--errors", options.errors, "only calls that failed");
    app.add_option("--fd-target", options.fd_target, "only calls on a descriptor or path that matches")->type_name("REGEX");
}

Result<Selection> plan_selection(const ReplayOptions& options) {
    Selection selection;
    for (const std::string* text : {&options.since, &options.until})
        if (!text->empty())
            if (const auto moment = session::parse_moment(*text, {}); !moment) return std::unexpected(moment.error());
    if (!options.since.empty() || !options.until.empty())
        selection.read.window = [since = options.since, until = options.until](const SessionInfo& session) {
            recording::TimeWindow window;
            if (!since.empty()) window.since = *session::parse_moment(since, session);
            if (!until.empty()) window.until = *session::parse_moment(until, session);
            return window;
        };
    for (const std::string& text : options.pids) {
        std::int32_t pid = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
        if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return fail("--pid " + text + ": not a process id");
        selection.read.pids.push_back(Pid{pid});
    }
    selection.read.follow = options.follow;
    selection.containers = options.containers;
    if (!options.containers.empty())
        selection.read.container = [texts = options.containers](const ContainerRef& container) { return is_one_of(container, texts); };
    selection.errors = options.errors;
    if (!options.slow.empty()) {
        const auto slow = text::parse_duration(options.slow);
        if (!slow) return fail("--slow " + slow.error().message());
        selection.slow = *slow;
    }
    if (!options.fd_target.empty()) try {
            selection.fd_target.emplace(options.fd_target, std::regex::ECMAScript | std::regex::optimize);
        } catch (const std::regex_error& error) {
            return fail("--fd-target " + options.fd_target + ": " + error.what());
        }
    if (!options.speed.empty()) {
        double speed = 0;
        const char* begin = options.speed.data();
        const char* end = begin + options.speed.size() - (options.speed.ends_with('x') ? 1 : 0);
        const auto [parsed, error] = std::from_chars(begin, end, speed);
        if (error != std::errc{} || parsed != end || !(speed > 0)) return fail("--speed " + options.speed + ": 1x, 10x, 0.5x");
        selection.speed = speed;
    }
    return selection;
}

std::unique_ptr<EventSink> make_selector(const Selection& selection, EventSink& next) {
    std::unique_ptr<EventSink> sink;
    if (selection.by_call()) {
        sink = std::make_unique<Selector>(selection, next);
    } else {
        sink = std::make_unique<Passage>(next);
    }
    if (!selection.containers.empty()) {
        EventSink& inner = *sink;
        sink = std::make_unique<ContainerSelector>(selection.containers, std::move(sink), inner);
    }
    if (selection.speed) sink = std::make_unique<Pacer>(*selection.speed, selection.read.stopped, std::move(sink));
    return sink;
}

int replay_into(const ReplayOptions& options, Selection selection, EventSink& sink, std::optional<int> output) {
    std::signal(SIGPIPE, SIG_IGN);  // `replay F | head`: a write that fails ends it
    const auto selector = make_selector(selection, sink);
    Present present;
    output::Tee all({&present, selector.get()});
    ProgressLine progress(shows_progress(output) && !selection.speed && !selection.read.follow);
    const std::string what = "reading " + options.file;
    selection.read.tell_work = [&progress, &what](Work work) {
        work.what = what;
        progress.tell(work);
    };
    const auto result = recording::read_recording(options.file, selection.read, all);
    progress.erase();
    if (!result) return report(result.error(), exit_failed);
    for (const std::string& warning : result->warnings) fmt::print(stderr, "shimtrace: warning: {}\n", warning);
    if (selection.read.stopped && selection.read.stopped()) return exit_done;  // there may be more
    const bool whole = !result->truncated && result->damaged_blocks == 0;      // of another the warnings tell
    if (selection.tells_of_calls && whole && present.is_snapshot_alone())
        report({options.file + " holds a snapshot and no calls", 0, "`shimtrace why FILE` and `shimtrace stacks FILE` read it"}, exit_done);
    if (const auto missing = present.missing(options, selection.read.pids)) return report(*missing, exit_failed);
    return exit_done;
}

}  // namespace shimtrace::cli
