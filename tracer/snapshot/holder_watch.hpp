// Who holds what on the whole host, kept fresh enough by a thread of its own while somebody asks.
#pragma once

#include "tracer/procfs/descriptors.hpp"
#include "tracer/snapshot/holders.hpp"

#include <shimtrace/types.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

namespace shimtrace::host {

/// One look at everybody's descriptors.
struct HolderLook {
    HolderIndex index;
    MonotonicTime started;
    Nanoseconds took{};
};

/// Sleeps until asked. However often that is: looking takes at most a fiftieth of the time, so that a host with thousands of
/// processes is not read all the time.
class HolderWatch {
public:
    HolderWatch() = default;
    HolderWatch(const HolderWatch&) = delete;
    HolderWatch& operator=(const HolderWatch&) = delete;
    ~HolderWatch();

    /// The latest look, and a newer one is begun where it is older than `age`. The first time, the look that was begun is
    /// waited for, but no longer than `patience`. nullptr: none is there yet.
    std::shared_ptr<const HolderLook> latest(Nanoseconds age, Nanoseconds patience);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable wanted_, done_;
    std::shared_ptr<const HolderLook> look_;
    bool asked_ = false, ending_ = false;
    std::thread thread_;
};

/// What HolderWatch does each time: processes' names and states, and their descriptors.
HolderLook look_at_holders();

/// The same of these alone. nullptr: not all of their descriptors can be read, or there are too many for a look in passing.
std::shared_ptr<const HolderLook> look_at_holders(std::span<const Pid> processes, const FragileMounts& fragile);

}  // namespace shimtrace::host
