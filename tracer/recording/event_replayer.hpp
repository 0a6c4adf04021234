// From blocks to a sink: each definition once, each event once, only what was asked for.
#pragma once

#include "tracer/recording/event_codec.hpp"

#include <shimtrace/event_sink.hpp>

#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::recording {

class EventReplayer final : public BlockVisitor {
public:
    EventReplayer(EventSink& sink, std::optional<MonotonicTime> since, std::optional<MonotonicTime> until, std::span<const Pid> pids);

    void limit(std::optional<MonotonicTime> since, std::optional<MonotonicTime> until) {
        since_ = since;
        until_ = until;
    }

    void target(OpenFileId id, std::span<const std::byte> message) override;
    void task(std::span<const std::byte> message) override;
    void event(Event& event, bool repeated) override;
    /// Nothing more comes: calls that are still held back are told of.
    void finish();

    [[nodiscard]] std::uint64_t events() const { return events_; }

private:
    struct Defined {
        OpenFileId id;
        std::uint64_t hash = 0;
    };
    struct TaskState {
        MonotonicTime entered;  ///< when the call in flight was, if there is one
        bool in_call = false;
    };

    void hold(Event& event);
    void release_held();
    void deliver(Event& event);

    EventSink& sink_;
    std::optional<MonotonicTime> since_, until_;
    const std::unordered_set<Pid> pids_;
    std::uint64_t events_ = 0;
    std::unordered_map<std::uint32_t, Defined> targets_;  ///< the file's numbers may be any: the sink's count from 1
    std::unordered_map<std::int32_t, std::uint64_t> task_hashes_;
    std::unordered_map<std::int32_t, TaskState> tasks_;
    std::unordered_map<std::int32_t, Event> held_;  ///< calls entered before `since`
    bool begun_ = false;                            ///< an event at or after `since` was met
};

}  // namespace shimtrace::recording
