#include "tracer/procfs/stand_in.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/parcel_transfer.hpp"
#include "tracer/procfs/patience.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/stand_in_end.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shimtrace::host {
namespace {

/// The copy, cut off from what it was copied from: whoever waits for the end of our output or for our terminal does not wait for it.
void become_stand_in(int socket) {
    ::setsid();
    sigset_t none;
    sigemptyset(&none);
    for (int signal = 1; signal < SIGRTMAX; ++signal) ::signal(signal, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_NAME, "shimtrace-asks");
    ::setpriority(PRIO_PROCESS, 0, -10);  // somebody waits for each of its answers; refused without privileges
    constexpr int kept = 3, kept_proc = 4;
    const int asked_through = ::fcntl(socket, F_DUPFD, kept_proc + 1);  // either may lie where the other shall
    const bool own_proc = keep_own_proc_as(kept_proc);
    ::dup2(asked_through, kept);
    ::syscall(SYS_close_range, own_proc ? kept_proc + 1 : kept + 1, ~0U, 0);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int standard : {0, 1, 2}) ::dup2(nothing, standard);
    if (nothing > 2) ::close(nothing);
    [[maybe_unused]] const int moved = ::chdir("/");
    cpu_set_t all;  // the tracer may share one CPU with what it traces
    std::memset(&all, 0xff, sizeof all);
    ::sched_setaffinity(0, sizeof all, &all);
}

[[noreturn]] void serve(int parent_socket) {
    become_stand_in(parent_socket);
    constexpr int socket = 3;
    for (;;) {
        ParcelTransfer request = ParcelTransfer::expected();
        if (request.receive(socket) != ParcelTransfer::Progress::done) ::_exit(0);
        const Errand errand = request.errand();
        if (ParcelTransfer::of({}, errand(request.take())).send(socket) != ParcelTransfer::Progress::done) ::_exit(0);
    }
}

/// All that were made and have not been waited for: their ends are seen by whoever waits for any child.
class Children {
public:
    void add(pid_t process) {
        const std::lock_guard lock(mutex_);
        processes_.insert(process);
    }
    bool take(pid_t process) {
        const std::lock_guard lock(mutex_);
        return processes_.erase(process) != 0;
    }
    std::set<pid_t> take_all() {
        const std::lock_guard lock(mutex_);
        return std::exchange(processes_, {});
    }

private:
    std::mutex mutex_;
    std::set<pid_t> processes_;
};
Children& children() {
    static Children all;
    return all;
}

class StandIn {
public:
    /// nullptr: no process can be made.
    static std::unique_ptr<StandIn> start() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return nullptr;
        OwnedFd ours(ends[0]), theirs(ends[1]);
        const pid_t child = ::fork();
        if (child < 0) return nullptr;
        if (child == 0) serve(theirs.get());
        children().add(child);
        ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
        return std::unique_ptr<StandIn>(new StandIn(std::move(ours), child));
    }

    /// nullopt: not in time; then `settled` tells, now and later, whether it may be asked again.
    std::optional<Parcel> ask(Errand errand, Parcel request, Nanoseconds patience) {
        const MonotonicTime begun = monotonic_now();
        MonotonicTime end = begun + patience;
        ParcelTransfer question = ParcelTransfer::of({.errand = errand}, std::move(request));
        awaited_ = ParcelTransfer::expected();
        while (question.send(socket_.get()) == ParcelTransfer::Progress::waits)
            if (!wait(POLLOUT, end)) return abandon();
        // Nearly all are answered at once: what it has had of the CPUs is looked up of the others alone.
        constexpr Nanoseconds at_once = std::chrono::milliseconds(1);
        const MonotonicTime first_end = std::min(end, begun + at_once);
        while (wait(POLLIN, first_end))
            if (settled()) return reply();
        const CpuTime had = cpu_time();
        while (!settled()) {
            if (wait(POLLIN, end)) continue;
            const CpuTime now = cpu_time();
            const TimeWaited waited{monotonic_now() - begun, {now.on_cpu - had.on_cpu, now.waited_for - had.waited_for}, is_ready()};
            const auto more = more_time(patience, waited);
            if (!more && !settled()) return std::nullopt;
            if (more) end = monotonic_now() + *more;
        }
        return reply();
    }

    /// No reply is awaited any more.
    bool settled() {
        if (!awaited_) return true;
        const auto progress = awaited_->receive(socket_.get());
        if (progress == ParcelTransfer::Progress::waits) return false;
        broken_ |= progress == ParcelTransfer::Progress::broken;
        reply_ = std::move(*std::exchange(awaited_, std::nullopt));
        return true;
    }
    [[nodiscard]] bool broken() const { return broken_; }
    /// Its answer is not waited for any more.
    void end() const { ::kill(process_, SIGKILL); }

private:
    StandIn(OwnedFd socket, pid_t process)
        : socket_(std::move(socket)),
          process_(process),
          schedstat_(::open(proc_path(Pid{process}, "schedstat").c_str(), O_RDONLY | O_CLOEXEC)) {}

    std::optional<Parcel> reply() { return broken_ ? std::nullopt : std::optional(reply_.take()); }
    std::optional<Parcel> abandon() {
        broken_ = true;
        return std::nullopt;
    }
    bool wait(short events, MonotonicTime end) const {
        const Nanoseconds left = end - monotonic_now();
        if (left <= Nanoseconds::zero()) return false;
        const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        const timespec time{seconds.count(), (left - seconds).count()};
        pollfd entry{socket_.get(), events, 0};
        return ::ppoll(&entry, 1, &time, nullptr) != 0;  // EINTR: the caller looks at the clock again
    }

    [[nodiscard]] CpuTime cpu_time() const {
        std::array<char, 96> text;
        const ssize_t got = ::pread(schedstat_.get(), text.data(), text.size(), 0);
        return parse_schedstat({text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))}).value_or(CpuTime{});
    }

    /// It has not been given a CPU yet, or is on one: on a busy machine that says nothing about what it was asked.
    [[nodiscard]] bool is_ready() const {
        const auto directory = ProcDirectory::open(proc_path(Pid{process_}).c_str());
        std::string scratch;
        const auto text = directory ? directory->read("stat", scratch) : std::unexpected(directory.error());
        const auto line = text ? parse_stat(*text) : std::nullopt;
        return line && line->state == ProcessState::running;
    }

    OwnedFd socket_;
    pid_t process_;
    OwnedFd schedstat_;  ///< -1: the kernel does not tell
    std::optional<ParcelTransfer> awaited_;
    ParcelTransfer reply_ = ParcelTransfer::expected();
    bool broken_ = false;
};

/// All of this program's. They are processes, so there is one such list however many parts of the program ask.
class StandIns {
public:
    std::optional<Parcel> ask(const std::string& concern, Errand errand, Parcel request, Nanoseconds patience) {
        std::unique_ptr<StandIn> asked;
        {
            const std::lock_guard lock(mutex_);
            if (waits_for(concern)) return std::nullopt;
            if (patience <= at_full_patience) patience = std::min(patience, patience_left());
            if (idle_.empty()) take_back();
            if (!idle_.empty()) {
                asked = std::move(idle_.back());
                idle_.pop_back();
            }
        }
        if (!asked) asked = StandIn::start();
        if (!asked) return std::nullopt;
        const MonotonicTime begun = monotonic_now();
        auto reply = asked->ask(errand, std::move(request), patience);
        const std::lock_guard lock(mutex_);
        if (asked->broken()) return std::nullopt;
        if (asked->settled()) {
            idle_.push_back(std::move(asked));
        } else {
            in_vain_ += std::min(monotonic_now() - begun, patience);
            if (left_behind_.size() >= most_left_behind) give_up_oldest();
            left_behind_[concern] = std::move(asked);
            order_.push_back(concern);
        }
        return reply;
    }

    bool unanswered(const std::string& concern) {
        const std::lock_guard lock(mutex_);
        return waits_for(concern);
    }

    void forget() {
        const std::lock_guard lock(mutex_);
        idle_.clear();
        left_behind_.clear();
        order_.clear();
    }

private:
    static constexpr std::size_t most_left_behind = 128;
    static constexpr Nanoseconds at_full_patience = std::chrono::milliseconds(300), least_patience = std::chrono::milliseconds(2);

    /// Those that were only late can be asked again, in place of new ones.
    void take_back() {
        for (auto each = left_behind_.begin(); each != left_behind_.end();) {
            if (!each->second->settled()) {
                ++each;
                continue;
            }
            if (!each->second->broken()) idle_.push_back(std::move(each->second));
            each = left_behind_.erase(each);
        }
    }

    /// Too many that do not answer must not keep anybody from asking about others.
    void give_up_oldest() {
        while (!order_.empty()) {
            const std::string concern = std::move(order_.front());
            order_.pop_front();
            const auto found = left_behind_.find(concern);
            if (found == left_behind_.end()) continue;
            found->second->end();
            left_behind_.erase(found);
            given_up_[concern] = monotonic_now();
            return;
        }
    }

    bool waits_for(const std::string& concern) {
        constexpr Nanoseconds asked_again_after = std::chrono::minutes(1);
        if (const auto given = given_up_.find(concern); given != given_up_.end()) {
            if (monotonic_now() - given->second < asked_again_after) return true;
            given_up_.erase(given);
        }
        const auto found = left_behind_.find(concern);
        if (found == left_behind_.end()) return false;
        if (!found->second->settled()) return true;
        if (!found->second->broken()) idle_.push_back(std::move(found->second));
        left_behind_.erase(found);
        return false;
    }

    /// What has gone in vain is forgiven as time goes by, at a tenth of its pace.
    Nanoseconds patience_left() {
        const MonotonicTime now = monotonic_now();
        in_vain_ = std::max(Nanoseconds{}, in_vain_ - (now - std::exchange(reckoned_, now)) / 10);
        return std::max(least_patience, at_full_patience - in_vain_);
    }

    std::mutex mutex_;
    std::vector<std::unique_ptr<StandIn>> idle_;
    std::unordered_map<std::string, std::unique_ptr<StandIn>> left_behind_;
    std::deque<std::string> order_;  ///< concerns in the order in which they were left; some have answered since
    std::unordered_map<std::string, MonotonicTime> given_up_;
    Nanoseconds in_vain_{};
    MonotonicTime reckoned_;
};

StandIns& stand_ins() {
    static StandIns all;
    return all;
}

}  // namespace

std::string concern_of(Pid pid) {
    return "process " + std::to_string(pid.value);
}

std::optional<Parcel> ask(const std::string& concern, Errand errand, Parcel request, Nanoseconds patience) {
    return stand_ins().ask(concern, errand, std::move(request), patience);
}

bool was_stand_in(Pid pid) {
    return children().take(pid.value);
}

void end_stand_ins() {
    constexpr Nanoseconds most_waited = std::chrono::milliseconds(300);
    stand_ins().forget();
    std::set<pid_t> left = children().take_all();
    for (const pid_t each : left) ::kill(each, SIGKILL);
    const MonotonicTime end = monotonic_now() + most_waited;
    for (;;) {
        std::erase_if(left, [](pid_t each) { return ::waitpid(each, nullptr, WNOHANG) != 0; });
        if (left.empty() || monotonic_now() >= end) return;
        ::poll(nullptr, 0, 1);
    }
}

bool unanswered(const std::string& concern) {
    return stand_ins().unanswered(concern);
}

}  // namespace shimtrace::host
