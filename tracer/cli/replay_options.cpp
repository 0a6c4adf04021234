#include "tracer/cli/replay_options.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/progress_line.hpp"
#include "tracer/output/tee.hpp"
#include "tracer/session/moment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <map>
#include <ranges>
#include <set>

namespace shimtrace::cli {

namespace {

/// Who is in a recording, for whoever asks for somebody else.
class Present final : public EventSink {
public:
    void event(const Event&) override {}
    void target(OpenFileId, const OpenFile& target) override { note(target.role->container); }
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
