#include "tracer/procfs/proc_directory.hpp"

#include "tracer/procfs/proc_root.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace shimtrace::host {
namespace {

std::unexpected<int> failed() {
    return std::unexpected(errno);
}

}  // namespace

OrErrno<ProcDirectory> ProcDirectory::open(const char* path) {
    OwnedFd fd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return failed();
    return ProcDirectory(std::move(fd));
}

OrErrno<ProcDirectory> ProcDirectory::open() {
    return open(proc_root().c_str());
}

OrErrno<ProcDirectory> ProcDirectory::directory(const char* name) const {
    OwnedFd fd(::openat(fd_.get(), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return failed();
    return ProcDirectory(std::move(fd));
}

OrErrno<std::string_view> ProcDirectory::read(const char* name, std::string& scratch, std::size_t most) const {
    return read(name, scratch, most, false);
}

OrErrno<std::string_view> ProcDirectory::read_records(const char* name, std::string& scratch, std::size_t most) const {
    return read(name, scratch, most, true);
}

OrErrno<std::string_view> ProcDirectory::read(const char* name, std::string& scratch, std::size_t most, bool pieces) const {
    const OwnedFd file(::openat(fd_.get(), name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file) return failed();
    if (scratch.size() < 16384) scratch.resize(16384);
    std::size_t length = 0;
    while (length < most) {
        if (length == scratch.size()) scratch.resize(scratch.size() * 2);
        const std::size_t room = std::min(scratch.size(), most) - length;
        const ssize_t got = ::read(file.get(), scratch.data() + length, room);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed();
        length += static_cast<std::size_t>(got);
        if (got == 0 || (!pieces && static_cast<std::size_t>(got) < room)) break;
    }
    return std::string_view(scratch.data(), length);
}

OrErrno<std::string> ProcDirectory::link(const char* name) const {
    std::array<char, 4096 + 64> text;
    const ssize_t got = ::readlinkat(fd_.get(), name, text.data(), text.size());
    if (got < 0) return failed();
    return std::string(text.data(), static_cast<std::size_t>(got));
}

OrErrno<std::vector<std::int32_t>> ProcDirectory::numbers() const {
    std::vector<std::int32_t> found;
    alignas(8) std::array<char, 65536> entries;
    for (;;) {
        const long got = ::syscall(SYS_getdents64, fd_.get(), entries.data(), entries.size());
        if (got < 0) return failed();
        if (got == 0) break;
        for (long at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
            at += entry->d_reclen;
            const char* end = entry->d_name + std::strlen(entry->d_name);
            std::int32_t number = 0;
            const auto parsed = std::from_chars(entry->d_name, end, number);
            if (parsed.ec == std::errc{} && parsed.ptr == end && number >= 0) found.push_back(number);
        }
        // /proc fills the buffer as far as it goes: with room left for another entry this was all.
        if (static_cast<std::size_t>(got) + sizeof(dirent64) < entries.size()) break;
    }
    if (!std::ranges::is_sorted(found)) std::ranges::sort(found);
    return found;
}

OrErrno<struct statx> ProcDirectory::status(const char* name) const {
    struct statx found;
    constexpr unsigned wanted = STATX_TYPE | STATX_MODE | STATX_INO | STATX_NLINK;
    if (::statx(fd_.get(), name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, wanted, &found) < 0) return failed();
    return found;
}

OrErrno<std::uint32_t> ProcDirectory::link_mode(const char* name) const {
    struct stat found;
    if (::fstatat(fd_.get(), name, &found, AT_SYMLINK_NOFOLLOW) < 0) return failed();
    return found.st_mode;
}

}  // namespace shimtrace::host
