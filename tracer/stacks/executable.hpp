// A process's executable, read through /proc/PID/exe: the very file that runs, deleted or unreachable by path as it may be.
#pragma once

#include "tracer/procfs/answering_mounts.hpp"
#include "tracer/stacks/file_mapping.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/types.hpp>

#include <compare>
#include <cstdint>

namespace shimtrace::stacks {

/// Which file it is, and in which version: a process cannot forge these, as it can a build id.
struct FileIdentity {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;
    auto operator<=>(const FileIdentity&) const = default;
};

/// An open executable. Closes it.
class Executable {
public:
    /// Errors: the process is gone or may not be looked at; its executable lies on a file system that does not answer in time.
    static Result<Executable> open(Pid pid, host::AnsweringMounts& mounts);
    /// Which one it is, without opening it: where its file system does not answer by itself, that is to copy it. Errors: the same.
    static Result<FileIdentity> identify(Pid pid);
    /// How both say that the file system does not answer in time: so it is for each process that runs the same.
    static Error no_answer(Pid pid);
    Executable(Executable&& other) noexcept : fd_(other.fd_), identity_(other.identity_) { other.fd_ = -1; }
    Executable(const Executable&) = delete;
    Executable& operator=(const Executable&) = delete;
    ~Executable();

    [[nodiscard]] const FileIdentity& identity() const { return identity_; }
    [[nodiscard]] Result<FileMapping> map() const { return FileMapping::map(fd_, identity_.size); }

private:
    Executable(int fd, FileIdentity identity) : fd_(fd), identity_(identity) {}
    int fd_ = -1;
    FileIdentity identity_;
};

}  // namespace shimtrace::stacks
