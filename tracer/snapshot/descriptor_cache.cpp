#include "tracer/snapshot/descriptor_cache.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/capture.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>

#include <algorithm>

namespace shimtrace::host {

void DescriptorTable::set(Fd number, CachedFd known) {
    constexpr std::int32_t most = 1 << 20;  // a number out of a hostile register is no reason to take gigabytes
    if (number.value < 0 || number.value >= most) return;
    const auto at = static_cast<std::size_t>(number.value);
    if (at >= fds.size()) fds.resize(std::max(at + 1, fds.size() * 2));
    fds[at] = known;
}

void DescriptorTable::forget(Fd number) {
    if (CachedFd* known = find(number)) *known = {};
}

void DescriptorTable::forget_range(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t at = first; at <= last && at < fds.size(); ++at) fds[at] = {};
}

void DescriptorTable::forget_all() {
    fds.clear();
    directory = {};
}

DescriptorTable& DescriptorCache::table(Pid pid, Tid tid) {
    if (const auto found = tasks_.find(tid); found != tasks_.end()) return *found->second.second;
    started(pid, tid, Tid{}, false);
    return *tasks_.at(tid).second;
}

void DescriptorCache::started(Pid pid, Tid tid, Tid parent, bool shares_parents) {
    std::shared_ptr<DescriptorTable> table;
    if (parent) {
        if (const auto found = tasks_.find(parent); shares_parents && found != tasks_.end()) table = found->second.second;
    } else if (const auto found = processes_.find(pid); found != processes_.end()) {
        table = found->second.lock();  // found at attach: threads share, but for those that unshared (see unshared())
    }
    if (!table) table = std::make_shared<DescriptorTable>();
    if (tid == leader(pid) || !processes_.contains(pid) || processes_[pid].expired()) processes_[pid] = table;
    tasks_[tid] = {pid, std::move(table)};
}

void DescriptorCache::executed(Pid pid, Tid tid) {
    // Only the caller is left of its process, under the leader's number, with a table of its own (fs/exec.c, unshare_files).
    std::erase_if(tasks_, [&](const auto& task) { return task.second.first == pid; });
    processes_.erase(pid);
    started(pid, tid, Tid{}, false);
}

void DescriptorCache::ended(Tid tid) {
    const auto found = tasks_.find(tid);
    if (found == tasks_.end()) return;
    // What holds /proc/TID/fd open must not outlive the task that it belongs to.
    if (DescriptorTable& table = *found->second.second; table.opened_by == tid) {
        table.fd.reset();
        table.opened_by = {};
    }
    const Pid pid = found->second.first;
    tasks_.erase(found);
    if (const auto process = processes_.find(pid); process != processes_.end() && process->second.expired()) processes_.erase(process);
}

void DescriptorCache::unshared(Pid pid, Tid tid) {
    auto& task = tasks_[tid];
    if (task.second && task.second.use_count() == 1) return;
    task = {pid, std::make_shared<DescriptorTable>()};
    if (tid == leader(pid)) processes_[pid] = task.second;
}

void DescriptorCache::call_returned(const Event& enter, const Event& exit) {
    const decoders::CallFacts* facts = decoders::call_facts(enter.arch, enter.number, enter.args);
    using enum decoders::DescriptorEffect;
    if (!facts || (facts->effect == none && !facts->may_return_descriptor && facts->places.descriptor_pair < 0)) return;
    DescriptorTable& table = this->table(enter.pid, enter.tid);
    const auto argument = [&](std::size_t index) { return Fd{static_cast<std::int32_t>(enter.args[index])}; };
    const bool fills_pair = facts->places.descriptor_pair >= 0;
    if (facts->effect == closes || facts->effect == closes_range || facts->effect == replaces || fills_pair) changed_ = exit.time;
    // Whatever was known of the number of a new descriptor is old.
    if (const auto returned = facts->may_return_descriptor ? decoders::returned_descriptor(enter, exit) : std::nullopt)
        table.forget(*returned);
    if (fills_pair) {
        const std::uint64_t pair_address = enter.args[static_cast<std::size_t>(facts->places.descriptor_pair)];
        if (const auto pair = exit.memory.value<std::array<std::int32_t, 2>>(RemoteAddress{pair_address}))
            for (const std::int32_t fd : *pair) table.forget(Fd{fd});
    }
    switch (facts->effect) {
        case closes:
            table.forget(argument(0));
            break;  // also where it failed: Linux has closed it all the same (close(2))
        case closes_range:
            if (enter.args[2] & CLOSE_RANGE_UNSHARE) unshared(enter.pid, enter.tid);
            if (!(enter.args[2] & CLOSE_RANGE_CLOEXEC))
                this->table(enter.pid, enter.tid)
                    .forget_range(static_cast<std::uint32_t>(enter.args[0]), static_cast<std::uint32_t>(enter.args[1]));
            break;
        case replaces:
            table.forget(argument(1));
            break;
        case changes:
        case disconnects:
            table.forget(argument(0));
            break;
        case receives:
            // The end of a connection, or its failure: the state is another one.
            if (exit.is_error || exit.result == 0) table.forget(argument(0));
            break;
        case moves_paths:
            if (!exit.is_error) ++paths_;
            break;
        case moves_directory:
            table.directory = {};
            break;
        case unshares:
            if (!exit.is_error && (enter.args[0] & CLONE_FILES)) unshared(enter.pid, enter.tid);
            table.directory = {};
            break;
        case unknown:
            table.forget_all();
            break;
        case none:
        case closes_at_exec:
        case accepts_another:
        case commands:
            break;
    }
}

}  // namespace shimtrace::host
