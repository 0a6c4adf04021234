// One session for several sinks.
#pragma once

#include <shimtrace/event_sink.hpp>

#include <utility>
#include <vector>

namespace shimtrace::output {

/// Every call goes to all sinks, in order. They have to outlive it.
class Tee final : public EventSink {
public:
    explicit Tee(std::vector<EventSink*> sinks) : sinks_(std::move(sinks)) {}
    void session(const SessionInfo& info) override {
        each([&](EventSink& sink) { sink.session(info); });
    }
    void target(OpenFileId id, const OpenFile& target) override {
        each([&](EventSink& sink) { sink.target(id, target); });
    }
    void task(const TaskInfo& task) override {
        each([&](EventSink& sink) { sink.task(task); });
    }
    void event(const Event& event) override {
        each([&](EventSink& sink) { sink.event(event); });
    }
    void snapshot(const Snapshot& snapshot) override {
        each([&](EventSink& sink) { sink.snapshot(snapshot); });
    }
    void scheduling(const Scheduling& scheduling) override {
        each([&](EventSink& sink) { sink.scheduling(scheduling); });
    }
    void in_place() override {
        each([](EventSink& sink) { sink.in_place(); });
    }
    void idle() override {
        each([](EventSink& sink) { sink.idle(); });
    }
    void end() override {
        each([](EventSink& sink) { sink.end(); });
    }

private:
    template <typename Action>
    void each(Action action) {
        for (EventSink* sink : sinks_) action(*sink);
    }
    const std::vector<EventSink*> sinks_;
};

}  // namespace shimtrace::output
