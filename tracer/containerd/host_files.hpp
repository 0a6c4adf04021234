// Reading the host's files, or a copy of them, without being led astray: bounded, nothing but regular files is ever opened, and a last
// component that is a symbolic link is not followed. The paths are those of this process, or of another mount namespace.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::containerd {

enum class FileType : std::uint8_t { regular, directory, fifo, socket, link, other };

struct FileFacts {
    FileType type{};
    std::uint32_t mode = 0;  ///< permission bits
    std::uint64_t size = 0;
    std::uint64_t device = 0;
    Inode inode;
    std::int64_t modified_s = 0;  ///< seconds after the epoch
    std::uint32_t uid = 0, gid = 0;
    std::uint64_t links = 1;  ///< names that it has
};

/// A file's bytes, and what each directory on the way to it was, and last the file itself: the very ones that were opened.
struct FileBelow {
    Result<std::string> text;    ///< errors as those of HostFiles::read
    std::vector<FileFacts> way;  ///< as far as it was gone
};

enum class Part : std::uint8_t { whole, tail };

class HostFiles {
public:
    /// `root`: a directory that holds a host's files (a support bundle); no path leads out of it. Empty: this host.
    explicit HostFiles(std::string root = "");

    /// As the process sees them: paths are those of its root, in its mount namespace. 0: as this one sees them.
    static HostFiles seen_by(Pid process);

    [[nodiscard]] bool is_copy() const { return copy_; }
    /// Whose mount namespace and network it is: 0: this process's.
    [[nodiscard]] Pid process() const { return process_; }
    /// The path by which this process reaches it, for what takes nothing but a path.
    [[nodiscard]] std::string reached_by(std::string_view path) const { return root_ + std::string(path); }

    /// The mount that does not answer and is in the way to the path, which is therefore not read (ETIMEDOUT); empty: none is.
    [[nodiscard]] std::string unresponsive_mount_over(const std::string& path) const;

    /// A regular file's bytes. Errors: not there, not permitted, no regular file (EINVAL), larger than `limit` (EFBIG).
    [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const;
    /// The last `most` bytes; from a line's start where the file is longer.
    [[nodiscard]] Result<std::string> read_tail(const std::string& path, std::size_t most) const;
    /// The file at `below`, a path of names, from `directory` on. No link is followed, neither below the directory nor on the way to it,
    /// and each name is looked up in the directory that was looked at before: what has another name by then makes no difference. `way`
    /// begins below the directory. In a copy links are followed, and `way` is empty.
    [[nodiscard]] FileBelow read_below(const std::string& directory, const std::string& below, std::size_t limit,
                                       Part part = Part::whole) const;
    /// Of the path itself, not of what a link leads to. nullopt: nothing there, or not permitted.
    [[nodiscard]] std::optional<FileFacts> facts(const std::string& path) const;
    /// The same of what links lead to.
    [[nodiscard]] std::optional<FileFacts> target_facts(const std::string& path) const;
    /// Names in a directory, sorted, without "." and "..", at most `most`. Errors: as open(2).
    [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path, std::size_t most = 10'000) const;
    /// Where a link leads, as text; empty: no link.
    [[nodiscard]] std::string link(const std::string& path) const;

    struct Mounts;

private:
    std::string root_;
    bool copy_ = false;
    Pid process_;
    std::shared_ptr<Mounts> mounts_;
};

}  // namespace shimtrace::containerd
