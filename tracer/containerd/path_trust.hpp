// Which directories may hold what is believed of containers: those that only root, or the user whose containers they are, can write, and
// that no container has among its own files.
#pragma once

#include "tracer/containerd/host_files.hpp"
#include "tracer/procfs/mounts.hpp"

#include <shimtrace/snapshot.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shimtrace::containerd {

/// Why what is at a place may not be believed, in words: "user 1000 owns it". Empty: it may.
using Doubt = std::string;

/// Of the entry alone. `owner`: who may own it besides root.
Doubt doubt_of_entry(const FileFacts& facts, std::uint32_t owner);

/// Everything in a copy of a host's files is believed: whose it was is not to be seen there.
class PathTrust {
public:
    /// `mounts`: what was read with the snapshot; of other processes they are read where they are asked for.
    PathTrust(const Snapshot& snapshot, const HostFiles& files, host::MountTables* mounts = nullptr)
        : snapshot_(snapshot), files_(files), mounts_(mounts) {}

    /// Of a directory and all above it; links on the way are followed only where root has made them. A directory that is not there is in no
    /// doubt.
    Doubt doubt_of(std::string_view directory, std::uint32_t owner);

    /// Of one that somebody has named, and so may have chosen: it must not lie among a container's own files either.
    Doubt doubt_of_named(std::string_view directory, std::uint32_t owner);

    /// The directory's path as it was found when it was last asked about: no link is on it.
    std::string without_links(std::string_view directory, std::uint32_t owner);

private:
    struct Place {
        Doubt doubt;
        std::string path;  ///< without links
        bool exists = false;
    };
    /// A directory as a container has it: of which file system, and where in that.
    struct Territory {
        std::uint64_t device = 0;
        std::string root;  ///< in the file system; device 0: on the host, and where it is relative, at the end of some path there
        Pid seen_from;
    };

    const Place& place(std::string_view directory, std::uint32_t owner);
    Place walk(std::string_view directory, std::uint32_t owner);
    const std::optional<FileFacts>& facts(const std::string& path);
    const std::vector<Territory>& territories();
    void add_territories(Pid process, const std::vector<Mount>& mounts);
    /// Paths of ours that lead to a directory of a file system.
    [[nodiscard]] std::vector<std::string> own_paths(std::uint64_t device, std::string_view root) const;

    const Snapshot& snapshot_;
    const HostFiles& files_;
    host::MountTables* mounts_;
    std::unordered_map<std::string, Place> places_;                    ///< by owner and path
    std::unordered_map<std::string, std::optional<FileFacts>> facts_;  ///< of directories that lie on many a way
    std::optional<std::vector<Territory>> territories_;
    std::vector<Mount> own_mounts_;
    std::unordered_multimap<std::uint64_t, std::size_t> own_by_device_;  ///< positions in own_mounts_
};

}  // namespace shimtrace::containerd
