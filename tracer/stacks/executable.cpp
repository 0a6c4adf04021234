#include "stacks/executable.hpp"

#include "stacks/proc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shimtrace::stacks {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 30;

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileBytes::FileBytes(FileBytes&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

FileBytes& FileBytes::operator=(FileBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

FileBytes::~FileBytes() {
    if (data_ != nullptr) munmap(data_, size_);
}

Result<FileBytes> FileBytes::read(int fd, std::uint64_t size) {
    if (size == 0 || size > most_bytes) return fail(fmt::format("read an executable of {} bytes", size), EFBIG);
    void* const place = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED) return fail("make room for an executable", errno);
    FileBytes result;
    result.data_ = static_cast<std::byte*>(place);
    result.size_ = size;
    madvise(place, size, MADV_HUGEPAGE);
    for (std::uint64_t done = 0; done < size;) {
        const ssize_t got = pread(fd, result.data_ + done, size - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail("read an executable", errno);
        if (got == 0) break;  // it has shrunk: the rest reads as zeros
        done += static_cast<std::uint64_t>(got);
    }
    return result;
}

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
