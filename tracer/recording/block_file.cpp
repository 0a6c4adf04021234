#include "tracer/recording/block_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace shimtrace::recording {

Result<std::unique_ptr<BlockFile>> BlockFile::create(const std::string& path, bool force) {
    const std::string what = "create the recording " + path;
    constexpr std::string_view use = "a recording is no text: name a file, or write into a pipe";
    if (path == "-") {
        if (::isatty(STDOUT_FILENO) != 0) return fail("write the recording to a terminal", 0, std::string(use));
        const int standard_output = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        if (standard_output < 0) return fail("write to standard output", errno);
        return std::unique_ptr<BlockFile>(new BlockFile("standard output", standard_output));
    }
    // O_NONBLOCK: a fifo without a reader is an error, not a wait.
    const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (force ? 0 : O_EXCL);
    const int fd = ::open(path.c_str(), flags, 0600);
    if (fd < 0) {
        const int error = errno;
        if (error == EEXIST) return fail(what, error, "--force overwrites it");
        if (error == ELOOP) return fail(what, error, "a symbolic link is not followed");
        return fail(what, error);
    }
    auto file = std::unique_ptr<BlockFile>(new BlockFile(path, fd));
    if (::isatty(fd) != 0) return fail("write the recording to a terminal", 0, std::string(use));
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    struct stat status {};
    if (::fstat(fd, &status) != 0) return fail(what, errno);
    if (S_ISREG(status.st_mode) && (::ftruncate(fd, 0) != 0 || ::fchmod(fd, 0600) != 0)) return fail(what, errno);
    return file;
}

BlockFile::~BlockFile() {
    ::close(fd_);
}

Result<void> BlockFile::write(std::span<const std::byte> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::write(fd_, bytes.data() + done, bytes.size() - done);
        if (count >= 0) {
            done += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            pollfd writable{fd_, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            const int error = errno;
            largest_size_ = std::max(largest_size_, size_ + done);
            // A pipe cannot be cut; a file that cannot be is read up to here all the same.
            if (done != 0 && ::ftruncate(fd_, static_cast<off_t>(size_)) == 0) ::lseek(fd_, static_cast<off_t>(size_), SEEK_SET);
            return fail("write the recording " + path_, error);
        }
    }
    size_ += bytes.size();
    largest_size_ = std::max(largest_size_, size_);
    return {};
}

bool BlockFile::restart() {
    if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0) return false;
    size_ = last_indexed_ = 0;
    sequence_ = 0;
    index_ = {};
    return true;
}

Result<void> BlockFile::append(EncodedBlock& block) {
    number_block(block.bytes, sequence_);
    const std::uint64_t offset = size_;
    if (auto written = write(block.bytes); !written) return written;
    ++sequence_;
    const Bytes summary = encode_summary(block.summary);
    index_.varint(offset - last_indexed_);
    index_.byte(static_cast<std::uint8_t>(block.type));
    index_.byte(block.flags);
    index_.varint(summary.size());
    index_.raw(summary);
    last_indexed_ = offset;
    return {};
}

Result<void> BlockFile::close(BlockMaker& maker) {
    if (closed_) return {};
    closed_ = true;
    const std::uint64_t offset = size_;
    Bytes index = maker.make(BlockType::index, 0, {}, index_.bytes());
    number_block(index, sequence_++);
    if (auto written = write(index); !written) return written;

    std::byte place[8];
    for (std::size_t i = 0; i < sizeof place; ++i) place[i] = static_cast<std::byte>(offset >> (8 * i));
    Bytes end = maker.make(BlockType::end, 0, place, {});
    number_block(end, sequence_++);
    return write(end);
}

}  // namespace shimtrace::recording
