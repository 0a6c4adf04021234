#include "tracer/output/export/exporters.hpp"
#include "tracer/output/role_text.hpp"
#include "tracer/output/statistics.hpp"

#include "decoders/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

namespace shimtrace::output {

namespace {

constexpr std::size_t most_rows = 200;

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>shimtrace report</title>
<style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; color: #222; background: #fff }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
table { border-collapse: collapse; width: 100% } th, td { padding: .2em .6em; text-align: right; white-space: nowrap }
th { border-bottom: 2px solid #888 } tr:nth-child(even) td { background: #f4f4f4 }
td.name, th.name { text-align: left; width: 100%; white-space: pre-wrap; word-break: break-all; font-family: monospace }
.bar { position: relative; height: 1em; background: #eee } .bar span { position: absolute; height: 100%; background: #c33; min-width: 2px }
td.wide { width: 40%; min-width: 15em } .bad { color: #b00 }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b } tr:nth-child(even) td { background: #262626 } .bar { background: #333 } }
</style></head><body>
)";

std::string escape(std::string_view text) {
    std::string result;
    for (const char c : text::printable(text)) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

class HtmlExporter final : public EventSink {
public:
    explicit HtmlExporter(LineWriter& writer) : writer_(writer), statistics_(50) {}

    void session(const SessionInfo& info) override { statistics_.session(info); }
    void target(OpenFileId id, const OpenFile& target) override { statistics_.target(id, target); }
    void task(const TaskInfo& task) override { statistics_.task(task); }
    void event(const Event& event) override { statistics_.event(event); }
    void end() override {
        statistics_.end();
        writer_.write({}, head);
        put_title();
        put_notable("Calls that never returned", statistics_.never_returned);
        put_notable("Longest calls", statistics_.longest);
        put_table("By call", statistics_.by_call);
        put_table("By target", statistics_.by_target);
        put_table("By container", statistics_.by_named_container());
        put_table("By thread", statistics_.by_thread);
        writer_.write({}, "</body></html>\n");
        writer_.flush();
    }

private:
    void put_title() {
        const SessionInfo& info = statistics_.of_session();
        const std::time_t start = info.real_anchor.time_since_epoch().count() / 1'000'000'000;
        std::tm utc{};
        ::gmtime_r(&start, &utc);
        char date[40];
        std::strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", &utc);
        std::string text =
            fmt::format("<h1>{}: {} events in {}</h1>\n<p>Recorded {} by {} on kernel {}", escape(info.host.name), statistics_.events,
                        duration_text(statistics_.last - statistics_.first), date, escape(info.writer), escape(info.host.kernel));
        if (!info.host.containerd_version.empty()) text += ", containerd " + escape(info.host.containerd_version);
        if (!info.host.runc_version.empty()) text += ", runc " + escape(info.host.runc_version);
        text += ".";
        if (statistics_.lost != 0) text += fmt::format(" <b class=\"bad\">{} events were lost.</b>", statistics_.lost);
        writer_.write({}, text + "</p>\n");
    }

    void put_notable(std::string_view title, const std::vector<NotableCall>& calls) {
        if (calls.empty()) return;
        const auto whole = std::max<double>(1, static_cast<double>((statistics_.last - statistics_.first).count()));
        std::string text = fmt::format(
            "<h2>{}</h2>\n<table><tr><th>took</th><th>thread</th><th>container</th><th>when</th><th class=\"name\">call</th></tr>\n",
            title);
        for (std::size_t i = 0; i < std::min(calls.size(), most_rows); ++i) {
            const NotableCall& call = calls[i];
            const double from = std::clamp(100 * static_cast<double>((call.time - statistics_.first).count()) / whole, 0.0, 100.0);
            const double width = std::clamp(100 * static_cast<double>(call.duration.count()) / whole, 0.0, 100 - from);
            text += fmt::format(
                "<tr><td>{}</td><td>{}[{}]</td><td>{}</td><td class=\"wide\"><div class=\"bar\"><span style=\"left:{:.2f}%;width:{:.2f}%\">"
                "</span></div></td><td class=\"name\">{}</td></tr>\n",
                duration_text(call.duration), escape(call.comm), call.tid.value, escape(statistics_.words_of(call.container)), from, width,
                escape(call.text));
        }
        text += "</table>\n";
        if (calls.size() > most_rows) text += fmt::format("<p>… and {} more.</p>\n", calls.size() - most_rows);
        writer_.write({}, text);
    }

    void put_table(std::string_view title, const Tallies& tallies) {
        if (tallies.empty()) return;
        std::vector<const Tallies::value_type*> rows;
        for (const auto& row : tallies) rows.push_back(&row);
        std::ranges::stable_sort(rows, std::greater{}, [](const auto* row) { return row->second.durations.total(); });
        std::string text = fmt::format(
            "<h2>{}</h2>\n<table><tr><th "
            "class=\"name\"></th><th>calls</th><th>errors</th><th>total</th><th>p50</th><th>p90</th><th>p99</th>"
            "<th>max</th></tr>\n",
            title);
        for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) {
            const Tally& tally = rows[i]->second;
            std::string errors = tally.errors == 0 ? "" : std::to_string(tally.errors);
            for (const auto& [name, number] : tally.errors_by_name) errors += fmt::format(" {}", escape(name));
            text += fmt::format(
                "<tr><td class=\"name\">{}</td><td>{}</td><td "
                "class=\"bad\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                escape(rows[i]->first), tally.calls, errors, duration_text(tally.durations.total()),
                duration_text(tally.durations.percentile(0.5)), duration_text(tally.durations.percentile(0.9)),
                duration_text(tally.durations.percentile(0.99)), duration_text(tally.durations.max()));
        }
        writer_.write({}, text + "</table>\n");
    }

    LineWriter& writer_;
    Statistics statistics_;
};

}  // namespace

std::unique_ptr<EventSink> make_html_exporter(LineWriter& writer) {
    return std::make_unique<HtmlExporter>(writer);
}

}  // namespace shimtrace::output
