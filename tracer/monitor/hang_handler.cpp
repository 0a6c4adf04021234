#include "tracer/monitor/hang_handler.hpp"

#include "tracer/procfs/child_program.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/owned_fd.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace shimtrace::monitor {

namespace {

constexpr std::size_t most_queued = 64;
constexpr Nanoseconds last_words = std::chrono::seconds(5);
constexpr auto nap = std::chrono::milliseconds(20);

}  // namespace

HangHandler::HangHandler(std::vector<std::string> command, Nanoseconds timeout) : command_(std::move(command)), timeout_(timeout) {
    thread_ = signal_free_thread([this] { serve(); });
}

HangHandler::~HangHandler() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        end_by_ = host::monotonic_now() + last_words;
    }
    wake_.notify_all();
    thread_.join();
}

void HangHandler::tell(std::string line) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= most_queued) {
            ++failures_["dropped"];
            return;
        }
        queue_.push_back(std::move(line));
    }
    wake_.notify_all();
}

Counted HangHandler::failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
}

void HangHandler::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        if (queue_.empty() || (ending_ && host::monotonic_now() >= end_by_)) return;
        const std::string line = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        const char* why = run(line);
        lock.lock();
        if (why != nullptr) ++failures_[why];
    }
}

const char* HangHandler::run(const std::string& line) {
    int ends[2];
    // Not a pipe: a write to one that nobody reads any more would be a signal, and this cannot be kept from it by a flag.
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return "start";
    host::OwnedFd ours(ends[0]), theirs(ends[1]);
    auto child = host::ChildProgram::start(command_, {.input = theirs.get()});
    theirs.reset();
    if (!child) return "start";
    std::string_view rest = line;
    const MonotonicTime end = host::monotonic_now() + timeout_;
    for (;;) {
        if (const auto status = child->ended()) return *status == 0 ? nullptr : "status";
        MonotonicTime limit = end;
        {
            const std::lock_guard lock(mutex_);
            if (ending_) limit = std::min(limit, end_by_);
        }
        if (host::monotonic_now() >= limit) return "timeout";
        if (ours) {
            const ssize_t sent = ::send(ours.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
            if (rest.empty() || (sent < 0 && errno != EAGAIN && errno != EINTR)) ours.reset();
        }
        std::this_thread::sleep_for(nap);
    }
}

}  // namespace shimtrace::monitor
