#include "tracer/containerd/unresponsive_mounts.hpp"

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/signal_free_thread.hpp>

#include <fmt/format.h>

#include <sys/vfs.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace shimtrace::containerd {

namespace {

constexpr auto patience = std::chrono::milliseconds(250);

}  // namespace

std::string UnresponsiveMounts::over(const std::string& path) {
    if (!std::exchange(read_, true))
        if (const auto proc = host::ProcDirectory::open()) fragile_ = host::FragileMounts::of(*proc, process_);
    for (const std::string& mount_point : fragile_.points()) {
        // On a root of that kind nothing could be asked at all.
        if (mount_point == "/" || !host::lies_on(path, mount_point)) continue;
        const auto [known, fresh] = answers_.try_emplace(mount_point);
        if (fresh) known->second = answers(mount_point);
        if (!known->second) return known->first;
    }
    return {};
}

bool UnresponsiveMounts::answers(const std::string& mount_point) const {
    struct Question {
        std::mutex mutex;
        std::condition_variable answered;
        bool done = false;
    };
    const auto question = std::make_shared<Question>();
    const std::string path = process_ ? fmt::format("/proc/{}/root{}", process_.value, mount_point) : mount_point;
    signal_free_thread([question, path] {
        struct statfs facts;
        ::statfs(path.c_str(), &facts);  // an error is an answer
        const std::lock_guard lock(question->mutex);
        question->done = true;
        question->answered.notify_one();
    }).detach();
    std::unique_lock lock(question->mutex);
    return question->answered.wait_for(lock, patience, [&] { return question->done; });
}

}  // namespace shimtrace::containerd
