// One directory of /proc (or of a made tree, in tests), read relative to its descriptor. A /proc/PID that is held open
// stays the same process: when that has ended, reads fail with ESRCH, even if its number has been given away again.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <sys/stat.h>

#include <charconv>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::host {

/// A number as a file name, without an allocation.
class DecimalName {
public:
    explicit DecimalName(std::int64_t number) { *std::to_chars(text_, text_ + sizeof text_ - 1, number).ptr = '\0'; }
    [[nodiscard]] const char* c_str() const { return text_; }

private:
    char text_[24];
};

/// Errors are errno values: ENOENT and ESRCH mean that the process has gone, EACCES and EPERM that it may not be seen.
template <typename T>
using OrErrno = std::expected<T, int>;

class ProcDirectory {
public:
    static OrErrno<ProcDirectory> open(const char* path);
    /// All processes (proc_root.hpp).
    static OrErrno<ProcDirectory> open();
    explicit ProcDirectory(OwnedFd fd) : fd_(std::move(fd)) {}

    [[nodiscard]] OrErrno<ProcDirectory> directory(const char* name) const;
    [[nodiscard]] OrErrno<ProcDirectory> directory(std::int64_t number) const { return directory(DecimalName(number).c_str()); }

    /// The file's text, at most `most` bytes of it. The view is into `scratch` and valid until that is used again. For files
    /// that give all that they have at once (stat, status, cmdline, fdinfo …): no second read asks whether there is more.
    [[nodiscard]] OrErrno<std::string_view> read(const char* name, std::string& scratch, std::size_t most = std::size_t{4} << 20) const;
    /// The same for files of many records, which come in pieces (mountinfo, locks).
    [[nodiscard]] OrErrno<std::string_view> read_records(const char* name, std::string& scratch,
                                                         std::size_t most = std::size_t{4} << 20) const;
    /// A symbolic link's text; it is not followed.
    [[nodiscard]] OrErrno<std::string> link(const char* name) const;
    /// The entries whose names are numbers, ascending. Once for each directory that was opened.
    [[nodiscard]] OrErrno<std::vector<std::int32_t>> numbers() const;
    /// What the (magic) link leads to. Asks no server: attributes that only a network file system's server or a FUSE
    /// daemon knows are those it told last (AT_STATX_DONT_SYNC), so that a dead one cannot hang the asker.
    [[nodiscard]] OrErrno<struct statx> status(const char* name) const;
    /// The mode of the link itself: for /proc/PID/fd/N its owner bits tell whether N is open for reading and for writing
    /// (fs/proc/fd.c, tid_fd_update_inode).
    [[nodiscard]] OrErrno<std::uint32_t> link_mode(const char* name) const;

    [[nodiscard]] int fd() const { return fd_.get(); }

private:
    OrErrno<std::string_view> read(const char* name, std::string& scratch, std::size_t most, bool pieces) const;
    OwnedFd fd_;
};

/// True where an errno says that the process is gone, which is never an error.
constexpr bool vanished(int error) {
    return error == 2 /*ENOENT*/ || error == 3 /*ESRCH*/;
}

}  // namespace shimtrace::host
