// A process's mappings, and the files behind them opened without trusting a path.
#pragma once

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
    bool executable = false;

    [[nodiscard]] bool contains(std::uint64_t address) const { return address >= begin && address < end; }
};

/// In rising order. At most 65536.
std::vector<Mapping> read_mappings(Pid pid);
const Mapping* find_mapping(const std::vector<Mapping>& mappings, std::uint64_t address);
/// The lowest mapping of the same file below `mapping` that maps its beginning; nullptr: none.
const Mapping* first_of_file(const std::vector<Mapping>& mappings, const Mapping& mapping);

/// A descriptor on the mapped file: through map_files, or by its path inside the process's root, never outside of it, and only if it is the
/// mapped file. -1: it cannot be had, is no regular file, or lies on a file system whose server may not answer.
int open_mapped_file(Pid pid, const Mapping& mapping);
/// A regular file by its path inside the process's root; -1: none.
int open_in_root(Pid pid, const std::string& path);

}  // namespace shimtrace::stacks
