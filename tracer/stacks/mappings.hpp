// A process's mappings, and the files behind them opened without trusting a path.
#pragma once

#include "tracer/procfs/answering_mounts.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::stacks {

struct Mapping {
    std::uint64_t begin = 0, end = 0, offset = 0, inode = 0;
    std::string device;  ///< "fd:01", as maps shows it
    std::string path;    ///< as the process sees it; "[vdso]", "[stack]"
    bool executable = false, readable = false;

    [[nodiscard]] bool contains(std::uint64_t address) const { return address >= begin && address < end; }
};

/// In rising order. At most 65536.
std::vector<Mapping> read_mappings(Pid pid);
const Mapping* find_mapping(const std::vector<Mapping>& mappings, std::uint64_t address);
/// The lowest mapping of the same file below `mapping` that maps its beginning; nullptr: none.
const Mapping* first_of_file(const std::vector<Mapping>& mappings, const Mapping& mapping);

/// Where the files of a process's mappings are found. Every descriptor is the caller's; -1: it cannot be had.
class ModuleFiles {
public:
    virtual ~ModuleFiles() = default;
    /// The mapped file itself.
    [[nodiscard]] virtual int open(const Mapping& mapping) const = 0;
    /// A debug file by a path in the process's own root.
    [[nodiscard]] virtual int open_debug_file(const std::string& path) const = 0;
};

/// Of a live process: through map_files, or by its path inside the process's root, never outside of it, and only if it is the mapped file.
/// A file of a file system that may not answer is copied, as far as it does in time.
class ProcessFiles final : public ModuleFiles {
public:
    explicit ProcessFiles(Pid pid) : pid_(pid) {}
    [[nodiscard]] int open(const Mapping& mapping) const override;
    [[nodiscard]] int open_debug_file(const std::string& path) const override;

private:
    Pid pid_;
    mutable host::AnsweringMounts mounts_;
};

}  // namespace shimtrace::stacks
