// A process's executable, read through /proc/PID/exe: the very file that runs, deleted or unreachable by path as it may be.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/types.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shimtrace::stacks {

/// Which file it is, and in which version: a process cannot forge these, as it can a build id.
struct FileIdentity {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;
    auto operator<=>(const FileIdentity&) const = default;
};

/// A copy of a file's bytes: not a mapping, since a mapped file that somebody cuts short kills whoever looks at it.
class FileBytes {
public:
    FileBytes() = default;
    FileBytes(FileBytes&& other) noexcept;
    FileBytes& operator=(FileBytes&& other) noexcept;
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;
    ~FileBytes();

    /// Errors: too large, unreadable, out of memory.
    static Result<FileBytes> read(int fd, std::uint64_t size);
    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// An open executable. Closes it.
class Executable {
public:
    /// Errors: the process is gone or may not be looked at; its executable lies on a file system that a server may fail to answer for.
    static Result<Executable> open(Pid pid);
    Executable(Executable&& other) noexcept : fd_(other.fd_), identity_(other.identity_) { other.fd_ = -1; }
    Executable(const Executable&) = delete;
    Executable& operator=(const Executable&) = delete;
    ~Executable();

    [[nodiscard]] const FileIdentity& identity() const { return identity_; }
    [[nodiscard]] Result<FileBytes> read() const { return FileBytes::read(fd_, identity_.size); }

private:
    Executable(int fd, FileIdentity identity) : fd_(fd), identity_(identity) {}
    int fd_ = -1;
    FileIdentity identity_;
};

}  // namespace shimtrace::stacks
