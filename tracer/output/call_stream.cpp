#include "tracer/output/call_stream.hpp"

#include <algorithm>
#include <vector>

namespace shimtrace::output {

void CallStream::event(const Event& event) {
    last_ = std::max(last_, event.time);
    switch (event.kind) {
        case EventKind::syscall_enter: {
            Pending& pending = pending_[event.tid];
            pending.enter = event;
            pending.in_call = true;
            entered(pending.enter);
            return;
        }
        case EventKind::syscall_exit: {
            const auto found = pending_.find(event.tid);
            if (found == pending_.end() || !found->second.in_call) return;
            found->second.in_call = false;
            call(found->second.enter, event);
            return;
        }
        case EventKind::exec:
            // The thread that called execve goes on under the leader's id, and the leader's own call is gone with it (ptrace(2)).
            if (event.parent && event.parent != event.tid) {
                if (const auto led = pending_.find(event.tid); led != pending_.end() && led->second.in_call)
                    unfinished(led->second.enter, event.time, Unreturned::ended);
                if (auto former = pending_.extract(event.parent); !former.empty()) {
                    former.mapped().enter.tid = event.tid;
                    pending_[event.tid] = std::move(former.mapped());
                }
            }
            break;
        case EventKind::exited:
        case EventKind::killed:
        case EventKind::detached:
            if (const auto found = pending_.find(event.tid); found != pending_.end()) {
                if (found->second.in_call)
                    unfinished(found->second.enter, event.time, event.kind == EventKind::detached ? Unreturned::left : Unreturned::ended);
                pending_.erase(found);
            }
            break;
        default:
            break;
    }
    other(event);
}

void CallStream::end() {
    std::vector<const Event*> left;
    for (const auto& [tid, pending] : pending_)
        if (pending.in_call) left.push_back(&pending.enter);
    std::ranges::sort(left, {}, [](const Event* enter) { return enter->time; });
    for (const Event* enter : left) unfinished(*enter, last_, Unreturned::left);
    pending_.clear();
}

std::string target_text(const OpenFile& target) {
    if (!target.socket) return target.path;
    const SocketFacts& socket = *target.socket;
    std::string text = socket.protocol;
    if (socket.local.empty() && socket.remote.empty()) return text + ":[" + std::to_string(target.inode.value) + "]";
    text += ":[" + socket.local;
    if (!socket.remote.empty()) text += "->" + socket.remote;
    return text + "]";
}

}  // namespace shimtrace::output
