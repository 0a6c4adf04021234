// Which files a process has in its memory, from /proc/PID/maps. Pure.
#pragma once

#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::host {

struct FileMapping {
    bool shared = false;  ///< what one writes there the others see
    std::uint64_t device = 0;
    Inode inode;  ///< 0: no file
    std::string path;
};

/// What is mapped at that address; nullopt: nothing.
std::optional<FileMapping> mapping_at(std::string_view maps, RemoteAddress address);
/// Whether the file is mapped, shared.
bool maps_file(std::string_view maps, std::uint64_t device, Inode inode);

}  // namespace shimtrace::host
