#include "tracer/output/text/resting_fold.hpp"

#include "tracer/output/call_name.hpp"
#include "tracer/output/resting.hpp"
#include "tracer/output/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace shimtrace::output {

namespace {

constexpr Nanoseconds told_each = std::chrono::seconds(10);
constexpr std::int64_t restart_with_block = -516;  // ERESTART_RESTARTBLOCK: restart_syscall goes on with it

/// Programs of Go that wait for requests. What a container's own program waits for is never folded.
bool may_be_restful(const TaskInfo& task) {
    switch (task.role.role) {
        case ProcessRole::shim:
        case ProcessRole::containerd:
        case ProcessRole::client:
            return true;
        case ProcessRole::runtime:
            return task.comm.starts_with("runc");
        default:
            return false;
    }
}

/// "11 futex, 2 epoll_pwait", the most frequent first.
std::string words_for(const std::map<std::string, std::uint64_t>& counts) {
    std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
    std::ranges::stable_sort(sorted, std::greater{}, &std::pair<std::string, std::uint64_t>::second);
    std::string words;
    for (const auto& [name, number] : sorted) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", number, name);
    return words;
}

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
    std::uint64_t sum = 0;
    for (const auto& [name, number] : counts) sum += number;
    return sum;
}

}  // namespace

void RestingFold::task(const TaskInfo& task) {
    if (task.pid && may_be_restful(task))
        restful_.insert(task.tid);
    else
        restful_.erase(task.tid);
    printer_->task(task);
}

bool RestingFold::folds(const Event& enter) const {
    if (!restful_.contains(enter.tid)) return false;
    if (may_rest(enter)) return true;
    const auto before = hidden_.find(enter.tid);
    return before != hidden_.end() && before->second && call_name(enter) == "restart_syscall";
}

void RestingFold::event(const Event& event) {
    last_ = std::max(last_, event.time);
    if (!told_) told_ = event.time;
    switch (event.kind) {
        case EventKind::attached:
            return printer_->event(event);
        case EventKind::syscall_enter:
            if (folds(event)) {
                hidden_[event.tid] = false;
                ++(event.at_attach ? parked_ : folded_)[call_name(event)];
                last_tid_ = event.tid;
                return;
            }
            hidden_.erase(event.tid);
            // Calls found under way come while others are still being attached.
            if (event.at_attach) return printer_->event(event);
            break;
        case EventKind::syscall_exit:
            if (const auto hidden = hidden_.find(event.tid); hidden != hidden_.end()) {
                hidden->second = event.result == restart_with_block;
                if (!hidden->second) hidden_.erase(hidden);
                return;
            }
            break;
        case EventKind::still_blocked:
            if (hidden_.contains(event.tid)) return;
            break;
        case EventKind::exited:
        case EventKind::killed:
        case EventKind::detached:
            hidden_.erase(event.tid);
            restful_.erase(event.tid);
            break;
        default:
            break;
    }
    last_tid_ = event.tid;
    tell_parked();
    if (elapsed(*told_, last_) >= told_each) tell_folded();
    printer_->event(event);
}

void RestingFold::tell_parked() {
    const std::uint64_t number = sum_of(parked_);
    if (number == 0) return;
    printer_->say(last_tid_, fmt::format("{} thread{} at rest, as Go's threads are ({}); --no-interesting shows each of their calls",
                                         number, number == 1 ? " is" : "s are", words_for(parked_)));
    told_how_ = true;
    parked_.clear();
}

void RestingFold::tell_folded() {
    const std::uint64_t number = sum_of(folded_);
    if (number != 0)
        printer_->say(last_tid_, fmt::format("{} call{} of threads at rest in {:.0f} s ({}){}", number, number == 1 ? "" : "s",
                                             std::chrono::duration<double>(elapsed(*told_, last_)).count(), words_for(folded_),
                                             std::exchange(told_how_, true) ? "" : "; --no-interesting shows each"));
    folded_.clear();
    told_ = last_;
}

void RestingFold::idle() {
    tell_parked();
    printer_->idle();
}

void RestingFold::end() {
    tell_parked();
    if (told_) tell_folded();
    printer_->end();
}

}  // namespace shimtrace::output
