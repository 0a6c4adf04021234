// Containers of one name: runc's are told apart by its root, containerd's by its STATE.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace shimtrace {

/// Where the container's state is: containerd's STATE, or runc's root.
std::string place_of_state(const ContainerFiles& files);

/// A snapshot's containers by name: whoever asks of each of many looks through none of the others.
class Namesakes {
public:
    explicit Namesakes(const Snapshot& snapshot);

    /// All that are called so, in the snapshot's order.
    [[nodiscard]] std::span<const ContainerFiles* const> called(const ContainerRef& name) const;
    /// Where its state is, if another container of the snapshot has the same namespace and id; empty: none has.
    [[nodiscard]] std::string place_among_them(const ContainerFiles& files) const;
    /// True for a process that is not of the container whose state is at `place`, but of one of the same name. `place` empty: there is
    /// none.
    [[nodiscard]] bool has_another(const Process& process, const std::string& place) const;

private:
    [[nodiscard]] const Process* process(Pid pid) const;
    [[nodiscard]] bool is_of(const ContainerFiles& files, const Process& process) const;

    std::map<ContainerRef, std::vector<const ContainerFiles*>> containers_;
    std::unordered_map<Pid, const Process*> processes_;
};

}  // namespace shimtrace
