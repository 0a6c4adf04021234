#include "engine/idle_polling.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace shimtrace::engine {

namespace {

constexpr const char* device = "/dev/cpu_dma_latency";
constexpr long most_cpus = 4;

/// haltpoll: a guest of KVM, whose idle states are to poll and to halt (drivers/cpuidle/cpuidle-haltpoll.c).
bool halts_to_hypervisor() {
    const int fd = open("/sys/devices/system/cpu/cpuidle/current_driver", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    std::array<char, 32> name{};
    const ssize_t got = read(fd, name.data(), name.size());
    close(fd);
    return got > 0 && std::string_view(name.data(), static_cast<std::size_t>(got)).starts_with("haltpoll");
}

}  // namespace

bool IdlePolling::available() {
    return sysconf(_SC_NPROCESSORS_ONLN) <= most_cpus && halts_to_hypervisor() && access(device, W_OK) == 0;
}

void IdlePolling::hold() {
    if (fd_ >= 0) return;
    fd_ = open(device, O_WRONLY | O_CLOEXEC);
    const std::int32_t microseconds = 0;
    if (fd_ >= 0 && write(fd_, &microseconds, sizeof microseconds) < 0) release();
}

void IdlePolling::release() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}

}  // namespace shimtrace::engine
