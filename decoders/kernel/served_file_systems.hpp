// File systems whose files a server gives, not a disk: who waits for one of them waits for that server.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace shimtrace::kernel {

enum class FileServer : std::uint8_t {
    none,         ///< a disk, memory, the kernel itself
    fuse,         ///< a process of this host that has /dev/fuse open
    automounter,  ///< a process of this host that mounts what is asked for
    network,      ///< another host, or the one below a virtual machine
    cluster,      ///< a disk, once the other hosts of the cluster have agreed
};

struct ServedFileSystem {
    std::string_view type;  ///< as mountinfo has it, without the subtype that may follow: "fuse" of "fuse.sshfs"
    FileServer server;
};

constexpr auto served_file_systems = std::to_array<ServedFileSystem>({
    {"fuse", FileServer::fuse},
    {"fuseblk", FileServer::fuse},
    {"autofs", FileServer::automounter},
    {"nfs", FileServer::network},
    {"nfs4", FileServer::network},
    {"cifs", FileServer::network},
    {"smb3", FileServer::network},
    {"9p", FileServer::network},
    {"ceph", FileServer::network},
    {"afs", FileServer::network},
    {"coda", FileServer::network},
    {"orangefs", FileServer::network},
    {"lustre", FileServer::network},
    {"virtiofs", FileServer::network},
    {"ocfs2", FileServer::cluster},
    {"gfs2", FileServer::cluster},
});

/// `type`: as mountinfo has it.
constexpr FileServer file_server(std::string_view type) {
    const auto row = std::ranges::find(served_file_systems, type.substr(0, type.find('.')), &ServedFileSystem::type);
    return row == served_file_systems.end() ? FileServer::none : row->server;
}

constexpr bool is_fuse(std::string_view type) {
    return file_server(type) == FileServer::fuse;
}

constexpr bool is_autofs(std::string_view type) {
    return file_server(type) == FileServer::automounter;
}

constexpr bool is_network_file_system(std::string_view type) {
    return file_server(type) == FileServer::network;
}

/// Whose pages come from a server.
constexpr bool is_served(std::string_view type) {
    return is_fuse(type) || is_network_file_system(type);
}

/// What lies on it may leave whoever asks about it waiting for ever. An autofs does so only while something is being mounted on it.
constexpr bool may_not_answer(std::string_view type) {
    return is_served(type) || file_server(type) == FileServer::cluster;
}

}  // namespace shimtrace::kernel
