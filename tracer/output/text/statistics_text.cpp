#include "tracer/output/statistics_parts.hpp"

#include "decoders/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace shimtrace::output {

namespace {

std::string table(const Tallies& tallies, std::string_view title) {
    std::vector<const Tallies::value_type*> rows;
    for (const auto& row : tallies) rows.push_back(&row);
    std::ranges::stable_sort(rows, std::greater{}, [](const auto* row) { return row->second.durations.total(); });
    std::string text =
        fmt::format("{:>10} {:>8} {:>10} {:>9} {:>9} {:>9} {:>9}  {}\n", "calls", "errors", "total", "p50", "p90", "p99", "max", title);
    for (const auto* row : rows) {
        const Tally& tally = row->second;
        text += fmt::format("{:>10} {:>8} {:>10} {:>9} {:>9} {:>9} {:>9}  {}\n", tally.calls, tally.errors,
                            duration_text(tally.durations.total()), duration_text(tally.durations.percentile(0.5)),
                            duration_text(tally.durations.percentile(0.9)), duration_text(tally.durations.percentile(0.99)),
                            duration_text(tally.durations.max()), text::printable(row->first));
    }
    return text;
}

std::string wait_row(const Histogram& waits, std::string_view cause, std::string_view more) {
    return fmt::format("{:>10} {:>10} {:>9} {:>9} {:>9}  {}{}\n", waits.count(), duration_text(waits.total()),
                       duration_text(waits.percentile(0.5)), duration_text(waits.percentile(0.99)), duration_text(waits.max()), cause,
                       more);
}

/// "; most often woken by ctr[5205] (12 of 14)".
std::string waker_words(const OffCpu::Cause& cause) {
    const auto most = std::ranges::max_element(cause.wakers, {}, [](const auto& waker) { return waker.second; });
    if (most == cause.wakers.end()) return {};
    return fmt::format("; most often woken by {} ({} of {})", text::printable(most->first), most->second, cause.waits.count());
}

template <typename Rows, typename ToHistogram>
auto by_total(const Rows& rows, ToHistogram to_histogram) {
    std::vector<const typename Rows::value_type*> sorted;
    for (const auto& row : rows) sorted.push_back(&row);
    std::ranges::stable_sort(sorted, std::greater{}, [&](const auto* row) { return to_histogram(row->second).total(); });
    return sorted;
}

std::string where_time_went(const Statistics& statistics) {
    const OffCpu& times = statistics.times;
    constexpr std::string_view columns = "     waits      total       p50       p99       max  for\n";
    std::string text;
    if (!times.has_scheduling()) {
        if (times.calls.empty()) return text;
        text = "\ntime in calls that wait, by what for (record --sched tells what was off the CPU):\n" + std::string(columns);
        for (const auto* row : by_total(times.calls, [](const Histogram& waits) -> const Histogram& { return waits; }))
            text += wait_row(row->second, row->first, "");
        // Elsewhere the whole of such a wait is told.
        if (statistics.found != 0) text += "  (of a call that was begun before, what falls into the session)\n";
        return text;
    }
    const auto wanted = std::max<std::int64_t>((times.all.on_cpu + times.all.ready).count(), 1);
    text =
        fmt::format("\non a CPU {}; waited for one {} ({:.0f} % of the time in which it could have run)", duration_text(times.all.on_cpu),
                    duration_text(times.all.ready), 100.0 * static_cast<double>(times.all.ready.count()) / static_cast<double>(wanted));
    if (times.lost != 0) text += fmt::format("; {} of the scheduler's events are missing", times.lost);
    text += "\n";
    std::vector<std::pair<Tid, OffCpu::Times>> starved;
    constexpr Nanoseconds worth_a_line = std::chrono::milliseconds(10);
    for (const auto& [tid, time] : times.by_thread)
        if (time.ready >= worth_a_line && time.ready * 5 >= time.on_cpu + time.ready) starved.emplace_back(tid, time);
    std::ranges::stable_sort(starved, std::greater{}, [](const auto& row) { return row.second.ready; });
    if (starved.size() > 5) starved.resize(5);
    for (const auto& [tid, time] : starved)
        text += fmt::format("  starved: {}[{}] ran {} and waited {} for a CPU\n", comm_of(statistics, tid), tid.value,
                            duration_text(time.on_cpu), duration_text(time.ready));
    if (times.blocked.empty()) return text;
    text += "\noff the CPU, by what for:\n" + std::string(columns);
    for (const auto* row : by_total(times.blocked, [](const OffCpu::Cause& cause) -> const Histogram& { return cause.waits; }))
        text += wait_row(row->second.waits, row->first, waker_words(row->second));
    return text;
}

std::string unanswered_text(const Statistics& statistics) {
    if (statistics.never_answered.empty()) return {};
    std::string text = "\nmessages without a reply:\n";
    for (const AwaitedReply& call : statistics.never_answered)
        text += fmt::format("{:>9}  {} {} {}[{}]\n", duration_text(elapsed(call.since, statistics.last)), text::printable(call.text),
                            call.served ? "answered by" : "asked by", comm_of(statistics, call.tid), call.tid.value);
    return text;
}

}  // namespace

double seconds_into(const Statistics& statistics, MonotonicTime time) {
    return std::chrono::duration<double>(elapsed(statistics.of_session().monotonic_anchor, time)).count();
}

std::string comm_of(const Statistics& statistics, Tid tid) {
    const TaskInfo* task = statistics.of_task(tid);
    return task == nullptr ? std::string() : text::printable(task->comm);
}

std::string notable_text(const Statistics& statistics, const std::vector<NotableCall>& calls) {
    std::string text;
    for (const NotableCall& call : calls)
        text += fmt::format("{:>9}  {}  {}[{}]{}  {}\n", duration_text(call.duration),
                            call.found ? "begun before" : fmt::format("at {:.3f} s", seconds_into(statistics, call.time)),
                            text::printable(call.comm), call.tid.value,
                            call.container.empty() ? "" : " of " + text::printable(statistics.words_of(call.container)),
                            text::printable(call.text));
    return text;
}

std::vector<NotableCall> owed(const std::vector<NotableCall>& calls) {
    std::vector<NotableCall> chosen;
    std::ranges::copy_if(calls, std::back_inserter(chosen), [](const NotableCall& call) { return !call.rests; });
    return chosen;
}

std::string resting_words(const std::vector<NotableCall>& calls) {
    std::map<std::string, std::size_t> names;
    std::size_t all = 0;
    for (const NotableCall& call : calls) {
        if (!call.rests) continue;
        ++all;
        ++names[call.text.substr(0, call.text.find('('))];
    }
    std::string words;
    for (const auto& [name, number] : names) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", number, text::printable(name));
    return all == 0 ? words : fmt::format("{} call{} that may just rest ({})", all, all == 1 ? "" : "s", words);
}

std::string statistics_text(const Statistics& statistics, const std::vector<std::string>& what) {
    std::string text = fmt::format("{} events over {}", statistics.events, duration_text(elapsed(statistics.first, statistics.last)));
    if (statistics.signals != 0) text += fmt::format(", {} signals", statistics.signals);
    if (statistics.lost != 0) text += fmt::format(", {} events lost", statistics.lost);
    text += "\n";
    // What stands out first: who waits for somebody, and in vain.
    if (const auto waiting = owed(statistics.never_returned); !waiting.empty())
        text += fmt::format("\nnever returned, and somebody owes them something: {}\n", waiting.size()) + notable_text(statistics, waiting);
    text += unanswered_text(statistics) + where_time_went(statistics);
    const Tallies named_containers = statistics.by_named_container();
    const std::pair<std::string_view, const Tallies*> tables[] = {{"call", &statistics.by_call},
                                                                  {"target", &statistics.by_target},
                                                                  {"thread", &statistics.by_thread},
                                                                  {"container", &named_containers},
                                                                  {"method", &statistics.by_method}};
    for (const std::string& word : what)
        for (const auto& [name, tallies] : tables)
            if (name == word && !tallies->empty()) text += "\n" + table(*tallies, name);
    if (!statistics.longest_owed.empty()) text += "\nlongest calls:\n" + notable_text(statistics, statistics.longest_owed);
    std::string resting;
    if (const std::string words = resting_words(statistics.never_returned); !words.empty())
        resting += fmt::format("  never returned: {}\n", words);
    for (const NotableCall& call : statistics.longest)
        if (call.rests) {
            resting += "  longest that returned:\n" + notable_text(statistics, {call});
            break;
        }
    if (!resting.empty()) text += "\nresting, as far as a call tells (locks, polls, sleeps, signals):\n" + resting;
    return text;
}

}  // namespace shimtrace::output
