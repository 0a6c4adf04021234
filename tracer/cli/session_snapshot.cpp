#include "cli/session_snapshot.hpp"

#include "containerd/find_target.hpp"
#include "host/snapshot.hpp"

#include <unistd.h>

#include <algorithm>

namespace shimtrace::cli {

namespace {

/// A thread at one of our own stops is not stopped by anybody as far as `why` is concerned.
void hide_tracing(Snapshot& snapshot) {
    const std::int32_t self = ::getpid();
    for (Process& process : snapshot.processes) {
        bool ours = false;
        for (Thread& thread : process.threads) {
            if (thread.tracer != self) continue;
            ours = true;
            thread.tracer = 0;
            if (thread.state == 't') thread.state = 'S';
        }
        if (ours && process.state == 't') process.state = 'S';
    }
}

}  // namespace

Result<Snapshot> take_session_snapshot(const std::string& run_dir, const std::vector<Pid>& targets) {
    host::SnapshotScope scope;
    scope.detailed = targets;
    auto snapshot = host::take_snapshot(scope);
    if (!snapshot) return snapshot;
    snapshot->targets = targets;
    std::ranges::sort(snapshot->targets);
    const auto again = std::ranges::unique(snapshot->targets);
    snapshot->targets.erase(again.begin(), again.end());
    containerd::read_container_files(*snapshot, run_dir);
    hide_tracing(*snapshot);
    return snapshot;
}

}  // namespace shimtrace::cli
