// A program that is started beside this one, in a process group of its own.
#pragma once

#include <sys/types.h>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::host {

struct ChildStreams {
    int input = -1, output = -1;  ///< -1: /dev/null
    bool errors = true;           ///< go where ours go; else to /dev/null
    /// Should the thread that starts it end, whatever ends it, the program is asked to end as well (SIGTERM).
    bool ends_with_us = false;
};

class ChildProgram {
public:
    /// A name without a slash is looked for in PATH. Errors: an errno.
    static std::expected<ChildProgram, int> start(std::vector<std::string> command, const ChildStreams& streams = {});
    ChildProgram(ChildProgram&& other) noexcept;
    ChildProgram& operator=(ChildProgram&& other) noexcept;
    /// With all of its group.
    ~ChildProgram();

    /// Its wait status, once it has ended; what it has left behind in its group is killed then.
    std::optional<int> ended();
    void signal(int number) const;

private:
    explicit ChildProgram(pid_t pid) : pid_(pid) {}
    pid_t pid_ = -1;  ///< -1: reaped
};

}  // namespace shimtrace::host
