// Which file systems answer by themselves, out of a disk or memory, and which only where somebody else does: a server in the network, a
// process (FUSE), or one of these below (overlay). To touch a page of such a file, or to look up a name there, may take for ever.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <shimtrace/types.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shimtrace::host {

/// A file system that answers by itself. False also for those that nobody here knows.
[[nodiscard]] bool answers_by_itself(std::string_view type);

/// By the mounts of this process's own namespace, as they are now: a device number that is in use there is nobody else's. Overlays count by
/// the layers that they name; those that only other namespaces have do not, since there their layers' paths mean what their users like.
class AnsweringMounts {
public:
    AnsweringMounts();
    /// Whether files of that device answer by themselves.
    [[nodiscard]] bool device(std::uint64_t device);
    /// Whether everything on the way to that path does, symbolic links aside.
    [[nodiscard]] bool path(std::string_view path);
    /// The mount that it lies on; empty: not known.
    [[nodiscard]] std::string mount_of(std::string_view path);

private:
    struct Point {
        std::string path;
        bool answers = false;
    };
    void refresh();
    /// The mounts at exactly that path, as places in points_; nullptr: none is there.
    [[nodiscard]] const std::vector<std::size_t>* at(std::string_view path) const;

    OwnedFd mountinfo_;  ///< becomes readable, in a way, when mounts change (proc_pid_mountinfo(5))
    bool known_ = false;
    MonotonicTime asked_;  ///< whether there are others now
    std::unordered_map<std::uint64_t, bool> devices_;
    std::vector<Point> points_;                                               ///< in the order of the mounts
    std::unordered_map<std::string_view, std::vector<std::size_t>> by_path_;  ///< whose texts are in points_
};

}  // namespace shimtrace::host
