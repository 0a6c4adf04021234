#include "tracer/output/statistics.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/output/call_name.hpp"
#include "tracer/output/resting.hpp"
#include "tracer/output/role_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace shimtrace::output {

namespace {

constexpr std::size_t most_never_returned = 1000;

double seconds_into(const Statistics& statistics, MonotonicTime time) {
    return std::chrono::duration<double>(elapsed(statistics.of_session().monotonic_anchor, time)).count();
}

void count(Tally& tally, Nanoseconds duration, const std::string* error) {
    ++tally.calls;
    tally.durations.add(duration);
    if (error == nullptr) return;
    ++tally.errors;
    ++tally.errors_by_name[*error];
}

nlohmann::json text_json(std::string_view text) {
    return text::printable(text);
}

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

nlohmann::json notable_json(const Statistics& statistics, const std::vector<NotableCall>& calls) {
    auto list = nlohmann::json::array();
    for (const NotableCall& call : calls)
        list.push_back({{"at_s", seconds_into(statistics, call.time)},
                        {"duration_ns", call.duration.count()},
                        {"pid", call.pid.value},
                        {"tid", call.tid.value},
                        {"comm", text_json(call.comm)},
                        {"container", text_json(call.container)},
                        {"call", text_json(call.text)}});
    return list;
}

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

std::string notable_text(const Statistics& statistics, const std::vector<NotableCall>& calls) {
    std::string text;
    for (const NotableCall& call : calls)
        text += fmt::format("{:>9}  at {:.3f} s  {}[{}]{}  {}\n", duration_text(call.duration), seconds_into(statistics, call.time),
                            text::printable(call.comm), call.tid.value,
                            call.container.empty() ? "" : " of " + text::printable(statistics.words_of(call.container)),
                            text::printable(call.text));
    return text;
}

/// Worth telling: one side alone has it, other errors, or latencies apart by more than the half and 100 µs.
bool differs(const Tally& a, const Tally& b) {
    if (a.calls == 0 || b.calls == 0) return a.calls != b.calls;
    if (a.errors_by_name != b.errors_by_name) return true;
    const auto apart = [](double x, double y) { return std::abs(x - y) > 0.5 * std::max(x, y); };
    if (apart(static_cast<double>(a.calls), static_cast<double>(b.calls))) return true;
    for (const double share : {0.5, 0.99}) {
        const auto x = static_cast<double>(a.durations.percentile(share).count()),
                   y = static_cast<double>(b.durations.percentile(share).count());
        if (std::abs(x - y) > 1e5 && apart(x, y)) return true;
    }
    return false;
}

/// Numbers in names (pipe:[8191], /proc/4711/…) differ between any two runs and say nothing.
std::string without_numbers(std::string_view name) {
    std::string result;
    for (const char c : name) {
        const bool digit = c >= '0' && c <= '9';
        if (!digit) {
            result += c;
        } else if (result.empty() || result.back() != '#') {
            result += '#';
        }
    }
    return result;
}

struct Both {
    Tally a, b;
};

void merge(Tally& into, const Tally& from) {
    into.calls += from.calls;
    into.errors += from.errors;
    for (const auto& [name, number] : from.errors_by_name) into.errors_by_name[name] += number;
    into.durations.merge(from.durations);
}

std::map<std::string, Both> pair_up(const Tallies& a, const Tallies& b, bool numbers) {
    std::map<std::string, Both> both;
    for (const auto& [name, tally] : a) merge(both[numbers ? name : without_numbers(name)].a, tally);
    for (const auto& [name, tally] : b) merge(both[numbers ? name : without_numbers(name)].b, tally);
    std::erase_if(both, [](const auto& item) { return !differs(item.second.a, item.second.b); });
    return both;
}

std::string errors_text(const Tally& tally) {
    std::string text;
    for (const auto& [name, number] : tally.errors_by_name) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, name);
    return text.empty() ? "none" : text;
}

std::string change_line(const std::string& name, const Both& both) {
    const Tally &a = both.a, &b = both.b;
    std::string line = "  " + text::printable(name) + ": ";
    if (a.calls == 0)
        return line + fmt::format("only in B: {} calls, errors: {}, max {}\n", b.calls, errors_text(b), duration_text(b.durations.max()));
    if (b.calls == 0)
        return line + fmt::format("only in A: {} calls, errors: {}, max {}\n", a.calls, errors_text(a), duration_text(a.durations.max()));
    line += fmt::format("{} → {} calls", a.calls, b.calls);
    if (a.errors_by_name != b.errors_by_name) line += fmt::format("; errors: {} → {}", errors_text(a), errors_text(b));
    for (const auto& [label, share] : {std::pair{"p50", 0.5}, {"p99", 0.99}})
        line +=
            fmt::format("; {} {} → {}", label, duration_text(a.durations.percentile(share)), duration_text(b.durations.percentile(share)));
    return line + fmt::format("; max {} → {}\n", duration_text(a.durations.max()), duration_text(b.durations.max()));
}

nlohmann::json side_json(const Tally& tally) {
    return {{"calls", tally.calls},
            {"errors", tally.errors},
            {"errors_by_name", tally.errors_by_name},
            {"p50_ns", tally.durations.percentile(0.5).count()},
            {"p99_ns", tally.durations.percentile(0.99).count()},
            {"max_ns", tally.durations.max().count()}};
}

nlohmann::json changes_json(const std::map<std::string, Both>& changes, const char* key) {
    auto list = nlohmann::json::array();
    for (const auto& [name, both] : changes) list.push_back({{key, text_json(name)}, {"a", side_json(both.a)}, {"b", side_json(both.b)}});
    return list;
}

}  // namespace

Nanoseconds elapsed(MonotonicTime from, MonotonicTime to) {
    Nanoseconds::rep difference = 0;
    if (!__builtin_sub_overflow(to.time_since_epoch().count(), from.time_since_epoch().count(), &difference))
        return Nanoseconds(difference);
    return from < to ? Nanoseconds::max() : Nanoseconds::min();
}

std::string duration_text(Nanoseconds duration) {
    const char* const sign = duration.count() < 0 ? "-" : "";
    const auto count = static_cast<std::uint64_t>(duration.count());
    const std::uint64_t magnitude = duration.count() < 0 ? 0 - count : count;  // the least has no positive counterpart
    const auto ns = static_cast<double>(Histogram::three_digits(magnitude));
    if (ns < 1e3) return fmt::format("{}{}ns", sign, magnitude);
    if (ns < 1e6) return fmt::format("{}{:.3g}us", sign, ns / 1e3);
    if (ns < 1e9) return fmt::format("{}{:.3g}ms", sign, ns / 1e6);
    if (ns < 1e12) return fmt::format("{}{:.3g}s", sign, ns / 1e9);
    return fmt::format("{}{:.0f}s", sign, ns / 1e9);
}

void Statistics::note_time(MonotonicTime time) {
    if (events++ == 0) first = time;
    last = std::max(last, time);
}

NotableCall Statistics::notable(const Event& enter, const Event* exit, Nanoseconds duration) const {
    decoders::RenderStyle style;
    style.fds = decoders::FdDecoding::all;
    style.roles = true;
    const decoders::RenderScope scope{&targets(), [this](Tid tid) { return find_task(tid); }};
    NotableCall call{enter.time, duration, enter.pid, enter.tid, {}, {}, {}, may_rest(enter)};
    if (exit != nullptr) {
        const auto rendered = decoders::render_call(enter, *exit, style, scope);
        call.text = rendered.on_entry + rendered.on_exit + " = " + rendered.result;
    } else {
        call.text = decoders::render_entry(enter, style, scope).on_entry + " <unfinished ...>";
    }
    if (const TaskInfo* task = find_task(enter.tid)) {
        call.comm = task->comm;
        call.container = container_text(task->role.container);
    }
    return call;
}

void Statistics::learn_name(const ContainerRef& container) {
    if (!container.name.empty()) words_.try_emplace(container_text(container), text::container_words(container));
}

const std::string& Statistics::words_of(const std::string& container) const {
    const auto found = words_.find(container);
    return found == words_.end() ? container : found->second;
}

Tallies Statistics::by_named_container() const {
    Tallies named;
    for (const auto& [container, tally] : by_container) named.emplace(words_of(container), tally);
    return named;
}

void Statistics::call(const Event& enter, const Event& exit) {
    note_time(enter.time);
    note_time(exit.time);
    count_messages(messages_.returned(enter, exit, targets()));
    const Nanoseconds duration = elapsed(enter.time, exit.time);
    std::optional<std::string> error;
    if (exit.is_error) error = error_name(exit);
    const std::string* const name = error ? &*error : nullptr;
    count(by_call[call_name(enter)], duration, name);
    const auto& uses = enter.fds.empty() ? exit.fds : enter.fds;
    if (!uses.empty())
        if (const OpenFile* target = targets().find(uses.front().target)) count(by_target[target_text(*target)], duration, name);
    const TaskInfo* task = find_task(enter.tid);
    count(by_thread[fmt::format("{}[{}]", task == nullptr ? "" : task->comm, enter.tid.value)], duration, name);
    if (task != nullptr && task->role.container) {
        const ContainerRef& container = task->role.container;
        count(by_container[container_text(container)], duration, name);
        learn_name(container);
    }

    if (longest.size() >= most_notable_ && (most_notable_ == 0 || duration <= longest.back().duration)) return;
    const auto place = std::ranges::upper_bound(longest, duration, std::greater{}, &NotableCall::duration);
    longest.insert(place, notable(enter, &exit, duration));
    if (longest.size() > most_notable_) longest.pop_back();
}

void Statistics::unfinished(const Event& enter, MonotonicTime when, Unreturned) {
    // These never return by their nature.
    const std::string name = call_name(enter);
    if (name == "exit" || name == "exit_group") return;
    note_time(enter.time);
    ++never_returned_count;
    if (const TaskInfo* task = find_task(enter.tid)) learn_name(task->role.container);
    if (never_returned.size() < most_never_returned)
        never_returned.push_back(notable(enter, nullptr, elapsed(enter.since.value_or(enter.time), when)));
}

void Statistics::count_messages(const std::vector<SeenMessage>& messages) {
    for (const SeenMessage& message : messages) {
        if (!message.reply || message.method.empty() || !message.took) continue;
        const std::string name = fmt::format("{} {}{}", protocol_name(message.protocol), message.method, message.served ? "" : " (asked)");
        count(by_method[name], *message.took, message.error.empty() ? nullptr : &message.error);
    }
}

void Statistics::other(const Event& event) {
    note_time(event.time);
    if ((event.kind == EventKind::exited || event.kind == EventKind::killed) && event.tid == leader(event.pid))
        count_messages(messages_.ended(event.pid, event.tid, event.time));
    if (event.kind == EventKind::lost) lost += static_cast<std::uint64_t>(std::max<std::int64_t>(event.result, 0));
    if (event.kind == EventKind::signal) ++signals;
}

void Statistics::end() {
    CallStream::end();
    std::ranges::stable_sort(never_returned, std::greater{}, &NotableCall::duration);
    for (AwaitedReply& call : messages_.in_flight())
        if (!call.lasting) never_answered.push_back(std::move(call));
}

namespace {

std::string comm_of(const Statistics& statistics, Tid tid) {
    const TaskInfo* task = statistics.of_task(tid);
    return task == nullptr ? std::string() : text::printable(task->comm);
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

}  // namespace

std::string statistics_text(const Statistics& statistics, const std::vector<std::string>& what) {
    std::string text = fmt::format("{} events over {}", statistics.events, duration_text(elapsed(statistics.first, statistics.last)));
    if (statistics.signals != 0) text += fmt::format(", {} signals", statistics.signals);
    if (statistics.lost != 0) text += fmt::format(", {} events lost", statistics.lost);
    text += "\n";
    const Tallies named_containers = statistics.by_named_container();
    const std::pair<std::string_view, const Tallies*> tables[] = {{"call", &statistics.by_call},
                                                                  {"target", &statistics.by_target},
                                                                  {"thread", &statistics.by_thread},
                                                                  {"container", &named_containers},
                                                                  {"method", &statistics.by_method}};
    for (const std::string& word : what)
        for (const auto& [name, tallies] : tables)
            if (name == word && !tallies->empty()) text += "\n" + table(*tallies, name);
    if (!statistics.longest.empty()) text += "\nlongest calls:\n" + notable_text(statistics, statistics.longest);
    if (!statistics.never_returned.empty()) {
        text += fmt::format("\ncalls that never returned: {}\n", statistics.never_returned_count);
        text += notable_text(statistics, statistics.never_returned);
    }
    if (!statistics.never_answered.empty()) text += "\nmessages without a reply:\n";
    for (const AwaitedReply& call : statistics.never_answered)
        text += fmt::format("{:>9}  {} {} {}[{}]\n", duration_text(elapsed(call.since, statistics.last)), text::printable(call.text),
                            call.served ? "answered by" : "asked by", comm_of(statistics, call.tid), call.tid.value);
    return text;
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
            {"never_returned", notable_json(statistics, statistics.never_returned)}};
}

std::string difference_text(const Statistics& a, const Statistics& b) {
    std::string text = fmt::format("A: {} events over {}\nB: {} events over {}\n", a.events, duration_text(elapsed(a.first, a.last)),
                                   b.events, duration_text(elapsed(b.first, b.last)));
    const auto section = [&](std::string_view title, const std::map<std::string, Both>& changes) {
        if (changes.empty()) return;
        text += fmt::format("\n{}:\n", title);
        for (const auto& [name, both] : changes) text += change_line(name, both);
    };
    const std::size_t before = text.size();
    section("calls", pair_up(a.by_call, b.by_call, true));
    section("targets (# stands for any number)", pair_up(a.by_target, b.by_target, false));
    const auto never = [&](std::string_view side, const Statistics& of) {
        if (of.never_returned.empty()) return;
        text += fmt::format("\nnever returned in {}:\n", side) + notable_text(of, of.never_returned);
    };
    never("A", a);
    never("B", b);
    if (text.size() == before) text += "\nno difference\n";
    return text;
}

nlohmann::json difference_json(const Statistics& a, const Statistics& b) {
    return {
        {"schema", "shimtrace.diff/1"},
        {"a",
         {{"events", a.events}, {"duration_ns", elapsed(a.first, a.last).count()}, {"never_returned", notable_json(a, a.never_returned)}}},
        {"b",
         {{"events", b.events}, {"duration_ns", elapsed(b.first, b.last).count()}, {"never_returned", notable_json(b, b.never_returned)}}},
        {"calls", changes_json(pair_up(a.by_call, b.by_call, true), "call")},
        {"targets", changes_json(pair_up(a.by_target, b.by_target, false), "target")}};
}

}  // namespace shimtrace::output
