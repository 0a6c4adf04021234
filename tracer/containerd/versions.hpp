// Which containerd and which runc this host has.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <mutex>
#include <string>
#include <string_view>

namespace shimtrace::containerd {

/// "1.6.20~ds1"; empty: not installed, or it does not say.
struct Versions {
    std::string containerd, runc;
};

/// What `containerd --version` and `runc --version` say, where PATH has them: no more than a second each.
Versions installed_versions();

/// `host`, told of them.
HostInfo with_versions(HostInfo host, const Versions& versions);

/// What a session says of them, wherever it says it. They are asked for once, by whoever needs them first, and only where they are wanted:
/// to start containerd and runc takes longer than many a session.
class SessionVersions {
public:
    /// Before the session begins: all that is said of its host is to be the same.
    void want() { wanted_ = true; }
    [[nodiscard]] bool wanted() const { return wanted_; }
    /// Tells the host of them, if they are wanted.
    void complete(HostInfo& host) {
        if (wanted_) tell(host);
    }
    /// In any case.
    void tell(HostInfo& host);

private:
    bool wanted_ = false;
    std::once_flag asked_;
    Versions versions_;
};

/// What the program that this process runs says of itself, replaced on disk or deleted as it may be: of containerds, shims and runtimes of
/// the host, whose executable root alone can write. Empty: of all others, or it does not say.
std::string running_version(const Process& process);

/// "7:" (what it was started as) and then "  Version:  1.6.20~ds1" is 1.6.20~ds1; empty: it is no such text.
std::string shim_version_in(std::string_view text);

/// "containerd github.com/containerd/containerd 1.6.20 deadbeef" is 1.6.20, "runc version 1.1.5" and its lines below are 1.1.5; empty:
/// neither.
std::string version_in(std::string_view text);

}  // namespace shimtrace::containerd
