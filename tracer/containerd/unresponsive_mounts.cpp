#include "tracer/containerd/unresponsive_mounts.hpp"

#include "decoders/text/paths.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <chrono>
#include <utility>

namespace shimtrace::containerd {

namespace {

/// A mount is asked once; a busy server may take its time.
constexpr auto mount_patience = std::chrono::milliseconds(250);

/// The mount point, a NUL, and a path on it. Errors are answers.
host::Parcel look_up(host::Parcel request) {
    const std::size_t end = request.bytes.find('\0');
    struct statfs facts;
    ::statfs(request.bytes.c_str(), &facts);
    struct stat found;
    if (end != std::string::npos) ::fstatat(AT_FDCWD, request.bytes.c_str() + end + 1, &found, AT_SYMLINK_NOFOLLOW);
    return {};
}

}  // namespace

std::string UnresponsiveMounts::over(const std::string& path) {
    if (!std::exchange(read_, true))
        if (const auto proc = host::ProcDirectory::open()) fragile_ = host::FragileMounts::of(*proc, process_);
    const std::string root = process_ ? "/proc/" + std::to_string(process_.value) + "/root" : "";
    for (const std::string& mount_point : fragile_.points()) {
        // On a root of that kind nothing could be asked at all.
        if (mount_point == "/" || !text::lies_in(path, mount_point)) continue;
        const std::string reached = root + mount_point;
        if (host::unanswered(reached)) return mount_point;
        if (!asked_.insert(path).second) continue;
        if (!host::ask(reached, look_up, {reached + '\0' + root + path, {}}, mount_patience)) return mount_point;
    }
    return {};
}

}  // namespace shimtrace::containerd
