#include "tracer/engine/alarm.hpp"

#include "tracer/engine/idle_polling.hpp"

#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace shimtrace::engine {

namespace {

constexpr int alarm_signal = SIGURG;  // ignored by default: one that comes late does nothing
constexpr Nanoseconds repeat = std::chrono::milliseconds(10);

volatile std::sig_atomic_t rung = 0;

void ring(int) {
    // Rung before and nobody came: the tracer is held up, by a write that blocks or the like.
    if (rung != 0) IdlePolling::release_held();
    rung = 1;
}

timespec to_timespec(Nanoseconds time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return {seconds.count(), (time - seconds).count()};
}

}  // namespace

Alarm::Alarm(StopRequest& stop) : stop_(stop) {
    struct sigaction action {};
    action.sa_handler = ring;
    sigaction(alarm_signal, &action, &former_action_);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, alarm_signal);
    pthread_sigmask(SIG_UNBLOCK, &mask, &former_mask_);

    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = alarm_signal;
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    timer_create(CLOCK_MONOTONIC, &event, &timer_);
    stop_.rings(timer_);
}

Alarm::~Alarm() {
    stop_.rings_nothing();
    timer_delete(timer_);
    pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
    sigaction(alarm_signal, &former_action_, nullptr);
}

void Alarm::ring_by(MonotonicTime time) {
    if (time < set_for_) set(time);
}

void Alarm::set(MonotonicTime time) {
    set_for_ = time;
    itimerspec when{};
    if (time != MonotonicTime::max()) {
        // 0 would disarm it.
        when.it_value = to_timespec(std::max(time.time_since_epoch(), Nanoseconds(1)));
        when.it_interval = to_timespec(repeat);
    }
    timer_settime(timer_, TIMER_ABSTIME, &when, nullptr);
}

bool Alarm::take_ring() {
    if (rung == 0) return false;
    rung = 0;
    return true;
}

StopRequest::StopRequest() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

StopRequest::~StopRequest() {
    if (fd_ >= 0) close(fd_);
}

void StopRequest::stop() {
    stopped_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
    if (armed_) {
        const itimerspec at_once{.it_interval = to_timespec(repeat), .it_value = {0, 1}};
        timer_settime(timer_, 0, &at_once, nullptr);
    }
}

bool StopRequest::stopped() const {
    return stopped_;
}

void StopRequest::rings(timer_t timer) {
    timer_ = timer;
    armed_ = true;
    if (stopped_) stop();
}

void StopRequest::rings_nothing() {
    armed_ = false;
}

}  // namespace shimtrace::engine
