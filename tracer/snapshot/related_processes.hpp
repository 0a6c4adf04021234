// Which processes a diagnosis of some others must look at: whoever they may wait for, and whoever those may wait for.
#pragma once

#include "tracer/procfs/socket_table.hpp"
#include "tracer/snapshot/holders.hpp"

#include <shimtrace/snapshot.hpp>

#include <set>
#include <unordered_map>
#include <vector>

namespace shimtrace::host {

/// The process table by pid.
class ProcessIndex {
public:
    explicit ProcessIndex(const std::vector<Process>& processes);
    /// Position in the vector; nullopt: no such process.
    [[nodiscard]] std::optional<std::size_t> find(Pid pid) const;
    [[nodiscard]] const std::vector<std::size_t>& children(Pid pid) const;

private:
    std::unordered_map<Pid, std::size_t> positions_;
    std::unordered_map<Pid, std::vector<std::size_t>> children_;
};

/// What leads from one process to another, besides the process table.
struct Connections {
    const std::vector<Process>& processes;
    const ProcessIndex& index;
    const HolderIndex& holders;
    const SocketTable& sockets;
    const std::unordered_map<Pid, std::vector<Pid>>& others;  ///< tracers, lock holders, FUSE servers
    const std::unordered_map<Pid, std::set<Fd>>& daemons;     ///< of each only these descriptors' other ends
};

/// The inner ring: the processes named, all their descendants, and their ancestors up to the one whose parent is init (a
/// shim, a client). Positions in Connections::processes, ascending.
std::vector<std::size_t> process_tree(const std::vector<Process>& processes, const ProcessIndex& index, const std::vector<Pid>& named);

/// The inner ring, and from it outwards the holders of the other ends of pipes, fifos, ptys and sockets, tracers, lock
/// holders, FUSE servers. A process with very many neighbours (containerd, systemd, dbus-daemon) is itself in it, but is not
/// gone through to all whom it serves.
std::vector<std::size_t> related_processes(const Connections& connections, const std::vector<std::size_t>& inner);

}  // namespace shimtrace::host
