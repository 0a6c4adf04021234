// Network and FUSE file systems whose server does not answer: to look up a path on one hangs, killable or not.
#pragma once

#include "tracer/procfs/descriptors.hpp"

#include <map>
#include <string>

namespace shimtrace::containerd {

/// Of one mount namespace, as its mountinfo is when the first path is asked about.
class UnresponsiveMounts {
public:
    /// `process`: whose mount namespace it is; 0: this process's.
    explicit UnresponsiveMounts(Pid process = {}) : process_(process) {}

    /// Where the path's file system, or one on the way to it, is mounted that does not answer; empty: nothing is in the way. Asks each such
    /// mount once, and waits for it for a quarter of a second; who asks it may wait on, in a thread that ends with the program.
    std::string over(const std::string& path);

private:
    bool answers(const std::string& mount_point) const;

    Pid process_;
    bool read_ = false;
    host::FragileMounts fragile_;
    std::map<std::string, bool> answers_;  ///< by mount point
};

}  // namespace shimtrace::containerd
