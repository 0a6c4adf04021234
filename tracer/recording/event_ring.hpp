// Between the tracer's thread and the writer's: a bounded ring of raw bytes for events, and beside it a short list of the
// rare rest (definitions, snapshots), each with its place in the ring's order.
#pragma once

#include <shimtrace/event.hpp>
#include <shimtrace/stream.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <variant>

namespace shimtrace::recording {

/// What travels beside the events.
struct Definition {
    std::variant<SessionInfo, std::pair<TargetId, FdTarget>, TaskInfo, Snapshot> value;
};

/// One thread pushes, one pops. Nothing that is pushed is lost; try_push says when there is no room.
class EventRing {
public:
    /// `capacity` in bytes, a power of two.
    explicit EventRing(std::size_t capacity);

    /// False: no room. Copies bytes and nothing else.
    bool try_push(const Event& event);
    /// Waits until a quarter of the ring is free, for at most `most`.
    bool wait_for_room(Nanoseconds most);
    [[nodiscard]] bool has_room() const;
    /// Comes between the events that were pushed before and those that are pushed after.
    void push(Definition definition);
    /// No more will come.
    void close();

    using Item = std::variant<std::monostate, Event*, Definition>;
    /// The next item, in order; monostate: nothing is there. An Event* is valid until the next call.
    Item pop();
    enum class Patience : std::uint8_t { until_much, until_anything };
    /// Waits for much to pop, or for anything at all, and for at most `most`. False: closed and empty.
    bool wait(Nanoseconds most, Patience patience = Patience::until_much);

private:
    struct Record;
    [[nodiscard]] std::uint64_t used() const { return written_.load() - read_.load(std::memory_order_acquire); }
    void decode(const std::byte* from);

    static constexpr std::uint64_t never_ = ~std::uint64_t{0};
    const std::size_t capacity_;
    std::unique_ptr<std::byte[]> bytes_;
    alignas(64) std::atomic<std::uint64_t> written_{0};  ///< bytes ever written; modulo capacity: where
    alignas(64) std::atomic<std::uint64_t> read_{0};
    std::atomic<std::size_t> definitions_waiting_{0};
    std::atomic<bool> closed_{false};
    /// The consumer sleeps until more bytes than that are in use. It sets this and then looks at written_; the producer sets written_ and
    /// then looks at this: in one order for both, so that one of them sees what the other did.
    std::atomic<std::uint64_t> wakes_above_ = never_;

    std::mutex mutex_;
    std::condition_variable filled_, drained_;
    std::deque<std::pair<std::uint64_t, Definition>> definitions_;  ///< with the value of written_ when they were pushed

    Event event_;  ///< the popping thread's
};

}  // namespace shimtrace::recording
