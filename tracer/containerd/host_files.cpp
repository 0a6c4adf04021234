#include "tracer/containerd/host_files.hpp"

#include "tracer/containerd/unresponsive_mounts.hpp"
#include "tracer/procfs/answering_mounts.hpp"
#include "tracer/procfs/owned_fd.hpp"
#include "tracer/procfs/parcel_bytes.hpp"
#include "tracer/procfs/stand_in.hpp"
#include "tracer/procfs/whole_file.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

namespace shimtrace::containerd {

namespace {

using host::OwnedFd;

std::unexpected<Error> failed(const std::string& path, int number) {
    return fail("read " + path, number, number == EACCES || number == EPERM ? "run as root" : "");
}

FileType type_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFREG:
            return FileType::regular;
        case S_IFDIR:
            return FileType::directory;
        case S_IFIFO:
            return FileType::fifo;
        case S_IFSOCK:
            return FileType::socket;
        case S_IFLNK:
            return FileType::link;
        default:
            return FileType::other;
    }
}

/// What a look at a path found. `error`: an errno; 0: none.
struct Found {
    int error = 0;
    FileFacts facts;
    std::string text;            ///< bytes, a link's text, or names with a NUL behind each
    std::vector<FileFacts> way;  ///< FileBelow's
};

std::optional<FileFacts> facts_of(int fd) {
    struct stat status {};
    if (fd < 0 || fstat(fd, &status) != 0) return std::nullopt;
    return FileFacts{type_of(status.st_mode), status.st_mode & 07777U, static_cast<std::uint64_t>(status.st_size),
                     status.st_dev,           Inode{status.st_ino},    status.st_mtim.tv_sec,
                     status.st_uid,           status.st_gid,           status.st_nlink};
}

/// Opens for reading what an O_PATH descriptor has been found to be: no race between the look and the opening.
int reopen(int path_fd, int flags) {
    return open(fmt::format("/proc/self/fd/{}", path_fd).c_str(), flags | O_CLOEXEC | O_NOCTTY);
}

int read_file(int path_fd, const std::optional<FileFacts>& facts, std::size_t limit, bool tail, Found& found) {
    if (!facts) return errno;
    if (facts->type != FileType::regular) return EINVAL;
    const std::size_t size = facts->size;
    if (!tail && size > limit) return EFBIG;
    const OwnedFd file(reopen(path_fd, O_RDONLY));
    if (!file) return errno;
    if (!tail) {
        auto text = host::read_whole(file.get(), limit, size);
        if (!text) return text.error();
        found.text = std::move(*text);
        return 0;
    }
    found.text.resize(std::min(size, limit));
    const ssize_t got = pread(file.get(), found.text.data(), found.text.size(), static_cast<off_t>(size - found.text.size()));
    if (got < 0) return errno;
    found.text.resize(static_cast<std::size_t>(got));
    if (size > limit) found.text.erase(0, found.text.find('\n') == found.text.npos ? 0 : found.text.find('\n') + 1);
    return 0;
}

int list_directory(int path_fd, std::size_t most, Found& found) {
    OwnedFd directory(reopen(path_fd, O_RDONLY | O_DIRECTORY));
    if (!directory) return errno;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(directory.get()), closedir);
    if (!stream) return errno;
    (void)directory.release();
    std::vector<std::string> names;
    while (names.size() < most) {
        const dirent* entry = readdir(stream.get());
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    std::ranges::sort(names);
    for (const std::string& name : names) found.text.append(name).push_back('\0');
    return 0;
}

enum class Look : std::uint8_t { facts, target_facts, text, tail, names, link };

struct LookWanted {
    Look look{};
    std::uint64_t limit = 0;
    bool stepwise = false;      ///< no link is followed, and each step is told
    std::uint64_t trusted = 0;  ///< the steps from behind so much of the path on
};

std::uint64_t open_flags(Look look) {
    return look == Look::names ? O_DIRECTORY : look == Look::target_facts ? 0 : O_NOFOLLOW;
}

/// `path_fd`: -1, with errno set, where the path could not be opened. `known`: what it is, where that was asked already.
Found look_at(int path_fd, Look look, std::size_t limit, const std::optional<FileFacts>& known = std::nullopt) {
    Found found;
    if (path_fd < 0) return {errno, {}, {}, {}};
    switch (look) {
        case Look::facts:
        case Look::target_facts:
            if (const auto facts = facts_of(path_fd))
                found.facts = *facts;
            else
                found.error = errno;
            break;
        case Look::text:
        case Look::tail:
            found.error = read_file(path_fd, known ? known : facts_of(path_fd), limit, look == Look::tail, found);
            break;
        case Look::names:
            found.error = list_directory(path_fd, limit, found);
            break;
        case Look::link: {
            found.text.resize(4096);
            const ssize_t length = readlinkat(path_fd, "", found.text.data(), found.text.size());
            if (length < 0) found.error = errno;
            found.text.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
            break;
        }
    }
    return found;
}

int open_beneath(int directory, const std::string& path, std::uint64_t flags, std::uint64_t resolve) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC | flags;
    how.resolve = RESOLVE_NO_MAGICLINKS | resolve;
    const int fd = static_cast<int>(syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how));
    if (fd >= 0 || errno != ENOSYS || directory != AT_FDCWD) return fd;
    return open(path.c_str(), static_cast<int>(how.flags));  // kernels before 5.6
}

/// The directory that a file was looked at in last: those of one bundle are read one after the other.
struct LastDirectory {
    int from = -1;
    std::string path;  ///< up to it
    std::size_t trusted = 0;
    OwnedFd directory;
    std::vector<FileFacts> way;
};

/// From one directory to the next, each by its descriptor. `from`: where `path` starts. The last is what is to be read; `last` spares the
/// way to the next file of the same directory.
Found look_along(int from, std::string_view path, LookWanted wanted, std::uint64_t resolve, LastDirectory* last = nullptr) {
    Found found;
    const auto failed_with = [&](int number) {
        found.error = number;
        return std::move(found);
    };
    const std::string_view whole = path;
    const std::size_t above = path.rfind('/') == path.npos ? 0 : path.rfind('/');
    const bool known =
        last != nullptr && last->directory && last->from == from && last->trusted == wanted.trusted && last->path == path.substr(0, above);
    OwnedFd opened;
    int here = -1;
    if (known && above > wanted.trusted) {
        here = last->directory.get();
        found.way = last->way;
        path.remove_prefix(above);
    } else {
        std::string start(path.substr(0, wanted.trusted));
        if (start.empty()) start = ".";
        opened = OwnedFd(open_beneath(from, start, O_DIRECTORY, resolve | RESOLVE_NO_SYMLINKS));
        here = opened.get();
        path.remove_prefix(std::min<std::size_t>(path.size(), wanted.trusted));
    }
    if (here < 0) return failed_with(errno);
    std::optional<FileFacts> facts;
    while (true) {
        path.remove_prefix(std::min(path.size(), path.find_first_not_of('/')));
        if (path.empty()) break;
        const std::string name(path.substr(0, path.find('/')));
        path.remove_prefix(name.size());
        if (path.empty() && last != nullptr && !known) {
            *last = {from, std::string(whole.substr(0, above)), wanted.trusted, std::move(opened), found.way};
        }
        OwnedFd next(open_beneath(here, name, O_NOFOLLOW, RESOLVE_BENEATH | (resolve & RESOLVE_NO_XDEV)));
        facts = facts_of(next.get());
        if (!facts) return failed_with(errno);
        found.way.push_back(*facts);
        if (facts->type == FileType::link) return failed_with(path.empty() ? EINVAL : ELOOP);
        opened = std::move(next);
        here = opened.get();
    }
    Found told = look_at(here, wanted.look, wanted.limit, facts);
    told.way = std::move(found.way);
    return told;
}

Found look_from(int from, const std::string& path, LookWanted wanted, std::uint64_t resolve, LastDirectory* last = nullptr) {
    if (wanted.stepwise) return look_along(from, path, wanted, resolve, last);
    const OwnedFd opened(open_beneath(from, path, open_flags(wanted.look), resolve));
    return look_at(opened.get(), wanted.look, wanted.limit);
}

host::Parcel look_aside(host::Parcel request) {
    LookWanted wanted;
    if (request.bytes.size() < sizeof wanted) return {};
    std::memcpy(&wanted, request.bytes.data(), sizeof wanted);
    const std::size_t end = std::min(request.bytes.find('\0', sizeof wanted), request.bytes.size() - 1);
    const std::string root_path = request.bytes.substr(sizeof wanted, end - sizeof wanted), path = request.bytes.substr(end + 1);
    const OwnedFd root(root_path.empty() ? -1 : open(root_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    Found found;
    if (!root_path.empty() && !root)
        found.error = errno;
    else
        found = root ? look_from(root.get(), path, wanted, RESOLVE_IN_ROOT) : look_from(AT_FDCWD, path, wanted, 0);
    host::Parcel reply;
    host::put(reply.bytes, found.error);
    host::put(reply.bytes, found.facts);
    host::put(reply.bytes, static_cast<std::uint64_t>(found.way.size()));
    for (const FileFacts& each : found.way) host::put(reply.bytes, each);
    reply.bytes += found.text;
    return reply;
}

/// `root`: of another mount namespace; empty: this one's.
Found ask_aside(const std::string& concern, const std::string& root, const std::string& path, LookWanted wanted) {
    host::Parcel request{std::string(reinterpret_cast<const char*>(&wanted), sizeof wanted) + root + '\0' + path, {}};
    const auto reply = host::ask(concern, look_aside, std::move(request));
    const Found unanswered{ETIMEDOUT, {}, {}, {}};
    Found found;
    std::uint64_t steps = 0;
    std::string_view rest = reply ? std::string_view(reply->bytes) : std::string_view();
    if (!host::take(rest, found.error) || !host::take(rest, found.facts) || !host::take(rest, steps) ||
        steps > rest.size() / sizeof(FileFacts))
        return unanswered;
    found.way.resize(steps);
    for (FileFacts& each : found.way) host::take(rest, each);
    found.text = rest;
    return found;
}

}  // namespace

/// Of this host, for as long as these files are looked at.
struct HostFiles::Mounts {
    host::AnsweringMounts answering;
    UnresponsiveMounts unresponsive;
    std::map<std::string, OwnedFd> points;  ///< mount points that answer, open
    LastDirectory last;
};

static Found look_in_copy(const std::string& root_path, const std::string& path, LookWanted wanted) {
    const OwnedFd root(open(root_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return {errno, {}, {}, {}};
    wanted.stepwise = false;
    return look_from(root.get(), path, wanted, RESOLVE_IN_ROOT);
}

/// Where everything on the way answers by itself: at once, and not off that file system, wherever symbolic links lead. All else is looked
/// at by a stand-in.
static Found look_on_host(HostFiles::Mounts& mounts, const std::string& path, LookWanted wanted) {
    const std::string point = mounts.answering.mount_of(path);
    if (!point.empty() && mounts.answering.path(path)) {
        auto [at, fresh] = mounts.points.try_emplace(point);
        if (fresh) at->second = OwnedFd(open(point.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        std::string below = path.substr(std::min(path.size(), point.size()));
        below.erase(0, below.find_first_not_of('/'));
        // Where the steps begin above the mount point, the stand-in takes them.
        if (at->second && (!wanted.stepwise || wanted.trusted >= point.size())) {
            LookWanted here = wanted;
            here.trusted -= std::min<std::uint64_t>(here.trusted, path.size() - below.size());
            Found found = look_from(at->second.get(), below.empty() ? "." : below, here, RESOLVE_NO_XDEV, &mounts.last);
            if (found.error != EXDEV && found.error != ENOSYS) return found;
        }
        return ask_aside(path, "", path, wanted);
    }
    if (!mounts.unresponsive.over(path).empty()) return {ETIMEDOUT, {}, {}, {}};
    return ask_aside(point.empty() ? path : point, "", path, wanted);
}

HostFiles::HostFiles(std::string root) : root_(std::move(root)), copy_(!root_.empty()), mounts_(std::make_shared<Mounts>()) {}

HostFiles HostFiles::seen_by(Pid process) {
    HostFiles files;
    if (!process) return files;
    files.root_ = fmt::format("/proc/{}/root", process.value);
    files.process_ = process;
    files.mounts_->unresponsive = UnresponsiveMounts(process);
    return files;
}

std::string HostFiles::unresponsive_mount_over(const std::string& path) const {
    return is_copy() ? std::string() : mounts_->unresponsive.over(path);
}

/// In another mount namespace: nothing is known of what its paths lead to.
static Found look_elsewhere(HostFiles::Mounts& mounts, const std::string& root, const std::string& path, LookWanted wanted) {
    return mounts.unresponsive.over(path).empty() ? ask_aside(root + path, root, path, wanted) : Found{ETIMEDOUT, {}, {}, {}};
}

static Found look(const HostFiles& files, HostFiles::Mounts& mounts, const std::string& path, Look look, std::size_t limit = 0,
                  std::size_t trusted = 0) {
    const LookWanted wanted{look, limit, trusted != 0, trusted};
    if (files.is_copy()) return look_in_copy(files.reached_by(""), path, wanted);
    return files.process() ? look_elsewhere(mounts, files.reached_by(""), path, wanted) : look_on_host(mounts, path, wanted);
}

Result<std::string> HostFiles::read(const std::string& path, std::size_t limit) const {
    Found found = look(*this, *mounts_, path, Look::text, limit);
    if (found.error != 0) return failed(path, found.error);
    return std::move(found.text);
}

Result<std::string> HostFiles::read_tail(const std::string& path, std::size_t most) const {
    Found found = look(*this, *mounts_, path, Look::tail, most);
    if (found.error != 0) return failed(path, found.error);
    return std::move(found.text);
}

FileBelow HostFiles::read_below(const std::string& directory, const std::string& below, std::size_t limit, Part part) const {
    const std::string path = directory + "/" + below;
    Found found = look(*this, *mounts_, path, part == Part::whole ? Look::text : Look::tail, limit, directory.size());
    if (found.error != 0) return {failed(path, found.error), std::move(found.way)};
    return {std::move(found.text), std::move(found.way)};
}

std::optional<FileFacts> HostFiles::facts(const std::string& path) const {
    const Found found = look(*this, *mounts_, path, Look::facts);
    errno = found.error;
    return found.error == 0 ? std::optional(found.facts) : std::nullopt;
}

std::optional<FileFacts> HostFiles::target_facts(const std::string& path) const {
    const Found found = look(*this, *mounts_, path, Look::target_facts);
    errno = found.error;
    return found.error == 0 ? std::optional(found.facts) : std::nullopt;
}

Result<std::vector<std::string>> HostFiles::list(const std::string& path, std::size_t most) const {
    const Found found = look(*this, *mounts_, path, Look::names, most);
    if (found.error != 0) return failed(path, found.error);
    std::vector<std::string> names;
    for (std::string_view rest = found.text; !rest.empty(); rest.remove_prefix(names.back().size() + 1))
        names.emplace_back(rest.substr(0, rest.find('\0')));
    return names;
}

std::string HostFiles::link(const std::string& path) const {
    return look(*this, *mounts_, path, Look::link).text;
}

}  // namespace shimtrace::containerd
