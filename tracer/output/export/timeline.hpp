// When a session's threads were in calls, and for how long, on one line each; and its RPCs. Memory grows with threads, not with events.
#pragma once

#include "tracer/output/call_stream.hpp"
#include "tracer/output/messages.hpp"

#include <shimtrace/event.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace shimtrace::output {

/// How a stretch of time is drawn.
enum class BarKind : std::uint8_t { rests, blocks, failed, never_returned, message };

struct Bar {
    MonotonicTime from;
    Nanoseconds length{};
    BarKind kind{};
    std::string text;
};

/// Where something happened at all: so coarse that each lane has few of them, finer the shorter the session.
class Activity {
public:
    static constexpr std::size_t bins = 512;

    void add(Nanoseconds from, Nanoseconds to);
    /// SVG path data of the runs, in a box as wide as `whole` is long, from 0 to `bins`.
    [[nodiscard]] std::string path(Nanoseconds whole) const;

private:
    Nanoseconds width_{100'000};
    std::array<bool, bins> busy_{};
};

class Timeline {
public:
    void call(const Event& enter, const Event& exit, const OpenFileDictionary& targets);
    void never_returned(const Event& enter, MonotonicTime last, const OpenFileDictionary& targets);
    void still_blocked(const Event& event);
    void messages(const std::vector<SeenMessage>& messages);
    void never_answered(const std::vector<AwaitedReply>& calls, MonotonicTime last);

    /// The lanes that matter most first. `name`: of a thread, in words.
    [[nodiscard]] std::string html(MonotonicTime first, MonotonicTime last, const std::function<std::string(Pid, Tid)>& name) const;

private:
    struct Lane {
        Pid pid;
        Tid tid;                ///< 0: of messages
        std::string suffix;     ///< "ttrpc, answered"
        std::vector<Bar> bars;  ///< a heap: the shortest of those kept is at its head
        Activity activity;
        std::string note;  ///< of the call that it is in
        Nanoseconds blocked{};
        bool never_returned = false;
    };

    Lane& lane(const Event& event);
    Lane& lane(Pid pid, MessageProtocol protocol, bool served);
    static void keep(Lane& lane, MonotonicTime from, Nanoseconds length, BarKind kind, const std::function<std::string()>& text);
    [[nodiscard]] static std::string html(const Lane& lane, const std::string& name, MonotonicTime first, Nanoseconds whole);

    std::unordered_map<Tid, Lane> threads_;
    std::map<std::tuple<Pid, int, bool>, Lane> conversations_;
    std::optional<MonotonicTime> origin_;
};

}  // namespace shimtrace::output
