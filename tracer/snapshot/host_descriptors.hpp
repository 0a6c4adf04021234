// The descriptors of all processes at once, where the kernel lets us ask it for its own tables.
#pragma once

#include <shimtrace/processes.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace shimtrace::host {

class HostDescriptors {
public:
    /// Knows nobody's where that is not permitted, or not to be had: then /proc tells, and takes longer.
    /// `interrupted`: asked now and then.
    static HostDescriptors read(const std::function<bool()>& interrupted);

    struct Table {
        std::vector<FdEntry> entries;         ///< ascending
        std::vector<std::size_t> unfinished;  ///< positions of those of which only /proc tells what they are
    };
    /// Of this process, once. nullopt: nothing is known, or they are more than are read of one.
    std::optional<Table> take(const Process& process);

private:
    struct Found {
        Table table;
        std::uint64_t start_time = 0;  ///< nanoseconds
    };
    std::unordered_map<Pid, Found> found_;
};

}  // namespace shimtrace::host
