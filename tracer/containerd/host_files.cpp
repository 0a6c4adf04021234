#include "tracer/containerd/host_files.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace shimtrace::containerd {

namespace {

class OwnedFd {
public:
    explicit OwnedFd(int fd) : fd_(fd) {}
    OwnedFd(const OwnedFd&) = delete;
    OwnedFd& operator=(const OwnedFd&) = delete;
    ~OwnedFd() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

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

Result<std::string> read_all(int fd, const std::string& path, std::size_t limit) {
    std::string text;
    while (true) {
        constexpr std::size_t step = 64U << 10U;
        const std::size_t had = text.size();
        if (had > limit) return failed(path, EFBIG);
        text.resize(had + step);
        const ssize_t got = ::read(fd, text.data() + had, step);
        text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(path, errno);
        if (got == 0) return text;
    }
}

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

}  // namespace

HostFiles HostFiles::seen_by(Pid process) {
    HostFiles files;
    if (!process) return files;
    files.root_ = fmt::format("/proc/{}/root", process.value);
    files.process_ = process;
    files.mounts_ = std::make_shared<UnresponsiveMounts>(process);
    return files;
}

std::string HostFiles::unresponsive_mount_over(const std::string& path) const {
    return is_copy() ? std::string() : mounts_->over(path);
}

int HostFiles::open_path(const std::string& path, std::uint64_t extra_flags) const {
    if (!unresponsive_mount_over(path).empty()) {
        errno = ETIMEDOUT;
        return -1;
    }
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC | extra_flags;
    how.resolve = RESOLVE_NO_MAGICLINKS;
    if (root_.empty()) {
        const int fd = static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how));
        if (fd >= 0 || errno != ENOSYS) return fd;
        return open(path.c_str(), static_cast<int>(how.flags));  // kernels before 5.6
    }
    const OwnedFd root(open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return -1;
    how.resolve |= RESOLVE_IN_ROOT;
    return static_cast<int>(syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how));
}

Result<std::string> HostFiles::read(const std::string& path, std::size_t limit) const {
    const OwnedFd found(open_path(path, O_NOFOLLOW));
    if (!found) return failed(path, errno);
    struct stat status {};
    if (fstat(found.get(), &status) != 0) return failed(path, errno);
    if (!S_ISREG(status.st_mode)) return failed(path, EINVAL);
    if (static_cast<std::uint64_t>(status.st_size) > limit) return failed(path, EFBIG);
    const OwnedFd file(reopen(found.get(), O_RDONLY));
    if (!file) return failed(path, errno);
    return read_all(file.get(), path, limit);
}

Result<std::string> HostFiles::read_tail(const std::string& path, std::size_t most) const {
    const OwnedFd found(open_path(path, O_NOFOLLOW));
    if (!found) return failed(path, errno);
    struct stat status {};
    if (fstat(found.get(), &status) != 0) return failed(path, errno);
    if (!S_ISREG(status.st_mode)) return failed(path, EINVAL);
    const OwnedFd file(reopen(found.get(), O_RDONLY));
    if (!file) return failed(path, errno);
    const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
    std::string text(std::min(size, most), '\0');
    const ssize_t got = pread(file.get(), text.data(), text.size(), static_cast<off_t>(size - text.size()));
    if (got < 0) return failed(path, errno);
    text.resize(static_cast<std::size_t>(got));
    if (size > most) text.erase(0, text.find('\n') == text.npos ? 0 : text.find('\n') + 1);
    return text;
}

std::optional<FileFacts> HostFiles::facts(const std::string& path) const {
    return facts_of(OwnedFd(open_path(path, O_NOFOLLOW)).get());
}

std::optional<FileFacts> HostFiles::target_facts(const std::string& path) const {
    return facts_of(OwnedFd(open_path(path, 0)).get());
}

Result<std::vector<std::string>> HostFiles::list(const std::string& path, std::size_t most) const {
    const OwnedFd found(open_path(path, O_DIRECTORY));
    if (!found) return failed(path, errno);
    OwnedFd directory(reopen(found.get(), O_RDONLY | O_DIRECTORY));
    if (!directory) return failed(path, errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(directory.get()), closedir);
    if (!stream) return failed(path, errno);
    directory.release();
    std::vector<std::string> names;
    while (names.size() < most) {
        const dirent* entry = readdir(stream.get());
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
}

std::string HostFiles::link(const std::string& path) const {
    const OwnedFd found(open_path(path, O_NOFOLLOW));
    if (!found) return "";
    std::string text(4096, '\0');
    const ssize_t length = readlinkat(found.get(), "", text.data(), text.size());
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    return text;
}

}  // namespace shimtrace::containerd
