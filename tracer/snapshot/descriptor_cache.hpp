// Which target each descriptor of each traced task leads to, as far as it has been asked, kept right by the calls that
// change it. Pure: knows numbers only.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/event.hpp>

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace shimtrace::host {

/// What is known of one descriptor.
struct CachedFd {
    OpenFileId id;            ///< 0: nothing
    std::uint32_t paths = 0;  ///< DescriptorCache::paths() when the path was read; 0: no path that can change
    bool changes = false;     ///< its facts change by themselves: counts, timers, who holds the other end
    MonotonicTime read;       ///< when
};

/// One descriptor table; shared by all tasks that share it in the kernel.
struct DescriptorTable {
    std::vector<CachedFd> fds;
    CachedFd directory;               ///< the working directory: of a process, though, not of a table
    std::optional<ProcDirectory> fd;  ///< /proc/TID/fd of one of its tasks
    Tid opened_by;

    CachedFd* find(Fd number) {
        const auto at = static_cast<std::size_t>(number.value);
        return number.value >= 0 && at < fds.size() && fds[at].id ? &fds[at] : nullptr;
    }
    void set(Fd number, CachedFd known);
    void forget(Fd number);
    void forget_range(std::uint64_t first, std::uint64_t last);
    void forget_all();
};

class DescriptorCache {
public:
    /// The table of a task. A task that was never announced shares its process's.
    DescriptorTable& table(Pid pid, Tid tid);

    /// A new task: shares its parent's table with CLONE_FILES, otherwise starts with an empty one (what a fork copies is
    /// found again when it is asked for).
    void started(Pid pid, Tid tid, Tid parent, bool shares_parents);
    void executed(Pid pid, Tid tid);
    void ended(Tid tid);
    /// unshare(CLONE_FILES).
    void unshared(Pid pid, Tid tid);

    /// 0: it was never announced.
    [[nodiscard]] Pid process_of(Tid tid) const {
        const auto found = tasks_.find(tid);
        return found == tasks_.end() ? Pid{} : found->second.first;
    }

    void call_returned(const Event& enter, const Event& exit);

    /// A number that rises when a traced task renames or removes a file.
    [[nodiscard]] std::uint32_t paths() const { return paths_; }
    /// When descriptors were last closed, copied or inherited here: other ends that were looked up before may be others now.
    [[nodiscard]] MonotonicTime changed() const { return changed_; }

private:
    std::unordered_map<Tid, std::pair<Pid, std::shared_ptr<DescriptorTable>>> tasks_;
    std::unordered_map<Pid, std::weak_ptr<DescriptorTable>> processes_;
    std::uint32_t paths_ = 1;
    MonotonicTime changed_;
};

}  // namespace shimtrace::host
