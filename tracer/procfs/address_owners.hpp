// Which network namespace of this host an address belongs to.
#pragma once

#include <shimtrace/types.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace shimtrace::host {

/// A network namespace, and a process in it by which it can be entered.
struct NetworkNamespace {
    Pid process;
    Inode inode;
};

/// Addresses, without their ports ("10.0.0.5", "fd00::5"), each with a namespace whose own it is.
using AddressOwners = std::set<std::pair<std::string, Inode>>;

/// Asks the routing table of each namespace, as `ip route get` does, what it takes for its own; nothing is sent. By a stand-in, for it
/// enters the namespaces. `unanswered`: there was no answer in time, or some could not be entered.
struct OwnersFound {
    AddressOwners owners;
    bool unanswered = false;
};
OwnersFound find_address_owners(const std::vector<std::string>& addresses, const std::vector<NetworkNamespace>& namespaces);

}  // namespace shimtrace::host
