#include "tracer/procfs/answering_mounts.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shimtrace::host {
namespace {

constexpr auto answering = std::to_array<std::string_view>(
    {"ext2",   "ext3",     "ext4",    "xfs",     "btrfs",      "f2fs",      "zfs",      "bcachefs", "jfs",     "reiserfs", "nilfs2",
     "erofs",  "squashfs", "iso9660", "udf",     "vfat",       "exfat",     "ntfs3",    "msdos",    "hfsplus", "minix",    "cramfs",
     "romfs",  "tmpfs",    "ramfs",   "rootfs",  "devtmpfs",   "hugetlbfs", "proc",     "sysfs",    "cgroup",  "cgroup2",  "devpts",
     "mqueue", "bpf",      "debugfs", "tracefs", "securityfs", "pstore",    "configfs", "efivarfs", "nsfs",    "selinuxfs"});

/// The directories that an overlay is made of, as its options name them.
std::vector<std::string> layers(std::string_view options) {
    std::vector<std::string> found;
    while (!options.empty()) {
        std::string_view option = options.substr(0, options.find(','));
        options.remove_prefix(std::min(option.size() + 1, options.size()));
        for (const std::string_view key : {"lowerdir=", "lowerdir+=", "datadir+=", "upperdir="}) {
            if (!option.starts_with(key)) continue;
            option.remove_prefix(key.size());
            while (!option.empty()) {
                const std::string_view layer = option.substr(0, key == "lowerdir=" ? option.find(':') : option.npos);
                option.remove_prefix(std::min(layer.size() + 1, option.size()));
                if (!layer.empty()) found.emplace_back(layer);
            }
        }
    }
    return found;
}

/// "/a" of "/a/b", "/" of "/a"; empty: nothing is above.
std::string_view parent_directory(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == path.npos || path.size() == 1) return {};
    return path.substr(0, slash == 0 ? 1 : slash);
}

/// What the kernel mounts for itself, and no namespace shows: memfd and shared memory, anonymous inodes.
std::vector<std::uint64_t> internal_devices() {
    std::vector<std::uint64_t> found;
    for (const OwnedFd& file : {OwnedFd(::memfd_create("device", MFD_CLOEXEC)),
                                OwnedFd(::memfd_create("device", MFD_CLOEXEC | MFD_HUGETLB)), OwnedFd(::eventfd(0, EFD_CLOEXEC))}) {
        struct stat status;
        if (file && ::fstat(file.get(), &status) == 0) found.push_back(status.st_dev);
    }
    return found;
}

}  // namespace

bool answers_by_itself(std::string_view type) {
    return std::ranges::find(answering, type) != answering.end();
}

AnsweringMounts::AnsweringMounts() : mountinfo_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)) {}

void AnsweringMounts::refresh() {
    // Whoever looks up thousands of paths one after the other asks the kernel once: a mount may come between question and use anyway. Where
    // pods come and go there is always another mount, of hundreds.
    constexpr Nanoseconds one_moment = std::chrono::milliseconds(20);
    const MonotonicTime now = monotonic_now();
    if (known_ && mountinfo_ && now - asked_ < one_moment) return;
    pollfd changed{mountinfo_.get(), POLLPRI, 0};
    if (known_ && mountinfo_ && ::poll(&changed, 1, 0) == 0) {
        asked_ = now;
        return;
    }
    known_ = true;
    asked_ = now;
    devices_.clear();
    by_path_.clear();
    points_.clear();
    for (const std::uint64_t device : internal_devices()) devices_[device] = true;
    const auto self = ProcDirectory::open("/proc/self");
    if (!self) return;
    const auto text = read_in_time(*self, Pid{::getpid()}, {.name = "mountinfo", .most = std::size_t{16} << 20, .records = true});
    if (!text) return;
    const std::vector<Mount> mounts = parse_mountinfo(*text, Pid{});
    for (const Mount& mount : mounts) points_.push_back({mount.mount_point, answers_by_itself(mount.type)});
    for (std::size_t i = 0; i < points_.size(); ++i) by_path_[points_[i].path].push_back(i);
    // Layers may be overlays themselves, in whatever order: as long as one more is found, it goes on.
    for (bool more = true; more;) {
        more = false;
        for (std::size_t i = 0; i < mounts.size(); ++i) {
            if (points_[i].answers || mounts[i].type != "overlay") continue;
            const std::vector<std::string> found = layers(mounts[i].options);
            const auto known = [&](const std::string& layer) { return layer.starts_with('/') && this->path(layer); };
            points_[i].answers = !found.empty() && std::ranges::all_of(found, known);
            more |= points_[i].answers;
        }
    }
    // One that does not answer by its own word makes the device one that does not.
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        const auto [at, fresh] = devices_.try_emplace(mounts[i].device, points_[i].answers);
        at->second = at->second && points_[i].answers;
    }
}

bool AnsweringMounts::device(std::uint64_t device) {
    refresh();
    const auto found = devices_.find(device);
    return found != devices_.end() && found->second;
}

const std::vector<std::size_t>* AnsweringMounts::at(std::string_view path) const {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? nullptr : &found->second;
}

bool AnsweringMounts::path(std::string_view path) {
    refresh();
    bool any = false;
    for (std::string_view above = path; !above.empty(); above = parent_directory(above)) {
        const std::vector<std::size_t>* here = at(above);
        if (!here) continue;
        if (!std::ranges::all_of(*here, [&](std::size_t place) { return points_[place].answers; })) return false;
        any = true;
    }
    return any;
}

std::string AnsweringMounts::mount_of(std::string_view path) {
    refresh();
    for (std::string_view above = path; !above.empty(); above = parent_directory(above))
        if (at(above)) return std::string(above);
    return {};
}

}  // namespace shimtrace::host
