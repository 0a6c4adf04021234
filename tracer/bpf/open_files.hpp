// The descriptors of all processes of a host, out of the kernel's own tables: what a look at /proc/*/fd tells, in one stream.
#pragma once

#include "tracer/bpf/kernel_types.hpp"
#include "tracer/bpf/programs.hpp"

#include <shimtrace/types.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace shimtrace::bpf {

/// One descriptor. Numbers of processes and threads are those of the host.
struct OpenFileRow {
    Pid pid;
    std::uint64_t start_time = 0;  ///< the process's, nanoseconds since boot (CLOCK_BOOTTIME)
    Fd fd{-1};
    bool reads = false, writes = false;  ///< neither: O_PATH
    std::uint32_t mode = 0;              ///< st_mode
    std::uint32_t links = 0;             ///< st_nlink
    std::uint64_t inode = 0;             ///< the file system's own number: what stat tells of some kinds is another
    std::uint64_t device = 0;            ///< of the file system, as makedev() makes it
    std::uint64_t special_device = 0;    ///< st_rdev
    std::uint64_t file_system = 0;       ///< its magic number (linux/magic.h)
    std::string_view link;               ///< the text of the link /proc/PID/fd/N; empty: it is too long
};

/// Calls `take` with each, until that returns false: process by process, in no order, and of each ascending. Of a process whose first
/// thread has exited, or has none open while others have a table of their own, nothing is told. The errno that ended it: EPERM without the
/// right to (a user, a container, SHIMTRACE_NO_BPF), others where the kernel is too old or tells no types; 0: none.
[[nodiscard]] int for_each_open_file(const std::function<bool(const OpenFileRow&)>& take);

/// The program for it, and of which types of the kernel it asks.
std::vector<std::string_view> names_for_open_files();
std::optional<KernelProgram> compile_open_files(const KernelTypes& types);

}  // namespace shimtrace::bpf
