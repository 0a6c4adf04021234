#include "tracer/output/export/exporters.hpp"
#include "tracer/output/export/html_text.hpp"
#include "tracer/output/export/timeline.hpp"
#include "tracer/output/statistics.hpp"

#include "decoders/text/timestamps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace shimtrace::output {

namespace {

constexpr std::size_t most_rows = 200;

std::string time_cell(Nanoseconds duration) {
    return fmt::format("<td data-v=\"{}\">{}</td>", duration.count(), duration_text(duration));
}

std::string seconds(RealTime time) {
    return text::rfc3339(RealTime(std::chrono::floor<std::chrono::seconds>(time)));
}

/// When a call began, from the session's begin on.
std::string begin_cell(const NotableCall& call, MonotonicTime first) {
    return call.found ? "<td data-v=\"-1\">before</td>" : time_cell(elapsed(first, call.time));
}

/// A table that the script can sort and search; it scrolls by itself where a page is narrower.
std::string table_head(std::string_view title, std::string_view columns) {
    return fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table "
        "class=\"t\"><caption>{0}</caption>\n<thead><tr>{1}</tr></thead><tbody>\n",
        title, columns);
}
std::string table_foot(std::size_t rows) {
    return "</tbody></table></div>\n" +
           (rows > most_rows ? fmt::format("<p class=\"faint\">… and {} more.</p>\n", rows - most_rows) : std::string());
}

/// Statistics that see the timeline as well.
class Observed final : public Statistics {
public:
    Observed() : Statistics(50) {}
    Timeline timeline;

    void end() override {
        Statistics::end();
        timeline.never_answered(never_answered, last);
    }

private:
    void call(const Event& enter, const Event& exit) override {
        Statistics::call(enter, exit);
        timeline.call(enter, exit, targets());
    }
    void unfinished(const Event& enter, MonotonicTime when, Unreturned why) override {
        const std::uint64_t before = never_returned_count;
        Statistics::unfinished(enter, when, why);
        if (never_returned_count != before) timeline.never_returned(enter, when, targets());
    }
    void other(const Event& event) override {
        Statistics::other(event);
        if (event.kind == EventKind::still_blocked) timeline.still_blocked(event);
    }
    void count_messages(const std::vector<SeenMessage>& messages) override {
        Statistics::count_messages(messages);
        timeline.messages(messages);
    }
};

class HtmlExporter final : public EventSink {
public:
    HtmlExporter(LineWriter& writer, Judge judge) : writer_(writer), judge_(std::move(judge)) {}

    void session(const SessionInfo& info) override { statistics_.session(info); }
    void target(OpenFileId id, const OpenFile& target) override { statistics_.target(id, target); }
    void task(const TaskInfo& task) override { statistics_.task(task); }
    void event(const Event& event) override { statistics_.event(event); }
    void scheduling(const Scheduling& stretch) override { statistics_.scheduling(stretch); }
    void snapshot(const Snapshot& snapshot) override {
        if (judge_) last_ = snapshot;
    }
    void end() override {
        statistics_.end();
        std::optional<ReportedMoment> moment;
        if (last_) moment = judge_(std::move(*last_));
        const std::string stacks = moment ? report_stacks(*moment) : std::string();
        put_head(moment, !stacks.empty());
        if (moment) writer_.write({}, report_verdicts(*moment) + stacks);
        put_timeline();
        if (moment) writer_.write({}, report_findings(*moment) + report_surroundings(*moment));
        put_tables();
        writer_.write({}, "</main>\n" + report_foot(statistics_.of_session().writer));
        writer_.flush();
    }

private:
    void put_head(const std::optional<ReportedMoment>& moment, bool with_stacks) {
        const SessionInfo& info = statistics_.of_session();
        const std::string events =
            fmt::format("{} events in {}", statistics_.events, duration_text(elapsed(statistics_.first, statistics_.last)));
        const std::string headline = moment ? report_headline(*moment) : fmt::format("{}: {}", info.host.name, events);
        std::string text = report_head(headline);
        text += fmt::format("<header><h1>{}</h1>\n<p class=\"faint\">{}{} recorded from {}, by {} on kernel {}", html(headline),
                            html(info.host.name), moment ? ": " + events + "," : "", seconds(info.real_anchor), html(info.writer),
                            html(info.host.kernel));
        if (!info.host.containerd_version.empty()) text += ", containerd " + html(info.host.containerd_version);
        if (!info.host.runc_version.empty()) text += ", runc " + html(info.host.runc_version);
        if (moment) text += "; " + look_words(moment->snapshot.taken);
        text += ".";
        if (statistics_.lost != 0) text += fmt::format(" <b class=\"bad\">{} events were lost.</b>", statistics_.lost);
        text += "</p>\n<nav aria-label=\"Parts\"><ul>";
        if (with_stacks) text += "<li><a href=\"#stacks\">Stacks</a></li>";
        text += "<li><a href=\"#time\">Timeline</a></li>";
        if (moment && !moment->findings.empty()) text += "<li><a href=\"#findings\">What contradicts</a></li>";
        if (moment) text += "<li><a href=\"#host\">Where and when</a></li>";
        writer_.write({}, text + "<li><a href=\"#calls\">Calls</a></li></ul></nav></header>\n<main id=\"main\">\n");
    }

    /// The snapshot that the verdict is of may have been taken before the first call was seen, and nothing be known of the time since.
    [[nodiscard]] std::string look_words(RealTime taken) const {
        const RealTime begin = statistics_.of_session().real_anchor;
        if (taken >= begin) return "the verdict is of " + seconds(taken);
        return fmt::format("the verdict is of {}, {} before that", seconds(taken), duration_text(begin - taken));
    }

    void put_timeline() {
        const std::string lanes = statistics_.timeline.html(statistics_.first, statistics_.last, [this](Pid pid, Tid tid) {
            const TaskInfo* task = statistics_.of_task(tid ? tid : leader(pid));
            return fmt::format("{}[{}]", task == nullptr ? "" : task->comm, tid ? tid.value : pid.value);
        });
        writer_.write({}, "<section aria-labelledby=\"time\"><h2 id=\"time\">Timeline</h2>\n" +
                              (lanes.empty() ? "<p>No call was seen.</p>\n" : lanes) + "</section>\n");
    }

    void put_tables() {
        writer_.write({}, "<section aria-labelledby=\"calls\"><h2 id=\"calls\">Calls</h2>\n");
        std::vector<const NotableCall*> waiting, resting;
        for (const NotableCall& call : statistics_.never_returned) (call.rests ? resting : waiting).push_back(&call);
        for (const NotableCall& call : statistics_.longest) (call.rests ? resting_returned_ : longest_).push_back(&call);
        put_notable("Calls that never returned", waiting);
        put_unanswered();
        put_notable("Longest calls", longest_);
        put_waits();
        put_table("By call", "call", statistics_.by_call);
        put_table("By message", "message", statistics_.by_method);
        put_table("By target", "target", statistics_.by_target);
        put_table("By container", "container", statistics_.by_named_container());
        put_table("By thread", "thread", statistics_.by_thread);
        if (!resting.empty() || !resting_returned_.empty()) {
            writer_.write({}, fmt::format("<details><summary>Calls that may just rest: {} that never returned, {} of the longest (futex, "
                                          "poll, sleep: the verdict above tells who waits "
                                          "for whom)</summary>\n",
                                          resting.size(), resting_returned_.size()));
            put_notable("Resting, never returned", resting);
            put_notable("Resting, returned", resting_returned_);
            writer_.write({}, "</details>\n");
        }
        writer_.write({}, "</section>\n");
    }

    void put_notable(std::string_view title, const std::vector<const NotableCall*>& calls) {
        if (calls.empty()) return;
        std::string text =
            table_head(title,
                       "<th scope=\"col\">took</th><th scope=\"col\">began</th><th scope=\"col\" class=\"left\">thread</th><th "
                       "scope=\"col\" class=\"left\">container</th>"
                       "<th scope=\"col\" class=\"name\">call</th>");
        for (std::size_t i = 0; i < std::min(calls.size(), most_rows); ++i) {
            const NotableCall& call = *calls[i];
            text += "<tr>" + time_cell(call.duration) + begin_cell(call, statistics_.first);
            text += fmt::format("<td class=\"left\">{}[{}]</td><td class=\"left\">{}</td><th scope=\"row\" class=\"name\">{}</th></tr>\n",
                                html(call.comm), call.tid.value, html(statistics_.words_of(call.container)), html(call.text));
        }
        text += table_foot(calls.size());
        if (std::ranges::any_of(calls, &NotableCall::found))
            text += fmt::format(
                "<p class=\"faint\">began before: the call was under way when the recording began, which lasted {}; the "
                "whole time is told as far as it is known.</p>\n",
                duration_text(elapsed(statistics_.first, statistics_.last)));
        writer_.write({}, text);
    }

    void put_unanswered() {
        if (statistics_.never_answered.empty()) return;
        std::string text = table_head(
            "Messages without a reply",
            "<th scope=\"col\">waits for</th><th scope=\"col\" class=\"left\">thread</th><th scope=\"col\" class=\"left\">side</th>"
            "<th scope=\"col\" class=\"name\">message</th>");
        for (std::size_t i = 0; i < std::min(statistics_.never_answered.size(), most_rows); ++i) {
            const AwaitedReply& call = statistics_.never_answered[i];
            const TaskInfo* task = statistics_.of_task(call.tid);
            text += "<tr>" + time_cell(elapsed(call.since, statistics_.last));
            text +=
                fmt::format("<td class=\"left\">{}[{}]</td><td class=\"left\">{}</td><th scope=\"row\" class=\"name\">{}</th></tr>\n",
                            task == nullptr ? "" : html(task->comm), call.tid.value, call.served ? "answers" : "asked", html(call.text));
        }
        writer_.write({}, text + table_foot(statistics_.never_answered.size()));
    }

    /// Off the CPU by cause, where the scheduler was recorded; else the calls that wait.
    void put_waits() {
        const OffCpu& times = statistics_.times;
        std::vector<std::tuple<std::string_view, const Histogram*, std::string>> rows;
        for (const auto& [cause, sum] : times.blocked) {
            const auto most = std::ranges::max_element(sum.wakers, {}, [](const auto& waker) { return waker.second; });
            rows.emplace_back(cause, &sum.waits, most == sum.wakers.end() ? "" : fmt::format("{} ({})", most->first, most->second));
        }
        if (!times.has_scheduling())
            for (const auto& [cause, waits] : times.calls) rows.emplace_back(cause, &waits, "");
        if (rows.empty()) return;
        std::ranges::stable_sort(rows, std::greater{}, [](const auto& row) { return std::get<1>(row)->total(); });
        std::string text;
        if (times.has_scheduling())
            text = fmt::format("<p>Ran for {}, waited for a CPU for {}, was preempted {} times{}.</p>\n", duration_text(times.all.on_cpu),
                               duration_text(times.all.ready), times.all.preempted,
                               times.lost == 0 ? "" : fmt::format("; {} of the scheduler's events are missing", times.lost));
        text += table_head(times.has_scheduling() ? "Off the CPU, by what for" : "Time in calls that wait, by what for",
                           fmt::format("<th scope=\"col\" class=\"name\">for</th><th scope=\"col\">waits</th><th scope=\"col\">total</th>"
                                       "<th scope=\"col\">p50</th><th scope=\"col\">p99</th><th scope=\"col\">max</th>{}",
                                       times.has_scheduling() ? "<th scope=\"col\" class=\"name\">most often woken by</th>" : ""));
        for (const auto& [cause, waits, waker] : rows) {
            text += fmt::format("<tr><th scope=\"row\" class=\"name\">{}</th><td>{}</td>", cause, waits->count());
            for (const Nanoseconds time : {waits->total(), waits->percentile(0.5), waits->percentile(0.99), waits->max()})
                text += time_cell(time);
            text += (times.has_scheduling() ? "<td class=\"name\">" + html(waker) + "</td>" : "") + "</tr>\n";
        }
        text += table_foot(rows.size());
        if (statistics_.found != 0)
            text += fmt::format("<p class=\"faint\">Of {} that began before the recording only what falls into it is counted here.</p>\n",
                                statistics_.found == 1 ? "one call" : fmt::format("{} calls", statistics_.found));
        writer_.write({}, text);
    }

    void put_table(std::string_view title, std::string_view what, const Tallies& tallies) {
        if (tallies.empty()) return;
        std::vector<const Tallies::value_type*> rows;
        for (const auto& row : tallies) rows.push_back(&row);
        std::ranges::stable_sort(rows, std::greater{}, [](const auto* row) { return row->second.durations.total(); });
        std::string text = table_head(
            title, fmt::format("<th scope=\"col\" class=\"name\">{}</th><th scope=\"col\">calls</th><th scope=\"col\">errors</th><th "
                               "scope=\"col\">total</th>"
                               "<th scope=\"col\">p50</th><th scope=\"col\">p90</th><th scope=\"col\">p99</th><th scope=\"col\">max</th>",
                               what));
        for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) {
            const Tally& tally = rows[i]->second;
            std::string errors = tally.errors == 0 ? "" : std::to_string(tally.errors);
            for (const auto& [name, number] : tally.errors_by_name) errors += fmt::format(" {}", html(name));
            text += fmt::format("<tr><th scope=\"row\" class=\"name\">{}</th><td>{}</td><td class=\"bad\" data-v=\"{}\">{}</td>",
                                html(rows[i]->first), tally.calls, tally.errors, errors);
            for (const Nanoseconds time : {tally.durations.total(), tally.durations.percentile(0.5), tally.durations.percentile(0.9),
                                           tally.durations.percentile(0.99), tally.durations.max()})
                text += time_cell(time);
            text += "</tr>\n";
        }
        writer_.write({}, text + table_foot(rows.size()));
    }

    LineWriter& writer_;
    const Judge judge_;
    Observed statistics_;
    std::optional<Snapshot> last_;
    std::vector<const NotableCall*> longest_, resting_returned_;
};

}  // namespace

std::unique_ptr<EventSink> make_html_exporter(LineWriter& writer, Judge judge) {
    return std::make_unique<HtmlExporter>(writer, std::move(judge));
}

}  // namespace shimtrace::output
