#include "tracer/stacks/executable.hpp"

#include "tracer/procfs/foreign_file.hpp"
#include "tracer/procfs/proc_root.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <unistd.h>

namespace shimtrace::stacks {
namespace {

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileIdentity identity_of(const struct stat& facts) {
    return {facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size), nanoseconds(facts.st_mtim), nanoseconds(facts.st_ctim)};
}

std::unexpected<Error> not_opened(Pid pid, const std::string& path, int error) {
    if (error == EINVAL) return fail("read " + path, 0, "it is no regular file");
    if (error == ETIMEDOUT) return std::unexpected(Executable::no_answer(pid));
    return fail("open " + path, error, error == EACCES || error == EPERM ? "needs CAP_SYS_PTRACE: run as root" : "");
}

}  // namespace

Result<FileIdentity> Executable::identify(Pid pid) {
    const std::string path = host::proc_path(pid, "exe");
    const auto facts = host::status_of_foreign(pid, {.path = path});
    if (!facts) return not_opened(pid, path, facts.error());
    return identity_of(*facts);
}

Result<Executable> Executable::open(Pid pid, host::AnsweringMounts& mounts) {
    const std::string path = host::proc_path(pid, "exe");
    auto file = host::open_foreign(pid, {.path = path}, mounts);
    if (!file) return not_opened(pid, path, file.error());
    return Executable(file->fd.release(), identity_of(file->status));
}

Error Executable::no_answer(Pid pid) {
    return {"read " + host::proc_path(pid, "exe"), 0, "its file system did not answer in time"};
}

Executable::~Executable() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace shimtrace::stacks
