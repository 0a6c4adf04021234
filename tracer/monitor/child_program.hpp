// A program of ours in a process group of its own, with a time limit.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <sys/types.h>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::monitor {

class ChildProgram {
public:
    /// Its standard input is `input` or /dev/null, its standard output /dev/null, its errors go where ours go. Errors: an errno.
    static std::expected<ChildProgram, int> start(const std::vector<std::string>& command, int input = -1);
    ChildProgram(ChildProgram&& other) noexcept;
    ChildProgram& operator=(ChildProgram&& other) noexcept;
    /// With all of its group.
    ~ChildProgram();

    /// Its wait status, once it has ended.
    std::optional<int> ended();
    void signal(int number) const;

private:
    explicit ChildProgram(pid_t pid) : pid_(pid) {}
    pid_t pid_ = -1;  ///< -1: reaped
};

}  // namespace shimtrace::monitor
