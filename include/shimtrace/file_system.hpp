// Where files lie, and who keeps them: mounts, the devices below them, locks.
#pragma once

#include <shimtrace/types.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace shimtrace {

struct Mount {
    std::int32_t id = 0, parent = 0;
    std::uint64_t device = 0;
    std::string mount_point, type, source, options;
    std::string root;                ///< which directory of its file system is mounted there
    Pid seen_from;                   ///< whose mountinfo it is
    Pid fuse_server;                 ///< fuse, autofs: the process that serves it, where it could be told
    std::uint64_t fuse_waiting = 0;  ///< requests without an answer (fusectl)
    bool frozen = false;             ///< a thread sleeps in percpu_rwsem_wait under a write to it
};

/// Who keeps a container's mount from being unmounted or its file system from being given back.
struct MountHolder {
    std::string mount_point;  ///< the container's mount
    Pid pid;                  ///< 0: a mount on top of it
    std::string how;   ///< "its working directory", "its root directory", "descriptor 5", "a mapping", "a mount", "its mount namespace"
    std::string path;  ///< what it holds there
    bool same_mounts = true;  ///< in the mount namespace of who has to unmount it: only there it is busy
};

/// A disk, a partition, a device-mapper's target, on which file systems of the snapshot lie.
struct BlockDevice {
    std::uint64_t device = 0;
    std::string name;  ///< "sda1"
    std::uint64_t reads_in_flight = 0, writes_in_flight = 0;
    bool suspended = false;            ///< device-mapper: it takes no request until it is resumed
    std::vector<std::uint64_t> below;  ///< the devices that it is made of; of a loop device: the one on which its file lies
    std::string backing_file;          ///< of a loop device
};

struct FileLock {
    std::string kind;  ///< "FLOCK", "POSIX", "OFDLCK", "LEASE"
    bool write = false;
    Pid holder;
    std::uint64_t device = 0;
    Inode inode;
    std::vector<Pid> waiters;
};

}  // namespace shimtrace
