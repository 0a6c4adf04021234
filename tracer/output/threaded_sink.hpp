// A sink served by a thread of its own: whoever produces the session pays for copies and for nothing that is made of them.
#pragma once

#include <shimtrace/event_sink.hpp>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace shimtrace::output {

/// Passes a session on to another sink, whole and in order, from another thread. Holds back at most about 8 MiB of events, then its
/// caller waits; two batches of slots for events, some 60 MB at worst, are kept for reuse. The thread sleeps while there is nothing to
/// pass on.
class ThreadedSink final : public EventSink {
public:
    /// `sink` has to outlive this.
    explicit ThreadedSink(EventSink& sink);
    /// Passes on what is left first.
    ~ThreadedSink() override;

    void session(const SessionInfo& info) override { put(info); }
    void target(OpenFileId id, const OpenFile& target) override { put(std::pair(id, target)); }
    void task(const TaskInfo& task) override { put(task); }
    void event(const Event& event) override;
    void snapshot(const Snapshot& snapshot) override { put(snapshot); }
    void scheduling(const Scheduling& scheduling) override { put(scheduling); }
    void in_place() override { put(InPlace{}); }
    void idle() override { put(Idle{}); }
    /// Returns once the sink has seen the end.
    void end() override;

private:
    struct InPlace {};
    struct Idle {};
    using Other = std::variant<SessionInfo, std::pair<OpenFileId, OpenFile>, TaskInfo, Snapshot, Scheduling, InPlace, Idle>;

    /// What was put since the thread took the last batch. Its events keep their buffers when it is emptied.
    struct Batch {
        std::vector<Event> events;  ///< the first `used` count
        std::size_t used = 0;
        std::vector<std::pair<std::size_t, Other>> others;  ///< each before the event of that index
        std::size_t bytes = 0;                              ///< roughly, of the events

        [[nodiscard]] bool empty() const { return used == 0 && others.empty(); }
        void clear();
    };

    void close();  ///< returns once everything has been passed on
    void put(Other other);
    void wake_if_asleep(std::unique_lock<std::mutex>& lock);
    void serve();
    void pass_on(const Batch& batch);

    EventSink& sink_;
    std::mutex mutex_;
    std::condition_variable filled_, drained_;
    Batch filling_;
    bool asleep_ = false;  ///< the thread waits without a limit
    bool closed_ = false;
    std::thread thread_;
};

}  // namespace shimtrace::output
