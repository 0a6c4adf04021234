// What is kept on disk of each hang: its snapshot, a recording of who is to blame, and which hangs go on. A file has its name only once all
// of it is on the disk.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/snapshot.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::monitor {

class KeepDirectory {
public:
    /// Made for its owner alone where it is missing, and held against other monitors. Errors: it is no directory, others may write to it,
    /// it cannot be written, another monitor has it.
    static Result<KeepDirectory> open(const std::string& path, std::uint64_t most_bytes);

    /// Names of files: "CAUSE-ID.shimtrace", "CAUSE-ID.strec".
    static std::string snapshot_name(std::string_view cause, std::string_view id);
    static std::string recording_name(std::string_view cause, std::string_view id);

    /// What went wrong is that nothing is kept: no part of a file stays.
    Result<void> keep_snapshot(const std::string& name, const Snapshot& snapshot);
    /// The same bytes under another name as well: one look may be of many hangs.
    Result<void> keep_same(const std::string& name, const std::string& kept);
    /// A finished file that somebody else has written as unfinished(name).
    Result<void> keep_finished(const std::string& name);
    [[nodiscard]] std::string unfinished(const std::string& name) const;
    void discard(const std::string& name) const;

    Result<void> write_state(const std::string& text) const;
    /// nullopt: there is none.
    [[nodiscard]] Result<std::optional<std::string>> read_state() const;

    [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }
    [[nodiscard]] bool holds(const std::string& name) const;

    struct Usage {
        std::uint64_t bytes = 0, files = 0;
    };
    [[nodiscard]] Usage usage() const;
    /// The oldest go first where there is more than is allowed, but never the last one of its kind: of one cause, snapshot or recording.
    void make_room() const;

private:
    KeepDirectory(std::string path, std::uint64_t most_bytes, host::OwnedFd lock)
        : path_(std::move(path)), most_bytes_(most_bytes), lock_(std::move(lock)) {}
    [[nodiscard]] Result<void> publish(const std::string& name) const;

    std::string path_;
    std::uint64_t most_bytes_;
    host::OwnedFd lock_;  ///< of the directory itself
};

}  // namespace shimtrace::monitor
