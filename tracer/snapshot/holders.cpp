#include "tracer/snapshot/holders.hpp"

#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/duplicate.hpp"
#include "tracer/procfs/parcel_bytes.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

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
    // linux/ipc/mqueue.c: a file system without directories, mounted or not. What else looks like that is in nobody's way.
    if (target.kind == OpenFileKind::file && major(target.device) == 0 && target.path.rfind('/') == 0 &&
        !target.path.starts_with("/memfd:"))
        return ObjectKey{queue, target.device, target.inode.value};
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

void HolderIndex::add(const Process& process) {
    const SharedText comm = process.comm;
    for (const auto& [fd, target] : process.fds) {
        const auto key = object_of(target);
        if (!key) continue;
        const bool both = !is_pipe(target.kind) && target.kind != OpenFileKind::file;
        holders_[*key].push_back({.pid = process.pid,
                                  .fd = fd,
                                  .comm = comm,
                                  .state = process.state,
                                  .reads = both || can_read(target),
                                  .writes = both || can_write(target)});
    }
}

namespace {

struct PipeAsked {
    Pid pid;
    Fd fd;
    Inode inode;
};

struct PipeTold {
    bool known = false;  ///< false: it is not that pipe any more, or not permitted
    PipeFill fill;
};

PipeTold measured(const PipeAsked& asked) {
    const OwnedFd end = duplicate(asked.pid, asked.fd);
    struct stat found;
    if (!end || ::fstat(end.get(), &found) != 0 || !S_ISFIFO(found.st_mode) || found.st_ino != asked.inode.value) return {};
    int queued = 0;
    const int capacity = ::fcntl(end.get(), F_GETPIPE_SZ);
    if (::ioctl(end.get(), FIONREAD, &queued) != 0 || capacity < 0) return {};
    return {true, {static_cast<std::uint32_t>(queued), static_cast<std::uint32_t>(capacity)}};
}

/// Of each pipe how many may be asked, and whom: the first that has it open yet tells.
Parcel measure(Parcel request) {
    Parcel reply;
    std::uint64_t tries = 0;
    for (std::string_view rest = request.bytes; take(rest, tries);) {
        PipeTold told;
        PipeAsked asked;
        for (; tries > 0 && take(rest, asked); --tries)
            if (!told.known) told = measured(asked);
        put(reply.bytes, told);
    }
    return reply;
}

/// False: no answer in time.
bool ask_together(const std::string& concern, std::span<const PipeQuestion> questions, std::span<std::optional<PipeFill>> answers) {
    constexpr std::size_t most_tries = 8;
    Parcel request;
    for (const auto& [holders, pipe] : questions) {
        const auto asked = holders.first(std::min(holders.size(), most_tries));
        put(request.bytes, std::uint64_t{asked.size()});
        for (const Holder& holder : asked) put(request.bytes, PipeAsked{holder.pid, holder.fd, pipe->inode});
    }
    const auto reply = ask(concern, measure, std::move(request));
    if (!reply) return false;
    std::string_view rest = reply->bytes;
    for (std::optional<PipeFill>& answer : answers)
        if (PipeTold told; take(rest, told) && told.known) answer = told.fill;
    return true;
}

}  // namespace

std::string concern_of_pipe(Inode inode) {
    return "pipe " + std::to_string(inode.value);
}

std::optional<PipeFill> ask_pipe(std::span<const Holder> holders, const OpenFile& pipe) {
    const PipeQuestion question{holders, &pipe};
    std::optional<PipeFill> answer;
    ask_together(concern_of_pipe(pipe.inode), std::span(&question, 1), std::span(&answer, 1));
    return answer;
}

std::vector<std::optional<PipeFill>> ask_pipes(std::span<const PipeQuestion> questions) {
    constexpr std::size_t at_once = 64;
    std::vector<std::optional<PipeFill>> answers(questions.size());
    for (std::size_t first = 0; first < questions.size(); first += at_once) {
        // One that somebody has locked keeps all waiting: those that are known for it are left out, and then each is asked by itself.
        std::vector<PipeQuestion> some;
        std::vector<std::size_t> places;
        for (std::size_t at = first; at < std::min(first + at_once, questions.size()); ++at) {
            if (questions[at].holders.empty() || unanswered(concern_of_pipe(questions[at].pipe->inode))) continue;
            some.push_back(questions[at]);
            places.push_back(at);
        }
        if (some.empty()) continue;
        std::vector<std::optional<PipeFill>> told(some.size());
        const bool in_time = ask_together(concern_of_pipe(some.front().pipe->inode) + " and others", some, told);
        for (std::size_t i = 0; i < some.size(); ++i) answers[places[i]] = in_time ? told[i] : ask_pipe(some[i].holders, *some[i].pipe);
    }
    return answers;
}

}  // namespace shimtrace::host
