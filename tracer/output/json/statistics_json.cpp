#include "tracer/output/statistics_parts.hpp"

#include "decoders/text/printable.hpp"

#include <nlohmann/json.hpp>

namespace shimtrace::output {

namespace {

nlohmann::json tallies_json(const Tallies& tallies, const char* key) {
    auto list = nlohmann::json::array();
    for (const auto& [name, tally] : tallies)
        list.push_back({{key, text_json(name)},
                        {"calls", tally.calls},
                        {"errors", tally.errors},
                        {"errors_by_name", tally.errors_by_name},
                        {"total_ns", tally.durations.total().count()},
                        {"p50_ns", tally.durations.percentile(0.5).count()},
                        {"p90_ns", tally.durations.percentile(0.9).count()},
                        {"p99_ns", tally.durations.percentile(0.99).count()},
                        {"max_ns", tally.durations.max().count()}});
    return list;
}

nlohmann::json never_answered_json(const Statistics& statistics) {
    auto list = nlohmann::json::array();
    for (const AwaitedReply& call : statistics.never_answered)
        list.push_back({{"message", text_json(call.text)},
                        {"method", text_json(call.method)},
                        {"pid", call.pid.value},
                        {"tid", call.tid.value},
                        {"comm", comm_of(statistics, call.tid)},
                        {"served", call.served},
                        {"waiting_ns", elapsed(call.since, statistics.last).count()}});
    return list;
}

nlohmann::json wait_json(std::string_view cause, const Histogram& waits) {
    return {{"for", cause},
            {"waits", waits.count()},
            {"total_ns", waits.total().count()},
            {"p50_ns", waits.percentile(0.5).count()},
            {"p99_ns", waits.percentile(0.99).count()},
            {"max_ns", waits.max().count()}};
}

nlohmann::json waits_json(const OffCpu& times) {
    auto list = nlohmann::json::array();
    for (const auto& [cause, waits] : times.calls) list.push_back(wait_json(cause, waits));
    return list;
}

nlohmann::json scheduling_json(const OffCpu& times) {
    if (!times.has_scheduling()) return nullptr;
    auto blocked = nlohmann::json::array();
    for (const auto& [cause, sum] : times.blocked) {
        nlohmann::json row = wait_json(cause, sum.waits);
        row["woken_by"] = nlohmann::json::object();
        for (const auto& [waker, number] : sum.wakers) row["woken_by"][text::printable(waker)] = number;
        blocked.push_back(std::move(row));
    }
    return {{"on_cpu_ns", times.all.on_cpu.count()},
            {"run_delay_ns", times.all.ready.count()},
            {"preempted", times.all.preempted},
            {"lost", times.lost},
            {"off_cpu", std::move(blocked)}};
}

}  // namespace

nlohmann::json text_json(std::string_view text) {
    return text::printable(text);
}

nlohmann::json notable_json(const Statistics& statistics, const std::vector<NotableCall>& calls) {
    auto list = nlohmann::json::array();
    for (const NotableCall& call : calls)
        list.push_back({{"at_s", seconds_into(statistics, call.time)},
                        {"duration_ns", call.duration.count()},
                        {"pid", call.pid.value},
                        {"tid", call.tid.value},
                        {"comm", text_json(call.comm)},
                        {"container", text_json(call.container)},
                        {"call", text_json(call.text)},
                        {"rests", call.rests}});
    return list;
}

nlohmann::json statistics_json(const Statistics& statistics) {
    return {{"schema", "shimtrace.stat/1"},
            {"events", statistics.events},
            {"lost", statistics.lost},
            {"signals", statistics.signals},
            {"duration_ns", elapsed(statistics.first, statistics.last).count()},
            {"calls", tallies_json(statistics.by_call, "call")},
            {"targets", tallies_json(statistics.by_target, "target")},
            {"threads", tallies_json(statistics.by_thread, "thread")},
            {"containers", tallies_json(statistics.by_container, "container")},
            {"methods", tallies_json(statistics.by_method, "method")},
            {"never_answered", never_answered_json(statistics)},
            {"longest", notable_json(statistics, statistics.longest)},
            {"never_returned", notable_json(statistics, statistics.never_returned)},
            {"waits", waits_json(statistics.times)},
            {"scheduling", scheduling_json(statistics.times)}};
}

}  // namespace shimtrace::output
