#include "tracer/cli/replay_selection.hpp"

#include "decoders/syscalls/capture.hpp"
#include "tracer/output/call_stream.hpp"
#include "tracer/output/role_text.hpp"

#include <algorithm>
#include <functional>
#include <thread>
#include <unordered_map>
#include <utility>

namespace shimtrace::cli {

namespace {

/// Lets through the calls and processes that were asked for.
class Selector final : public output::CallStream {
public:
    Selector(const Selection& selection, EventSink& next) : selection_(selection), next_(next) {}

    void session(const SessionInfo& info) override {
        CallStream::session(info);
        next_.session(info);
    }
    void target(OpenFileId id, const OpenFile& target) override {
        CallStream::target(id, target);
        next_.target(id, target);
    }
    void task(const TaskInfo& task) override {
        CallStream::task(task);
        next_.task(task);
    }
    void snapshot(const Snapshot& snapshot) override { next_.snapshot(snapshot); }
    void scheduling(const Scheduling& scheduling) override { next_.scheduling(scheduling); }
    void idle() override { next_.idle(); }
    void end() override {
        CallStream::end();
        next_.end();
    }

private:
    void call(const Event& enter, const Event& exit) override {
        if (selection_.errors && !exit.is_error) return;
        if (selection_.slow && exit.time - enter.time < *selection_.slow) return;
        if (!touches(enter, &exit)) return;
        next_.event(enter);
        next_.event(exit);
    }
    void unfinished(const Event& enter, MonotonicTime last, output::Unreturned) override {
        if (selection_.errors || !touches(enter, nullptr)) return;
        if (selection_.slow && last - enter.since.value_or(enter.time) < *selection_.slow) return;
        next_.event(enter);
    }
    void other(const Event& event) override {
        // Whether threads come and go matters for what a line looks like; the rest is not of calls.
        if (event.kind != EventKind::signal && event.kind != EventKind::group_stop && event.kind != EventKind::still_blocked)
            next_.event(event);
    }

    [[nodiscard]] bool touches(const Event& enter, const Event* exit) const {
        if (!selection_.fd_target) return true;
        const auto matches = [&](const FdUse& use) {
            const OpenFile* target = targets().find(use.target);
            return target != nullptr && (std::regex_search(target->path, *selection_.fd_target) ||
                                         std::regex_search(output::target_text(*target), *selection_.fd_target));
        };
        if (std::ranges::any_of(enter.fds, matches) || (exit != nullptr && std::ranges::any_of(exit->fds, matches))) return true;
        return std::ranges::any_of(decoders::path_arguments(enter),
                                   [&](const std::string& path) { return std::regex_search(path, *selection_.fd_target); });
    }

    const Selection& selection_;
    EventSink& next_;
};

/// Hands all on to a sink that somebody else owns.
class Passage : public EventSink {
public:
    explicit Passage(EventSink& next) : next_(next) {}
    void session(const SessionInfo& info) override { next_.session(info); }
    void target(OpenFileId id, const OpenFile& target) override { next_.target(id, target); }
    void task(const TaskInfo& task) override { next_.task(task); }
    void event(const Event& event) override { next_.event(event); }
    void snapshot(const Snapshot& snapshot) override { next_.snapshot(snapshot); }
    void scheduling(const Scheduling& scheduling) override { next_.scheduling(scheduling); }
    void idle() override { next_.idle(); }
    void end() override { next_.end(); }

protected:
    [[nodiscard]] EventSink& next() const { return next_; }

private:
    EventSink& next_;
};

/// Lets through what is of some containers: their processes, and others' calls on their descriptors.
class ContainerSelector final : public Passage {
public:
    ContainerSelector(const std::vector<std::string>& containers, std::unique_ptr<EventSink> next)
        : Passage(*next), containers_(containers), owned_(std::move(next)) {}

    void target(OpenFileId id, const OpenFile& target) override {
        if (wanted_targets_.size() <= id.value) wanted_targets_.resize(id.value + std::size_t{1});
        wanted_targets_[id.value] = wanted(target.role->container);
        next().target(id, target);
    }
    void task(const TaskInfo& task) override {
        if (task.pid) wanted_tasks_[task.tid] = wanted(task.role.container);
        next().task(task);
    }
    void event(const Event& event) override {
        if (event.kind == EventKind::lost) return next().event(event);
        const auto task = wanted_tasks_.find(event.tid);
        if (task != wanted_tasks_.end() && task->second) return next().event(event);
        if (event.kind == EventKind::syscall_exit) {
            if (in_call_.erase(event.tid) != 0) next().event(event);
            return;
        }
        const bool touches = std::ranges::any_of(
            event.fds, [&](const FdUse& use) { return use.target.value < wanted_targets_.size() && wanted_targets_[use.target.value]; });
        if (!touches) return;
        if (event.kind == EventKind::syscall_enter) in_call_[event.tid] = true;
        next().event(event);
    }

private:
    [[nodiscard]] bool wanted(const ContainerRef& container) const { return is_one_of(container, containers_); }

    const std::vector<std::string>& containers_;
    std::unique_ptr<EventSink> owned_;
    std::vector<bool> wanted_targets_;
    std::unordered_map<Tid, bool> wanted_tasks_, in_call_;
};

/// Lets time pass as it did.
class Pacer final : public Passage {
public:
    Pacer(double speed, std::function<bool()> stopped, std::unique_ptr<EventSink> next)
        : Passage(*next), speed_(speed), stopped_(std::move(stopped)), owned_(std::move(next)) {}

    void event(const Event& event) override {
        using Clock = std::chrono::steady_clock;
        if (!first_) {
            first_ = event.time;
            started_ = Clock::now();
        }
        const auto due = started_ + std::chrono::duration_cast<Clock::duration>((event.time - *first_) / speed_);
        if (due - Clock::now() > std::chrono::milliseconds(5)) {
            next().idle();
            while (Clock::now() < due && !stopped_())
                std::this_thread::sleep_for(std::min<Clock::duration>(due - Clock::now(), std::chrono::milliseconds(100)));
        }
        next().event(event);
    }

private:
    const double speed_;
    const std::function<bool()> stopped_;
    const std::unique_ptr<EventSink> owned_;
    std::optional<MonotonicTime> first_;
    std::chrono::steady_clock::time_point started_;
};

}  // namespace

bool is_one_of(const ContainerRef& container, const std::vector<std::string>& texts) {
    if (!container) return false;
    return std::ranges::any_of(texts, [&](const std::string& text) {
        return container.id.starts_with(text) || output::container_text(container).starts_with(text) || container.name == text ||
               (container.name.starts_with(text) && container.name[text.size()] == '/');
    });
}

std::unique_ptr<EventSink> make_selector(const Selection& selection, EventSink& next) {
    std::unique_ptr<EventSink> sink;
    if (selection.by_call())
        sink = std::make_unique<Selector>(selection, next);
    else
        sink = std::make_unique<Passage>(next);
    if (!selection.containers.empty()) sink = std::make_unique<ContainerSelector>(selection.containers, std::move(sink));
    if (selection.speed) sink = std::make_unique<Pacer>(*selection.speed, selection.read.stopped, std::move(sink));
    return sink;
}

}  // namespace shimtrace::cli
