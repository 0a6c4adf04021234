#include "tracer/snapshot/holders.hpp"

#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/duplicate.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace shimtrace::host {
namespace {

/// The devpts that /dev/ptmx of the host's own /dev leads to: init's, where shimtrace is in another mount namespace.
std::uint64_t host_devpts() {
    static const std::uint64_t device = [] {
        struct stat found;
        if (::stat("/proc/1/root/dev/pts", &found) == 0 || ::stat("/dev/pts", &found) == 0) return std::uint64_t{found.st_dev};
        return std::uint64_t{0};
    }();
    return device;
}

}  // namespace

std::optional<ObjectKey> object_of(const OpenFile& target) {
    using enum ObjectKey::Sort;
    if (target.kind == OpenFileKind::pipe) return ObjectKey{pipe, 0, target.inode.value};
    if (target.kind == OpenFileKind::fifo) return ObjectKey{fifo, target.device, target.inode.value};
    if (is_socket(target.kind)) return ObjectKey{socket, 0, target.inode.value};
    if (target.kind != OpenFileKind::pty) return std::nullopt;
    if (!is_pty_master(target)) return ObjectKey{pty_slave, target.device, target.count};
    // A devpts has its own ptmx, always inode 2 (fs/devpts/inode.c); any other node is one of a /dev beside the host's.
    return ObjectKey{pty_master, target.inode.value == 2 ? target.device : host_devpts(), target.count};
}

ObjectKey other_side(ObjectKey pty) {
    using enum ObjectKey::Sort;
    if (pty.sort == pty_master || pty.sort == pty_slave) pty.sort = pty.sort == pty_master ? pty_slave : pty_master;
    return pty;
}

void HolderIndex::add(const Process& process, Fd fd, const OpenFile& target) {
    const auto key = object_of(target);
    if (!key) return;
    const bool both = !is_pipe(target.kind);
    holders_[*key].push_back({.pid = process.pid,
                              .fd = fd,
                              .comm = process.comm,
                              .state = process.state,
                              .reads = both || can_read(target),
                              .writes = both || can_write(target)});
}

namespace {

struct PipeAsked {
    Pid pid;
    Fd fd;
    Inode inode;
};

/// Empty: it is not that pipe any more.
Parcel measure(Parcel request) {
    PipeAsked asked;
    std::memcpy(&asked, request.bytes.data(), std::min(sizeof asked, request.bytes.size()));
    const OwnedFd end = duplicate(asked.pid, asked.fd);
    struct stat found;
    if (!end || ::fstat(end.get(), &found) != 0 || !S_ISFIFO(found.st_mode) || found.st_ino != asked.inode.value) return {};
    int queued = 0;
    const int capacity = ::fcntl(end.get(), F_GETPIPE_SZ);
    if (::ioctl(end.get(), FIONREAD, &queued) != 0 || capacity < 0) return {};
    const PipeFill fill{static_cast<std::uint32_t>(queued), static_cast<std::uint32_t>(capacity)};
    return {std::string(reinterpret_cast<const char*>(&fill), sizeof fill), {}};
}

}  // namespace

std::string concern_of_pipe(Inode inode) {
    return "pipe " + std::to_string(inode.value);
}

std::optional<PipeFill> ask_pipe(std::span<const Holder> holders, const OpenFile& pipe) {
    constexpr std::size_t most_tries = 8;
    for (const Holder& holder : holders.first(std::min(holders.size(), most_tries))) {
        const PipeAsked asked{holder.pid, holder.fd, pipe.inode};
        const auto told = ask(concern_of_pipe(pipe.inode), measure, {std::string(reinterpret_cast<const char*>(&asked), sizeof asked), {}});
        if (!told) return std::nullopt;
        PipeFill fill;
        if (told->bytes.size() != sizeof fill) continue;
        std::memcpy(&fill, told->bytes.data(), sizeof fill);
        return fill;
    }
    return std::nullopt;
}

}  // namespace shimtrace::host
