#include "decoders/messages/ttrpc/stream.hpp"

#include <algorithm>

namespace shimtrace::ttrpc {

namespace {

/// More calls than that in flight are no shim's; the oldest is forgotten.
constexpr std::size_t most_calls = 10'000;

CallInFlight call_of(const Message& message, Direction direction, MonotonicTime time) {
    CallInFlight call{message.stream, message.service, message.method, "", "", "", time, direction};
    call.text = std::string(short_name(message.service)) + "." + message.method + render(message.fields);
    if (const Field* id = find(message.fields, "id")) call.id = id->text;
    if (const Field* id = find(message.fields, "exec_id")) call.exec_id = id->text;
    return call;
}

}  // namespace

std::vector<Message> Connection::feed(Direction direction, std::span<const std::byte> bytes, MonotonicTime time, std::size_t missing) {
    std::vector<Message> messages;
    for (FrameOrTrouble& found : readers_[static_cast<std::size_t>(direction)].feed(bytes, missing)) {
        if (!found.trouble.empty()) {
            Message trouble;
            trouble.trouble = std::move(found.trouble);
            messages.push_back(std::move(trouble));
            continue;
        }
        const auto call = calls_.find(found.frame.stream);
        const MethodSchema* called = nullptr;
        if (found.frame.type == FrameType::response && call != calls_.end())
            called = find_method(call->second.service, call->second.method);
        Message message = decode(found.frame, called);
        if (message.type == FrameType::request) {
            if (calls_.size() >= most_calls) calls_.erase(calls_.begin());
            calls_.insert_or_assign(message.stream, call_of(message, direction, time));
        } else if (message.type == FrameType::response) {
            answer(message, time);
        }
        messages.push_back(std::move(message));
    }
    return messages;
}

void Connection::answer(Message& message, MonotonicTime time) {
    const auto call = calls_.find(message.stream);
    if (call == calls_.end()) return;
    message.service = call->second.service;
    message.method = call->second.method;
    message.took = std::max(Nanoseconds{}, time - call->second.since);
    calls_.erase(call);
}

std::vector<CallInFlight> Connection::in_flight() const {
    std::vector<CallInFlight> calls;
    for (const auto& [stream, call] : calls_) calls.push_back(call);
    std::ranges::stable_sort(calls, {}, &CallInFlight::since);
    return calls;
}

}  // namespace shimtrace::ttrpc
