// The trace's lines about messages: what was said over sockets of ttrpc, gRPC and D-Bus, and who still waits for an answer.
#include "tracer/output/text/trace_printer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace shimtrace::output {

namespace {

std::string age(Nanoseconds spent) {
    return fmt::format("{:.1f} s", static_cast<double>(spent.count()) / 1e9);
}

Event moment(Pid pid, Tid tid, MonotonicTime time) {
    Event at;
    at.pid = pid;
    at.tid = tid;
    at.time = time;
    return at;
}

}  // namespace

bool TracePrinter::is_shown(const SeenMessage& message, bool call_shown, bool other_path) const {
    if ((options_.messages_alone & message.protocol) == 0) return call_shown && (options_.messages & message.protocol) != 0;
    if (other_path) return false;
    const bool picky = options_.slow_messages > Nanoseconds{} || options_.failed_messages;
    if (picky && (!message.reply || message.took.value_or(Nanoseconds{}) < options_.slow_messages)) return false;
    return !options_.failed_messages || !message.error.empty();
}

void TracePrinter::tell(const std::vector<SeenMessage>& messages, bool call_shown, bool other_path) {
    if (!printing()) return;
    for (const SeenMessage& message : messages) {
        if (!is_shown(message, call_shown, other_path)) continue;
        tell_line(moment(message.pid, message.tid, message.time), message.text);
    }
}

void TracePrinter::tell_overdue(const Event& event) {
    for (const AwaitedReply& call : messages_.overdue(event.time)) {
        if (!printing() || ((options_.messages | options_.messages_alone) & call.protocol) == 0) continue;
        tell_line(moment(call.pid, call.tid, event.time),
                  fmt::format("{} still without a reply after {}", call.text, age(event.time - call.since)));
    }
}

void TracePrinter::tell_under_way() {
    const auto calls = std::exchange(under_way_, {});
    // A recording's snapshot is of the whole host.
    for (const EarlierCall& call : calls)
        if (std::ranges::find(session_.targets, leader(call.shim)) != session_.targets.end()) notice(text_of_, call.text);
}

void TracePrinter::tell_in_flight() {
    if (!last_event_) return;
    for (const AwaitedReply& call : messages_.in_flight()) {
        if (((options_.messages | options_.messages_alone) & call.protocol) == 0) continue;
        notice(call.tid, fmt::format("{} had no reply after {}{}", call.text, age(*last_event_ - call.since),
                                     call.lasting ? ", as usual while the process lives" : ""));
    }
}

}  // namespace shimtrace::output
