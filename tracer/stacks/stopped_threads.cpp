#include "tracer/stacks/stopped_threads.hpp"

#include "tracer/procfs/seize.hpp"
#include "tracer/procfs/task_files.hpp"
#include "tracer/stacks/proc.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

namespace shimtrace::stacks {
namespace {

constexpr auto straggler_deadline = std::chrono::milliseconds(100);
constexpr auto exec_patience = std::chrono::milliseconds(20);
constexpr auto spinning = std::chrono::microseconds(100);

/// Detaches a thread that is stopped, leaving a group stop in place and delivering a signal that was under way.
void detach(Tid tid, int status) {
    const bool signal_delivery = WIFSTOPPED(status) && status >> 16 == 0;
    ptrace(PTRACE_DETACH, tid.value, nullptr, signal_delivery ? static_cast<long>(WSTOPSIG(status)) : 0L);
}

}  // namespace

/// While somebody else stands still for us nothing shall run in our place: on a busy machine that makes the stop ten times shorter. Where
/// the kernel refuses, it stays as it was.
class StoppedThreads::Urgency {
public:
    Urgency() : policy_(sched_getscheduler(0)) {
        constexpr sched_param lowest{1};
        raised_ =
            policy_ >= 0 && sched_getparam(0, &parameters_) == 0 && sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) == 0;
    }
    ~Urgency() {
        if (raised_) sched_setscheduler(0, policy_, &parameters_);
    }
    Urgency(const Urgency&) = delete;
    Urgency& operator=(const Urgency&) = delete;

private:
    int policy_;
    sched_param parameters_{};
    bool raised_ = false;
};

StoppedThreads::~StoppedThreads() {
    resume();
}

StoppedThreads::StoppedThreads(const std::vector<Tid>& tids, Nanoseconds deadline) {
    std::size_t uninterruptible = 0, refused = 0;
    int refusal = 0;
    {
        host::SeizeInTime seize(exec_patience);
        for (const Tid tid : tids) {
            const auto stat = host::task_stat(tid);
            if (stat && stat->state == ProcessState::uninterruptible) {
                ++uninterruptible;
            } else if (const int error = seize(tid, 0); error == 0) {
                pending_.push_back(tid);
            } else if (error != ESRCH) {
                ++refused;
                refusal = error;
                if (error == ETIMEDOUT) break;  // an exec that does not get on: it keeps whoever comes for any of the threads
            }
        }
    }
    urgency_ = std::make_unique<Urgency>();
    begin_ = std::chrono::steady_clock::now();
    for (const Tid tid : pending_) ptrace(PTRACE_INTERRUPT, tid.value, nullptr, nullptr);
    wait_for_stops(deadline);
    if (refused != 0) missing_ = fmt::format("{} threads could not be stopped: {}", refused, std::strerror(refusal));
    if (uninterruptible + pending_.size() != 0) {
        missing_ +=
            fmt::format("{}{} threads did not stop (uninterruptible)", missing_.empty() ? "" : "; ", uninterruptible + pending_.size());
    }
}

void StoppedThreads::wait_for_stops(Nanoseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!pending_.empty()) {
        std::erase_if(pending_, [this](Tid tid) {
            int status = 0;
            const pid_t got = waitpid(tid.value, &status, __WALL | WNOHANG);
            if (got == 0) return false;
            if (got < 0 || !WIFSTOPPED(status)) return true;  // it ended meanwhile
            if (resumed_) {
                detach(tid, status);
                return true;
            }
            const StoppedThread thread{tid, host::registers(tid)};
            if (!thread.registers) return true;
            if (status >> 16 == 0) {  // a signal on its way, not our interrupt: hand it over at once and ask again
                ptrace(PTRACE_CONT, tid.value, nullptr, static_cast<long>(WSTOPSIG(status)));
                return false;
            }
            stopped_.push_back(thread);
            return true;
        });
        if (pending_.empty() || std::chrono::steady_clock::now() >= end) return;
        // Most threads stop within microseconds: giving the CPU away at once would keep all of them waiting for ours.
        if (std::chrono::steady_clock::now() - begin_ > spinning) {
            const timespec moment{0, 20'000};
            nanosleep(&moment, nullptr);
        }
    }
}

Nanoseconds StoppedThreads::resume() {
    if (resumed_) return duration_;
    for (const StoppedThread& thread : stopped_) ptrace(PTRACE_DETACH, thread.tid.value, nullptr, nullptr);
    duration_ = std::chrono::steady_clock::now() - begin_;
    resumed_ = true;
    urgency_.reset();
    // Those that have not stopped yet: once they do, they are let go. Should one stay away for longer, the kernel frees it when this
    // process ends.
    wait_for_stops(straggler_deadline);
    return duration_;
}

}  // namespace shimtrace::stacks
