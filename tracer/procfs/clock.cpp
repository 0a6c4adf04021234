// The host's clocks and names.
#include "tracer/procfs/clock.hpp"

#include "tracer/procfs/proc_directory.hpp"

#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <ratio>

namespace shimtrace::host {
namespace {

Nanoseconds now(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

}  // namespace

RealTime real_now() {
    return RealTime(now(CLOCK_REALTIME));
}

MonotonicTime monotonic_now() {
    return MonotonicTime(now(CLOCK_MONOTONIC));
}

Nanoseconds suspended_time() {
    // The one read first is the one that is behind: not a nanosecond of sleep that was not.
    const Nanoseconds with_sleep = now(CLOCK_BOOTTIME), awake = now(CLOCK_MONOTONIC);
    return std::max(Nanoseconds{}, with_sleep - awake);
}

std::uint64_t clock_ticks(std::uint64_t nanoseconds) {
    static const auto a_tick = static_cast<std::uint64_t>(std::nano::den / std::max(1L, ::sysconf(_SC_CLK_TCK)));
    return nanoseconds / a_tick;
}

HostInfo host_info() {
    HostInfo info;
    utsname names{};
    if (::uname(&names) == 0) {
        info.name = names.nodename;
        info.kernel = names.release;
    }
    if (const auto random = ProcDirectory::open("/proc/sys/kernel/random")) {
        std::string scratch;
        if (const auto text = random->read("boot_id", scratch)) info.boot_id = text->substr(0, text->find('\n'));
    }
    return info;
}

}  // namespace shimtrace::host
