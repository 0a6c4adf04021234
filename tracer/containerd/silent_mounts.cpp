#include "containerd/silent_mounts.hpp"

#include "host/descriptors.hpp"
#include "host/proc_directory.hpp"
#include "host/proc_text.hpp"

#include <shimtrace/quiet_thread.hpp>

#include <sys/vfs.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace shimtrace::containerd {

namespace {

constexpr auto patience = std::chrono::milliseconds(250);

/// Below a mount point, or the mount point itself.
bool lies_on(const std::string& path, const std::string& mount_point) {
    return path.starts_with(mount_point) && (path.size() == mount_point.size() || path[mount_point.size()] == '/');
}

std::vector<std::string> fragile_mount_points() {
    std::vector<std::string> found;
    std::string scratch;
    const auto proc = host::ProcDirectory::open();
    if (!proc) return found;
    const auto text = proc->read_records("self/mountinfo", scratch, std::size_t{16} << 20);
    if (!text) return found;
    for (const Mount& mount : host::parse_mountinfo(*text, Pid{}))
        // On a root of that kind nothing could be asked at all.
        if (host::is_fragile(mount.type) && mount.mount_point != "/") found.push_back(mount.mount_point);
    return found;
}

}  // namespace

const std::string& SilentMounts::over(const std::string& path) {
    static const std::string none;
    if (!std::exchange(read_, true)) fragile_ = fragile_mount_points();
    for (const std::string& mount_point : fragile_) {
        if (!lies_on(path, mount_point)) continue;
        const auto [known, fresh] = answers_.try_emplace(mount_point);
        if (fresh) known->second = answers(mount_point);
        if (!known->second) return known->first;
    }
    return none;
}

bool SilentMounts::answers(const std::string& mount_point) {
    struct Question {
        std::mutex mutex;
        std::condition_variable answered;
        bool done = false;
    };
    const auto question = std::make_shared<Question>();
    quiet_thread([question, mount_point] {
        struct statfs facts;
        ::statfs(mount_point.c_str(), &facts);  // an error is an answer
        const std::lock_guard lock(question->mutex);
        question->done = true;
        question->answered.notify_one();
    }).detach();
    std::unique_lock lock(question->mutex);
    return question->answered.wait_for(lock, patience, [&] { return question->done; });
}

}  // namespace shimtrace::containerd
