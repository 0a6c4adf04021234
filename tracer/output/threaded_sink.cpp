#include "tracer/output/threaded_sink.hpp"

#include "tracer/threads/signal_free_thread.hpp"

#include <chrono>

namespace shimtrace::output {

namespace {

constexpr std::size_t most_held_back = 8U << 20;
constexpr std::size_t largest_kept = 1024;  ///< buffers of larger events are given back
/// While events come, the thread looks again after this and nobody has to wake it: waking costs the producer more than an event does.
constexpr auto nap = std::chrono::milliseconds(2);

std::size_t size_of(const Event& event) {
    return sizeof event + event.memory.bytes().size() + event.fds.size() * sizeof(FdUse) + event.stack.size() * sizeof(StackFrame);
}

}  // namespace

void ThreadedSink::Batch::clear() {
    for (std::size_t i = 0; i < used; ++i) {
        if (size_of(events[i]) > largest_kept) events[i] = Event();
    }
    used = 0;
    bytes = 0;
    others.clear();
}

ThreadedSink::ThreadedSink(EventSink& sink) : sink_(sink), thread_(signal_free_thread([this] { serve(); })) {}

ThreadedSink::~ThreadedSink() {
    close();
}

void ThreadedSink::close() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    filled_.notify_one();
    thread_.join();
}

void ThreadedSink::event(const Event& event) {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [&] { return filling_.bytes < most_held_back; });
    if (filling_.used == filling_.events.size()) filling_.events.emplace_back();
    filling_.events[filling_.used++] = event;
    filling_.bytes += size_of(event);
    wake_if_asleep(lock);
}

void ThreadedSink::put(Other other) {
    std::unique_lock lock(mutex_);
    filling_.others.emplace_back(filling_.used, std::move(other));
    wake_if_asleep(lock);
}

void ThreadedSink::wake_if_asleep(std::unique_lock<std::mutex>& lock) {
    const bool wake = std::exchange(asleep_, false);
    lock.unlock();
    if (wake) filled_.notify_one();
}

void ThreadedSink::end() {
    close();
    sink_.end();
}

void ThreadedSink::serve() {
    Batch batch;
    std::unique_lock lock(mutex_);
    while (true) {
        if (filling_.empty()) {
            if (closed_) return;
            asleep_ = true;
            filled_.wait(lock, [&] { return closed_ || !filling_.empty(); });
            asleep_ = false;
            continue;
        }
        std::swap(batch, filling_);
        lock.unlock();
        drained_.notify_one();
        pass_on(batch);
        batch.clear();
        lock.lock();
        if (filling_.bytes < most_held_back / 2) filled_.wait_for(lock, nap, [&] { return closed_; });
    }
}

void ThreadedSink::pass_on(const Batch& batch) {
    std::size_t next = 0;
    const auto events_before = [&](std::size_t index) {
        while (next < index) sink_.event(batch.events[next++]);
    };
    for (const auto& [index, other] : batch.others) {
        events_before(index);
        std::visit(
            [&]<typename T>(const T& value) {
                if constexpr (std::is_same_v<T, SessionInfo>)
                    sink_.session(value);
                else if constexpr (std::is_same_v<T, TaskInfo>)
                    sink_.task(value);
                else if constexpr (std::is_same_v<T, Snapshot>)
                    sink_.snapshot(value);
                else if constexpr (std::is_same_v<T, Scheduling>)
                    sink_.scheduling(value);
                else if constexpr (std::is_same_v<T, InPlace>)
                    sink_.in_place();
                else if constexpr (std::is_same_v<T, Idle>)
                    sink_.idle();
                else
                    sink_.target(value.first, value.second);
            },
            other);
    }
    events_before(batch.used);
}

}  // namespace shimtrace::output
