#include "decoders/kernel/remote_memory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace shimtrace::kernel {

namespace {

/// Files below /proc/PID whose reading takes that process's memory map; others (stat, ns/net …) do not.
constexpr auto of_memory = std::to_array<std::string_view>(
    {"auxv", "clear_refs", "cmdline", "environ", "maps", "mem", "numa_maps", "pagemap", "smaps", "smaps_rollup"});

/// Of /proc/PID/FILE and /proc/PID/task/TID/FILE: PID, where FILE is one of these.
Pid whose_memory(std::string_view path) {
    constexpr std::string_view proc = "/proc/";
    if (!path.starts_with(proc)) return {};
    path.remove_prefix(proc.size());
    std::int32_t pid = 0;
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), pid);
    if (error != std::errc{} || end == path.data() + path.size() || *end != '/') return {};
    return std::ranges::find(of_memory, path.substr(path.rfind('/') + 1)) != of_memory.end() ? Pid{pid} : Pid{};
}

Pid called_memory(const Process& process, const Thread& thread) {
    if (thread.syscall < 0 || thread.args[0] > INT32_MAX) return {};
    const Fd fd{static_cast<std::int32_t>(thread.args[0])};
    const auto entry = std::ranges::find(process.fds, fd, &FdEntry::fd);
    return entry == process.fds.end() ? Pid{} : whose_memory(entry->target.path);
}

}  // namespace

bool is_at_memory_file(const Process& process, const Thread& thread) {
    return called_memory(process, thread) != Pid{};
}

Pid remote_memory(const Process& process, const Thread& thread) {
    const Pid whose = called_memory(process, thread);
    return whose == process.pid ? Pid{} : whose;
}

bool reads_memory_of(const Process& process, Pid whose) {
    return std::ranges::any_of(process.fds, [&](const FdEntry& entry) { return whose_memory(entry.target.path) == whose; });
}

}  // namespace shimtrace::kernel
