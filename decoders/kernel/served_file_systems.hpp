// File systems whose files a server gives, not a disk: who waits for one of them waits for that server.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace shimtrace::kernel {

/// By the type that mountinfo has: "fuse", "fuseblk", "fuse.sshfs" …
inline bool is_fuse(std::string_view type) {
    return type.starts_with("fuse");
}

inline bool is_network_file_system(std::string_view type) {
    constexpr auto others = std::to_array<std::string_view>({"cifs", "ceph", "9p", "smb3"});
    return type.starts_with("nfs") || std::ranges::find(others, type) != others.end();
}

inline bool is_served(std::string_view type) {
    return is_fuse(type) || is_network_file_system(type);
}

}  // namespace shimtrace::kernel
