#include "tracer/procfs/seize.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/proc_root.hpp"

#include <csetjmp>
#include <fstream>
#include <string>

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>

namespace shimtrace::host {
namespace {

/// A call that is begun again whatever a handler does can only be left by a jump.
thread_local sigjmp_buf way_out;
thread_local volatile std::sig_atomic_t waits = 0;

void leave(int) {
    if (waits != 0) siglongjmp(way_out, 1);
}

int out_of_time() {
    static const int signal = [] {
        const int chosen = SIGRTMAX - 1;
        struct sigaction action {};
        action.sa_handler = leave;
        action.sa_flags = SA_RESTART;
        ::sigaction(chosen, &action, nullptr);
        return chosen;
    }();
    return signal;
}

void unblock_ours(sigset_t* former) {
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, out_of_time());
    ::pthread_sigmask(SIG_UNBLOCK, &ours, former);
}

/// 0, an errno, or ETIMEDOUT. Nothing in here needs a destructor: it may be left by the jump.
int seize(Tid tid, unsigned long options) {
    if (sigsetjmp(way_out, 0) != 0) {
        waits = 0;
        unblock_ours(nullptr);  // the handler was left by the jump
        return ETIMEDOUT;
    }
    waits = 1;
    // ptrace's data argument is a pointer only by name.
    const int error = ::ptrace(PTRACE_SEIZE, tid.value, nullptr, reinterpret_cast<void*>(options)) == 0 ? 0 : errno;
    waits = 0;
    return error;
}

/// The jump may have come when all was done.
bool is_ours(Tid tid) {
    std::ifstream status(proc_path(Pid{tid.value}, "status"));
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("TracerPid:")) return std::stol(line.substr(10)) == ::syscall(SYS_gettid);
    return false;
}

}  // namespace

/// The signal comes after the patience, and, as it may come just before the call, again and again.
SeizeInTime::SeizeInTime(Nanoseconds patience) : patience_(patience) {
    unblock_ours(&mask_);
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = out_of_time();
    event._sigev_un._tid = static_cast<pid_t>(::syscall(SYS_gettid));
    made_ = ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
}

SeizeInTime::~SeizeInTime() {
    if (made_) ::timer_delete(timer_);
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
}

/// Once for many threads: what is left of a patience begun is at least three quarters of it.
void SeizeInTime::wind_up() {
    const MonotonicTime now = monotonic_now();
    if (!made_ || now - wound_up_ < patience_ / 4) return;
    wound_up_ = now;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(patience_);
    const itimerspec when{.it_interval = {0, 10'000'000}, .it_value = {seconds.count(), (patience_ - seconds).count()}};
    ::timer_settime(timer_, 0, &when, nullptr);
}

int SeizeInTime::operator()(Tid tid, unsigned long options) {
    wind_up();
    const int error = seize(tid, options);
    if (error != ETIMEDOUT) return error;
    wound_up_ = {};
    return is_ours(tid) ? 0 : error;
}

}  // namespace shimtrace::host
