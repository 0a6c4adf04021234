#include "tracer/snapshot/host_descriptors.hpp"

#include "tracer/bpf/open_files.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/observer.hpp"

#include <linux/magic.h>

#include <algorithm>
#include <array>
#include <utility>

namespace shimtrace::host {
namespace {

/// Of these, stat tells inode and device as the kernel has them (fs/stat.c, generic_fillattr), and no others may have to be asked.
bool tells_itself(std::uint64_t file_system) {
    constexpr auto rows = std::to_array<std::uint64_t>(
        {TMPFS_MAGIC, RAMFS_MAGIC, DEVPTS_SUPER_MAGIC, EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC,
         CGROUP2_SUPER_MAGIC, HUGETLBFS_MAGIC, SQUASHFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC, SECURITYFS_MAGIC, BPF_FS_MAGIC});
    return std::ranges::find(rows, file_system) != rows.end();
}

/// False: only /proc tells all of it.
bool finish(OpenFile& target, const bpf::OpenFileRow& row) {
    if (row.link.empty()) return false;
    if (wants_status(target)) {
        if (!tells_itself(row.file_system)) return false;
        add_status(target,
                   {.mode = row.mode, .links = row.links, .inode = Inode{row.inode}, .device = row.device, .rdev = row.special_device});
    }
    add_access(target, row.reads, row.writes);
    return true;
}

}  // namespace

HostDescriptors HostDescriptors::read(const std::function<bool()>& interrupted) {
    constexpr std::size_t most_in_all = 500'000, asked_after = 1024;
    // The kernel tells its own numbers of processes, whatever they are called here.
    if (!observer().host_pids) return {};
    HostDescriptors all;
    std::size_t count = 0;
    bool whole = true;
    const int error = bpf::for_each_open_file([&](const bpf::OpenFileRow& row) {
        if (++count > most_in_all || (count % asked_after == 0 && interrupted && interrupted())) return whole = false;
        Found& found = all.found_[row.pid];
        found.start_time = row.start_time;
        OpenFile target = open_file(std::string(row.link));
        if (!finish(target, row)) found.table.unfinished.push_back(found.table.entries.size());
        found.table.entries.push_back({row.fd, std::move(target)});
        return true;
    });
    // What is not whole is nobody's: a table may have been cut off anywhere.
    return error == 0 && whole ? std::move(all) : HostDescriptors{};
}

std::optional<HostDescriptors::Table> HostDescriptors::take(const Process& process) {
    const auto found = found_.find(process.pid);
    if (found == found_.end()) return std::nullopt;
    Found taken = std::move(found->second);
    found_.erase(found);
    if (clock_ticks(taken.start_time) != process.start_time || taken.table.entries.size() >= most_descriptors) return std::nullopt;
    return std::move(taken.table);
}

}  // namespace shimtrace::host
