// Network and FUSE file systems whose server does not answer: to look up a path on one hangs, killable or not.
#pragma once

#include "tracer/procfs/descriptors.hpp"

#include <set>
#include <string>

namespace shimtrace::containerd {

/// Of one mount namespace, as its mountinfo is when the first path is asked about.
class UnresponsiveMounts {
public:
    /// `process`: whose mount namespace it is; 0: this process's.
    explicit UnresponsiveMounts(Pid process = {}) : process_(process) {}

    /// Where the path's file system, or one on the way to it, is mounted that does not answer; empty: nothing is in the way. Looks up the
    /// path itself, once: there are servers that answer statfs and nothing else. A stand-in does, and is waited for a quarter of a second.
    std::string over(const std::string& path);

private:
    Pid process_;
    bool read_ = false;
    host::FragileMounts fragile_;
    std::set<std::string> asked_;  ///< paths
};

}  // namespace shimtrace::containerd
