#include "tracer/engine/blocked_since.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/task_files.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace shimtrace::engine {

namespace {

/// se.exec_start of /proc/TID/sched: when the thread was last on a CPU, by that CPU's scheduler clock.
std::optional<Nanoseconds> last_ran(std::string_view text) {
    const auto at = text.find("se.exec_start");
    if (at == std::string::npos) return std::nullopt;
    const auto colon = text.find(':', at);
    if (colon == std::string::npos) return std::nullopt;
    const double milliseconds = std::strtod(std::string(text.substr(colon + 1, 40)).c_str(), nullptr);
    // 0: it has been moved to another CPU and has not run there yet (kernel/sched/fair.c: migrate_task_rq_fair).
    if (!(milliseconds > 0)) return std::nullopt;
    return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double, std::milli>(milliseconds));
}

/// What is read within it is of one moment: of a tick in between it makes no more of a difference than that.
constexpr Nanoseconds at_once = std::chrono::microseconds(100);

/// How often another thread was given the CPU that the calling one could have used on. nullopt: not to be had.
std::optional<long> times_displaced() {
    rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? std::optional(usage.ru_nivcsw) : std::nullopt;
}

/// The calling thread on one CPU, and back to where it may run when this goes out of scope.
class OnCpu {
public:
    explicit OnCpu(int cpu) {
        if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof former_, &former_) != 0) return;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(static_cast<unsigned>(cpu), &one);
        moved_ = sched_setaffinity(0, sizeof one, &one) == 0;
    }
    ~OnCpu() {
        if (moved_) sched_setaffinity(0, sizeof former_, &former_);
    }
    OnCpu(const OnCpu&) = delete;
    OnCpu& operator=(const OnCpu&) = delete;
    explicit operator bool() const { return moved_; }

private:
    cpu_set_t former_{};
    bool moved_ = false;
};

}  // namespace

std::optional<Nanoseconds> BlockedSince::offset(int cpu) {
    if (const auto known = offsets_.find(cpu); known != offsets_.end()) return known->second;
    std::optional<Nanoseconds> found;
    if (const OnCpu there(cpu); there) {
        const Tid self{static_cast<std::int32_t>(syscall(SYS_gettid))};
        for (int attempt = 0; attempt < 3; ++attempt) {
            // After a sleep exec_start is when we were put on the CPU again, a moment ago. Had another had the CPU since, it would be
            // later: then the offset is too small, so the greatest of some is right.
            const timespec moment{0, 1000};
            nanosleep(&moment, nullptr);
            const auto displaced = times_displaced();
            const MonotonicTime now = host::monotonic_now();
            const auto ran = last_ran(host::task_file(self, "sched"));
            if (ran) found = std::max(found.value_or(Nanoseconds::min()), now.time_since_epoch() - *ran);
            if (ran && host::monotonic_now() - now < at_once && displaced && times_displaced() == displaced) break;
        }
    }
    return offsets_[cpu] = found;
}

std::string_view BlockedSince::text(Tid tid, std::string_view name) {
    if (!tasks_) return {};
    const auto read = tasks_->read((std::to_string(tid.value) + "/").append(name).c_str(), scratch_);
    return read ? *read : std::string_view();
}

FoundCall BlockedSince::found_call(Pid pid, Tid tid) {
    FoundCall call;
    if (pid != pid_) {
        auto tasks = host::ProcDirectory::open(host::proc_path(pid, "task").c_str());
        tasks_ = tasks ? std::optional(std::move(*tasks)) : std::nullopt;
        pid_ = pid;
    }
    const auto stat = host::parse_stat(text(tid, "stat"));
    if (!stat) return call;
    const auto by_clock_of_cpu = offset(stat->cpu);
    const auto ran = last_ran(text(tid, "sched"));
    const host::SyscallText found = host::parse_syscall(text(tid, "syscall"));
    if (found.number < 0) return call;
    call.number = found.number;
    call.args = found.args;
    call.stack_pointer = found.stack_pointer;
    call.instruction_pointer = found.instruction_pointer;
    if (by_clock_of_cpu && ran) call.since = std::min(MonotonicTime(*ran + *by_clock_of_cpu), host::monotonic_now());
    return call;
}

}  // namespace shimtrace::engine
