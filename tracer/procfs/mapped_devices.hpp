// On which file systems the files lie that a process has mapped: what a reader of its memory may come to wait for.
#pragma once

#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace shimtrace::host {

/// The devices of all mapped files, each once; with `at`, of the one that is mapped there. nullopt: they cannot be read. Waits for the lock
/// of the process's mappings where somebody holds it.
std::optional<std::vector<std::uint64_t>> mapped_devices(Pid pid, std::optional<RemoteAddress> at = std::nullopt);
/// The same through a stand-in. nullopt also where there is no answer in time.
std::optional<std::vector<std::uint64_t>> mapped_devices_in_time(Pid pid, std::optional<RemoteAddress> at, Nanoseconds patience);

/// Whether some page of the process comes only when a process answers for it (userfaultfd(2)): asked through a stand-in. nullopt: not told
/// in time.
std::optional<bool> has_user_faults_in_time(Pid pid, Nanoseconds patience);

}  // namespace shimtrace::host
