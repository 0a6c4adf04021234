// One session for several sinks.
#pragma once

#include <shimtrace/stream.hpp>

#include <utility>
#include <vector>

namespace shimtrace::output {

/// Every call goes to all sinks, in order. They have to outlive it.
class Tee final : public StreamSink {
public:
    explicit Tee(std::vector<StreamSink*> sinks) : sinks_(std::move(sinks)) {}
    void session(const SessionInfo& info) override {
        each([&](StreamSink& sink) { sink.session(info); });
    }
    void target(TargetId id, const FdTarget& target) override {
        each([&](StreamSink& sink) { sink.target(id, target); });
    }
    void task(const TaskInfo& task) override {
        each([&](StreamSink& sink) { sink.task(task); });
    }
    void event(const Event& event) override {
        each([&](StreamSink& sink) { sink.event(event); });
    }
    void snapshot(const Snapshot& snapshot) override {
        each([&](StreamSink& sink) { sink.snapshot(snapshot); });
    }
    void idle() override {
        each([](StreamSink& sink) { sink.idle(); });
    }
    void end() override {
        each([](StreamSink& sink) { sink.end(); });
    }

private:
    template <typename Action>
    void each(Action action) {
        for (StreamSink* sink : sinks_) action(*sink);
    }
    const std::vector<StreamSink*> sinks_;
};

}  // namespace shimtrace::output
