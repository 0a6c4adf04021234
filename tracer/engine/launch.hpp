// Starting a command under trace, from its exec on.
#pragma once

#include "tracer/engine/trace.hpp"

#include <linux/filter.h>

#include <optional>
#include <span>

namespace shimtrace::engine {

/// A child that is seized, in its first stop, and will exec the command as soon as it goes on.
class Launched {
public:
    Launched(Tid tid, int error_fd) : tid_(tid), error_fd_(error_fd) {}
    Launched(Launched&& other) noexcept : tid_(other.tid_), error_fd_(std::exchange(other.error_fd_, -1)) {}
    Launched& operator=(Launched&&) = delete;
    ~Launched();

    [[nodiscard]] Tid tid() const { return tid_; }
    /// Once it has exec'd or ended: why it could not exec.
    [[nodiscard]] std::optional<Error> failure(const std::vector<std::string>& command) const;

private:
    Tid tid_;
    int error_fd_;
};

/// Where the tracer of a command stands that is its caller's child (-D): the process that was started becomes the command.
enum class TracerPlace : std::uint8_t { grandchild, own_group, own_session };

/// Forks twice, before there are other threads, and returns in the tracer that is to be. The calling process goes on as the command once
/// launch() has seized it; where the tracer ends before that, it ends as well.
Result<WaitingCommand> leave_tracee(const TraceRequest& request, TracerPlace place);

/// `filter`: a seccomp program to install before the exec; empty: none. `cpu`: where it may run; -1: anywhere.
Result<Launched> launch(const TraceRequest& request, unsigned long options, std::span<const sock_filter> filter, int cpu);

}  // namespace shimtrace::engine
