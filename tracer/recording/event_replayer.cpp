#include "tracer/recording/event_replayer.hpp"

#include "tracer/recording/schema.hpp"

#include <xxhash.h>

#include <algorithm>

namespace shimtrace::recording {

EventReplayer::EventReplayer(EventSink& sink, std::optional<MonotonicTime> since, std::optional<MonotonicTime> until,
                             std::span<const Pid> pids)
    : sink_(sink), since_(since), until_(until), pids_(pids.begin(), pids.end()) {}

void EventReplayer::target(OpenFileId id, std::span<const std::byte> message) {
    const std::uint64_t hash = XXH3_64bits(message.data(), message.size());
    const auto [known, added] = targets_.try_emplace(id.value);
    if (!added && known->second.hash == hash) return;
    const auto target = read_message<OpenFile>(message);
    if (added) known->second.id = OpenFileId{static_cast<std::uint32_t>(targets_.size())};
    known->second.hash = hash;
    sink_.target(known->second.id, target.value_or(OpenFile{}));
}

void EventReplayer::task(std::span<const std::byte> message) {
    const auto task = read_message<TaskInfo>(message);
    if (!task) return;
    const std::uint64_t hash = XXH3_64bits(message.data(), message.size());
    const auto [known, added] = task_hashes_.try_emplace(task->tid.value, hash);
    if (!added && known->second == hash) return;
    known->second = hash;
    sink_.task(*task);
}

void EventReplayer::event(Event& event, bool repeated) {
    TaskState& task = tasks_[event.tid.value];
    switch (event.kind) {
        case EventKind::syscall_enter:
            if (repeated && task.in_call && task.entered == event.time) return;
            task.in_call = true;
            task.entered = event.time;
            break;
        case EventKind::exited:
        case EventKind::killed:
        case EventKind::detached:
        case EventKind::syscall_exit:
            task.in_call = false;
            break;
        default:
            break;
    }
    for (FdUse& use : event.fds) {
        const auto known = targets_.find(use.target.value);
        use.target = known == targets_.end() ? OpenFileId{} : known->second.id;
    }
    if (event.kind == EventKind::exited || event.kind == EventKind::killed || event.kind == EventKind::detached)
        tasks_.erase(event.tid.value);
    if (!pids_.empty() && event.kind != EventKind::lost && !pids_.contains(event.pid)) return;
    if (until_ && event.time > *until_) return;
    if (since_ && event.time < *since_) return hold(event);
    if (!begun_) release_held();
    deliver(event);
}

void EventReplayer::hold(Event& event) {
    if (event.kind == EventKind::syscall_enter && begun_) return deliver(event);  // told again after damage
    if (event.kind == EventKind::syscall_enter) {
        std::swap(held_[event.tid.value], event);
    } else if (event.kind != EventKind::still_blocked && event.kind != EventKind::signal && event.kind != EventKind::group_stop) {
        held_.erase(event.tid.value);
    }
}

/// As if one had attached at `since`: first come the calls that were in flight then.
void EventReplayer::release_held() {
    begun_ = true;
    std::vector<Event*> order;
    for (auto& [tid, event] : held_) order.push_back(&event);
    std::ranges::sort(order, {}, [](const Event* event) { return event->time; });
    for (Event* event : order) deliver(*event);
    held_.clear();
}

void EventReplayer::deliver(Event& event) {
    ++events_;
    sink_.event(event);
}

void EventReplayer::finish() {
    if (!begun_) release_held();
}

}  // namespace shimtrace::recording
