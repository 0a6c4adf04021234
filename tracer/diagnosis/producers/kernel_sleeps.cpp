#include "tracer/diagnosis/producers/kernel_sleeps.hpp"

#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis::produce {

namespace {

/// A function of the kernel's, and what whoever sleeps below it waits for. The first row that is on the stack counts.
struct SleepRow {
    std::string_view function, waits_for;
};

constexpr auto rows = std::to_array<SleepRow>({
    // linux/fs/notify/mark.c, group.c
    {"fsnotify_wait_marks_destroyed", "inotify's or fanotify's marks to be destroyed, for which SRCU's readers must have left"},
    {"fsnotify_destroy_group", "inotify's or fanotify's marks to be destroyed, for which SRCU's readers must have left"},
    {"synchronize_srcu", "a grace period of SRCU: one of its readers does not leave"},
    {"synchronize_rcu", "a grace period of RCU"},
    // linux/net/core/rtnetlink.c, dev.c
    {"rtnl_lock", "the network's configuration lock (rtnl), which whoever makes or removes interfaces holds"},
    {"netdev_wait_allrefs", "the last user of a network interface that is being removed"},
    {"cleanup_net", "network namespaces to be taken down"},
    // linux/kernel/cgroup/cgroup.c
    {"cgroup_kn_lock_live", "the lock of all cgroups (cgroup_mutex)"},
    {"cgroup_lock", "the lock of all cgroups (cgroup_mutex)"},
    {"cgroup_attach_lock", "the lock of all cgroups' members (cgroup_threadgroup_rwsem)"},
    {"cgroup_procs_write_start", "the lock of all cgroups' members (cgroup_threadgroup_rwsem)"},
    // linux/fs/jbd2
    {"jbd2_log_wait_commit", "a commit of ext4's journal (jbd2)"},
    {"wait_transaction_locked", "ext4's journal (jbd2): its transaction is being committed"},
    {"jbd2_", "ext4's journal (jbd2)"},
    {"xlog_", "the journal of XFS"},
    {"xfs_log_force", "the journal of XFS"},
    // linux/fs/sync.c, fs-writeback.c; overlayfs syncs what is below it when it is unmounted (fs/overlayfs/super.c)
    {"ovl_sync_fs", "what is below an overlay to be written back, before that is unmounted"},
    {"sync_inodes_sb", "all that is dirty on a file system to be written back"},
    {"wb_wait_for_completion", "all that is dirty on a file system to be written back"},
    {"balance_dirty_pages", "the disk: too much waits to be written back"},
    {"namespace_unlock", "all mounts of a mount namespace to be let go"},
    {"dm_", "device-mapper"},
    {"blk_mq_freeze_queue_wait", "a block device's queue to be empty"},
    {"blk_mq_get_tag", "a block device: its queue is full"},
    {"submit_bio_wait", "a block device"},
    {"folio_wait_bit", "a page to be read or written"},
    {"wait_on_page_bit", "a page to be read or written"},
    {"__wait_on_buffer", "a block to be read or written"},
    {"bit_wait_io", "a block to be read or written"},
    {"io_schedule", "a block device"},
    {"rwsem_down_read", "a read-write semaphore of the kernel's, to read"},
    {"rwsem_down_write", "a read-write semaphore of the kernel's, to write"},
    {"down_write", "a read-write semaphore of the kernel's, to write"},
    {"down_read", "a read-write semaphore of the kernel's, to read"},
    {"__mutex_lock", "a mutex of the kernel's"},
    {"mutex_lock", "a mutex of the kernel's"},
});

/// wait_event_killable() and its like: in state D, and SIGKILL wakes it all the same.
bool is_killable(const Thread& thread) {
    return stack_has(thread, "_killable");
}

}  // namespace

std::string sleep_words(const Thread& thread) {
    std::string text = is_killable(thread) ? "; state D, but SIGKILL ends it" : "; state D: no signal ends it";
    const auto row = std::ranges::find_if(rows, [&](const SleepRow& one) { return stack_has(thread, one.function); });
    if (row != rows.end()) text += fmt::format("; it waits for {}", row->waits_for);
    return text;
}

std::string device_words(const Facts& facts, std::uint64_t device, int depth) {
    constexpr int most_depth = 4;
    const auto& all = facts.snapshot().block_devices;
    const auto found = std::ranges::find(all, device, &BlockDevice::device);
    if (device == 0 || found == all.end()) return {};
    std::string text = fmt::format("; {} has {} reads and {} writes in flight", printable(found->name, 64), found->reads_in_flight,
                                   found->writes_in_flight);
    if (found->suspended) text += ", and is suspended (dmsetup resume lets it go on)";
    if (!found->backing_file.empty()) text += fmt::format("; its data is the file {}", printable(found->backing_file, most_shown));
    // What it is made of, down to the disk.
    const std::uint64_t below = found->below.empty() ? 0 : found->below.front();
    return below != 0 && below != device && depth < most_depth ? text + device_words(facts, below, depth + 1) : text;
}

}  // namespace shimtrace::diagnosis::produce
