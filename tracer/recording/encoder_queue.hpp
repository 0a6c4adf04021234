// Between the tracer's thread and the writer's: events are encoded where they come in, and whole blocks change hands.
#pragma once

#include "tracer/recording/event_codec.hpp"

#include <shimtrace/event_sink.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <variant>

namespace shimtrace::recording {

/// What the writer's thread is handed, in the session's order. A Snapshot* is somebody else's, who keeps it until it is written.
using QueueItem = std::variant<SealedBlock, SessionInfo, Snapshot, const Snapshot*, Scheduling>;

/// The tracer's side puts a session in, one other thread takes it out. What is put in is not lost; add() says when there is no room. To
/// encode an event costs less than to copy it would, and its block takes less room than its events.
class EncoderQueue {
public:
    using Clock = std::chrono::steady_clock;

    /// Room for about `capacity` bytes that wait to be taken.
    EncoderQueue(std::size_t capacity, const EncoderOptions& options) : capacity_(capacity), encoder_(options) {}

    // For the tracer's thread.

    /// False: no room.
    bool add(const Event& event);
    void define_target(OpenFileId id, const OpenFile& target);
    void define_task(const TaskInfo& task);
    void put(SessionInfo session);
    void put(Snapshot snapshot);
    void put(const Snapshot* snapshot);
    /// False: no room.
    bool put(Scheduling scheduling);
    /// Until a quarter of the room is free, for at most `most`. False: it is not.
    bool wait_for_room(Nanoseconds most);
    [[nodiscard]] bool has_room() const;
    /// No more will come.
    void close();

    // For the writer's thread.

    /// nullopt: nothing is whole yet.
    std::optional<QueueItem> take();
    /// The block that is being filled becomes whole, if it was begun that long ago. How many there are to take now.
    std::size_t finish_block(Nanoseconds age);
    /// The next block that is begun can be read without those before.
    void restart();
    /// Until there is something to take: also the block that is being filled, at that age. While nothing comes in at all, for
    /// `rest` at most; nullopt: for ever. False: closed, and all is taken.
    bool wait(Nanoseconds age, std::optional<Nanoseconds> rest);

private:
    // With the lock.
    template <typename Put>
    void encode(Put put);
    [[nodiscard]] bool roomy() const { return waiting_ < capacity_ - capacity_ / 4; }
    void finish_block();
    void enqueue(QueueItem handed, std::size_t bytes);

    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable filled_, drained_;
    EventEncoder encoder_;
    Clock::time_point begun_;                              ///< the block that is being filled
    std::deque<std::pair<QueueItem, std::size_t>> queue_;  ///< each with its size in bytes
    std::size_t waiting_ = 0;                              ///< bytes in the queue
    bool resting_ = false;                                 ///< the writer's thread waits for anything at all
    bool closed_ = false;
};

}  // namespace shimtrace::recording
