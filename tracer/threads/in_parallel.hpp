// Work on many things that do not depend on each other, on as many CPUs as there are.
#pragma once

#include "tracer/threads/signal_free_thread.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace shimtrace {

/// How many threads `count` things are worth, this one among them. `worth_a_thread`: so many that a thread of their own pays.
inline std::size_t workers_for(std::size_t count, std::size_t worth_a_thread) {
    constexpr std::size_t most_workers = 4;
    const std::size_t cpus = std::max(1U, std::thread::hardware_concurrency());
    return std::clamp<std::size_t>(count / worth_a_thread, 1, std::min(cpus, most_workers));
}

/// Calls run(0) to run(count - 1), each once, in no order, from this thread and from a few more where there is enough for them to do
/// (workers_for). Where no more threads may be made, those that there are do it.
template <typename Run>
void in_parallel(std::size_t count, std::size_t worth_a_thread, const Run& run) {
    const std::size_t workers = workers_for(count, worth_a_thread);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t at = next++; at < count; at = next++) run(at);
    };
    std::vector<std::thread> others;
    others.reserve(workers);
    while (others.size() + 1 < workers) {
        auto other = try_signal_free_thread(work);
        if (!other) break;
        others.push_back(std::move(*other));
    }
    work();
    for (std::thread& other : others) other.join();
}

}  // namespace shimtrace
