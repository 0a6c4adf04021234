// A session as whole calls: each syscall_enter with its syscall_exit. For whoever counts, selects or exports calls.
#pragma once

#include <shimtrace/event_sink.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace shimtrace::output {

/// Why no return of a call is known.
enum class Unreturned : std::uint8_t {
    ended,  ///< its thread ended inside
    left,   ///< its thread was let go, or the session ended
};

class CallStream : public EventSink {
public:
    void session(const SessionInfo& session) override { session_ = session; }
    void target(OpenFileId id, const OpenFile& target) override { targets_.define(id, target); }
    void task(const TaskInfo& task) override { tasks_[task.tid] = task; }
    void event(const Event& event) final;
    void end() override;

protected:
    virtual void call(const Event& enter, const Event& exit) = 0;
    /// It has begun; call() or unfinished() follows.
    virtual void entered(const Event&) {}
    /// It never returned. `last`: when it was seen last.
    virtual void unfinished(const Event& enter, MonotonicTime last, Unreturned why) = 0;
    /// Everything that is neither enter nor exit; comes after unfinished() where a thread ends in a call.
    virtual void other(const Event&) {}

    [[nodiscard]] const SessionInfo& session_info() const { return session_; }
    [[nodiscard]] const OpenFileDictionary& targets() const { return targets_; }
    /// nullptr: not known.
    [[nodiscard]] const TaskInfo* find_task(Tid tid) const {
        const auto found = tasks_.find(tid);
        return found == tasks_.end() ? nullptr : &found->second;
    }

    /// The call that the thread is in; nullptr: in none that is known.
    [[nodiscard]] const Event* under_way(Tid tid) const {
        const auto found = pending_.find(tid);
        return found == pending_.end() || !found->second.in_call ? nullptr : &found->second.enter;
    }

    /// By the number that it has in that pid namespace.
    [[nodiscard]] const TaskInfo* find_task(Inode pid_namespace, std::int32_t number) const {
        const auto found = std::ranges::find_if(tasks_, [&](const auto& item) { return has_number(item.second, pid_namespace, number); });
        return found == tasks_.end() ? nullptr : &found->second;
    }

private:
    SessionInfo session_;
    OpenFileDictionary targets_;
    std::unordered_map<Tid, TaskInfo> tasks_;
    struct Pending {
        Event enter;
        bool in_call = false;
    };
    std::unordered_map<Tid, Pending> pending_;
    MonotonicTime last_;
};

/// "pipe:[8191]", "/run/…/stdout", "TCP:[10.0.0.1:80->10.0.0.2:3312]": what a descriptor led to, in a word.
std::string target_text(const OpenFile& target);

}  // namespace shimtrace::output
