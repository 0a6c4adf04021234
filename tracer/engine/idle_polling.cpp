#include "tracer/engine/idle_polling.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace shimtrace::engine {

namespace {

constexpr const char* device = "/dev/cpu_dma_latency";
constexpr long most_cpus = 4;

std::atomic<int> held = -1;
static_assert(std::atomic<int>::is_always_lock_free);  // a signal's handler uses it

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
    if (held >= 0) return;
    held = open(device, O_WRONLY | O_CLOEXEC);
    const std::int32_t microseconds = 0;
    if (held >= 0 && write(held, &microseconds, sizeof microseconds) < 0) release();
}

void IdlePolling::release_held() {
    if (const int fd = held.exchange(-1); fd >= 0) close(fd);
}

}  // namespace shimtrace::engine
