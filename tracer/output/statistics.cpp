#include "tracer/output/statistics.hpp"

#include "decoders/text/container_name.hpp"
#include "tracer/output/call_name.hpp"
#include "tracer/output/resting.hpp"
#include "tracer/output/role_text.hpp"
#include "tracer/output/wait_cause.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::output {

namespace {

constexpr std::size_t most_never_returned = 1000;

void count(Tally& tally, Nanoseconds duration, const std::string* error) {
    ++tally.calls;
    tally.durations.add(duration);
    if (error == nullptr) return;
    ++tally.errors;
    ++tally.errors_by_name[*error];
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
    NotableCall call{enter.time, duration, enter.pid, enter.tid, {}, {}, {}, may_rest(enter), enter.at_attach};
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
    Tally& of_call = by_call[call_name(enter)];
    count(of_call, duration, name);
    if (may_rest(enter)) ++of_call.resting;
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

    note_wait(enter, exit.time);
    keep_longest(longest, enter, exit, duration);
    if (!may_rest(enter)) keep_longest(longest_owed, enter, exit, duration);
}

void Statistics::keep_longest(std::vector<NotableCall>& calls, const Event& enter, const Event& exit, Nanoseconds duration) const {
    if (calls.size() >= most_notable_ && (most_notable_ == 0 || duration <= calls.back().duration)) return;
    const auto place = std::ranges::upper_bound(calls, duration, std::greater{}, &NotableCall::duration);
    calls.insert(place, notable(enter, &exit, duration));
    if (calls.size() > most_notable_) calls.pop_back();
}

void Statistics::note_wait(const Event& enter, MonotonicTime until) {
    if (enter.at_attach) ++found;
    times.call(enter, until, wait_cause(enter, enter.fds.empty() ? nullptr : targets().find(enter.fds.front().target)));
    if (times.has_scheduling()) times.advance(until, [this](Tid tid) { return find_task(tid) != nullptr; });
}

void Statistics::session(const SessionInfo& session) {
    CallStream::session(session);
    if (session.scheduling) times.expect_scheduling();
}

void Statistics::unfinished(const Event& enter, MonotonicTime when, Unreturned) {
    // These never return by their nature.
    const std::string name = call_name(enter);
    if (name == "exit" || name == "exit_group") return;
    note_time(enter.time);
    ++never_returned_count;
    note_wait(enter, when);
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
    times.end([this](Tid tid) { return find_task(tid) != nullptr; });
    std::ranges::stable_sort(never_returned, std::greater{}, &NotableCall::duration);
    for (AwaitedReply& call : messages_.in_flight())
        if (!call.lasting) never_answered.push_back(std::move(call));
}

}  // namespace shimtrace::output
