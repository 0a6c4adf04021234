// Containers of one name: runc's are told apart by its root, containerd's by its STATE.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <string>

namespace shimtrace {

/// Where the container's state is: containerd's STATE, or runc's root.
std::string place_of_state(const ContainerFiles& files);
/// The same where another container of the snapshot has the same namespace and id; empty: none has.
std::string place_among_namesakes(const Snapshot& snapshot, const ContainerFiles& files);
/// True for a process that is not of the container whose state is at `place`, but of one of the same name. `place` empty: there is none.
bool is_of_namesake(const Snapshot& snapshot, const Process& process, const std::string& place);

}  // namespace shimtrace
