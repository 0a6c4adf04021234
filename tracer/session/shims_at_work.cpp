#include "tracer/session/shims_at_work.hpp"

#include "tracer/stacks/goroutines.hpp"

#include <algorithm>

namespace shimtrace::session {

std::optional<Snapshot> snapshot_shims(const SessionPlan& plan) {
    constexpr std::size_t most = 64;  // beyond, the wait would be felt
    const auto traced = [&](Pid pid) {
        return std::ranges::find(plan.request.attach, pid) != plan.request.attach.end() ||
               std::ranges::find(plan.request.attach_threads, leader(pid)) != plan.request.attach_threads.end();
    };
    Snapshot snapshot;
    stacks::BinaryCache cache;
    for (const Process& process : plan.surroundings.processes) {
        if (process.role.role != ProcessRole::shim || !traced(process.pid) || snapshot.processes.size() == most) continue;
        auto go = stacks::read_goroutines(process.pid, cache, {.stop = false});
        if (!go || !*go) continue;
        Process shim;
        shim.pid = process.pid;
        shim.comm = process.comm;
        shim.role = process.role;
        shim.go = std::move(**go);
        snapshot.processes.push_back(std::move(shim));
    }
    if (snapshot.processes.empty()) return std::nullopt;
    return snapshot;
}

}  // namespace shimtrace::session
