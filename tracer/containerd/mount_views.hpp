// Whose paths are meant: containerd, its shims and shimtrace may each live in a mount namespace of their own.
#pragma once

#include "tracer/containerd/host_files.hpp"

#include <shimtrace/snapshot.hpp>

#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

namespace shimtrace::containerd {

/// True for a process whose paths are those of the files that are looked at.
using Resident = std::function<bool(const Process&)>;

/// The mount namespaces of containerd and its shims, of the host's init, and shimtrace's own, each once and in that order. Only who is in
/// shimtrace's pid and user namespace is believed to be what its name says: a container is neither.
class MountViews {
public:
    /// Processes must have their roles.
    explicit MountViews(const Snapshot& snapshot);

    struct View {
        HostFiles files;
        Inode mount_namespace;  ///< 0: not known, where shimtrace's own is not to be seen
    };
    [[nodiscard]] std::span<const View> all() const { return views_; }
    /// The files of ContainerFiles::seen_through.
    [[nodiscard]] const HostFiles& of(Pid seen_through) const;
    /// Who lives in the view; who is in none of them lives where its parent does, at last in the first.
    [[nodiscard]] Resident residents_of(const View& view) const;

private:
    [[nodiscard]] Inode home_of(const Process& process) const;

    std::vector<View> views_;
    std::unordered_map<Pid, const Process*> processes_;
};

}  // namespace shimtrace::containerd
