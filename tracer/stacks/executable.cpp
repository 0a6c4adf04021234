#include "tracer/stacks/executable.hpp"

#include "tracer/stacks/proc.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shimtrace::stacks {
namespace {

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Result<Executable> Executable::open(Pid pid) {
    const std::string path = fmt::format("/proc/{}/exe", pid.value);
    if (const std::string server = slow_file_system_of_executable(pid); !server.empty()) {
        return fail("open " + path, 0, "it lies on a " + server + " file system, whose server may not answer");
    }
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return fail("open " + path, errno, errno == EACCES || errno == EPERM ? "needs CAP_SYS_PTRACE: run as root" : "");
    struct stat facts;
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        close(fd);
        return fail("read " + path, 0, "it is no regular file");
    }
    return Executable(fd, {facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size), nanoseconds(facts.st_mtim),
                           nanoseconds(facts.st_ctim)});
}

Executable::~Executable() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace shimtrace::stacks
