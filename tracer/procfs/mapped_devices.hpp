// On which file systems the files lie that a process has mapped: what a reader of its memory may come to wait for.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace shimtrace::host {

/// The devices of all mapped files, each once. nullopt: they cannot be read. Waits for the lock of the process's mappings where somebody
/// holds it.
std::optional<std::vector<std::uint64_t>> mapped_devices(Pid pid);

/// The mappings of a process as they are at each question, until it executes another program. Waits for their lock.
class OpenMaps {
public:
    OpenMaps() = default;
    explicit OpenMaps(Pid pid);
    [[nodiscard]] Pid pid() const { return pid_; }
    /// The device of the file that is mapped there; of none, none. nullopt: this kernel does not tell of one mapping (before Linux 6.11).
    [[nodiscard]] std::optional<std::vector<std::uint64_t>> devices_at(RemoteAddress address) const;

private:
    Pid pid_;
    OwnedFd maps_;
};

/// The same through a stand-in; with `at`, of what is mapped there alone. nullopt also where there is no answer in time.
std::optional<std::vector<std::uint64_t>> mapped_devices_in_time(Pid pid, std::optional<RemoteAddress> at, Nanoseconds patience);

/// Whether some page of the process comes only when a process answers for it (userfaultfd(2)): asked through a stand-in. nullopt: not told
/// in time.
std::optional<bool> has_user_faults_in_time(Pid pid, Nanoseconds patience);

}  // namespace shimtrace::host
