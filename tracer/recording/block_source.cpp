#include "tracer/recording/block_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace shimtrace::recording {

namespace {

constexpr std::size_t read_size = std::size_t{256} << 10;

}  // namespace

Result<BlockSource> BlockSource::open(const std::string& path) {
    const std::string name = path == "-" ? "standard input" : path;
    const int fd = path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return fail("open the recording " + name, errno);
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        ::close(fd);
        return fail("open the recording " + name, EISDIR);
    }
    return BlockSource(fd);
}

BlockSource::BlockSource(int fd) : fd_(fd) {
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        const off_t at = ::lseek(fd, 0, SEEK_CUR);
        seekable_ = at >= 0;
        offset_ = at > 0 ? static_cast<std::uint64_t>(at) : 0;
    }
}

BlockSource::~BlockSource() {
    if (fd_ >= 0) ::close(fd_);
}

BlockSource::BlockSource(BlockSource&& other) noexcept
    : wait_for_more(std::move(other.wait_for_more)),
      fd_(std::exchange(other.fd_, -1)),
      seekable_(other.seekable_),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      offset_(other.offset_),
      rest_(other.rest_),
      summary_(std::move(other.summary_)),
      found_any_(other.found_any_) {}

std::uint64_t BlockSource::size() const {
    struct stat status {};
    return ::fstat(fd_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void BlockSource::seek(std::uint64_t offset) {
    ::lseek(fd_, static_cast<off_t>(offset), SEEK_SET);
    buffer_.clear();
    begin_ = 0;
    offset_ = offset;
    rest_ = 0;
}

/// Makes window() hold `wanted` bytes. Memory grows with what is really there, not with what a header claims.
bool BlockSource::fill(std::size_t wanted) {
    while (buffer_.size() - begin_ < wanted) {
        if (begin_ != 0) {
            buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
            begin_ = 0;
        }
        const std::size_t had = buffer_.size();
        buffer_.resize(had + read_size);
        const ssize_t count = ::read(fd_, buffer_.data() + had, read_size);
        buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count > 0 || (count < 0 && errno == EINTR)) continue;
        if (count < 0 || !wait_for_more || !wait_for_more()) return false;
    }
    return true;
}

void BlockSource::consume(std::uint64_t count) {
    begin_ += static_cast<std::size_t>(count);
    offset_ += count;
}

/// Passes over bytes until the magic number of a block, or to the end.
bool BlockSource::find_magic() {
    while ((found_any_ || offset_ <= search_distance) && fill(4)) {
        const auto bytes = window();
        for (std::size_t i = 0; i + 4 <= bytes.size(); ++i) {
            if (!has_block_magic(bytes.subspan(i))) continue;
            consume(i);
            return true;
        }
        consume(bytes.size() - 3);
    }
    consume(window().size());
    return false;
}

/// Passes over what is left of the block that next() gave.
bool BlockSource::leave_block(std::vector<Damage>& damage) {
    const std::uint64_t wanted = std::exchange(rest_, 0);
    if (window().size() >= wanted) {
        consume(wanted);
        return true;
    }
    // With the payload unread a cut is only noticed by the file's size.
    if (seekable_ && !wait_for_more && offset_ + wanted <= size()) {
        seek(offset_ + wanted);
        return true;
    }
    const std::uint64_t offset = offset_;
    std::uint64_t left = wanted;
    while (left > 0) {
        if (!fill(1)) {
            damage.push_back({offset, wanted - left, true});
            return false;
        }
        const std::uint64_t now = std::min<std::uint64_t>(left, window().size());
        consume(now);
        left -= now;
    }
    return true;
}

std::optional<BlockView> BlockSource::next(std::vector<Damage>& damage) {
    if (!leave_block(damage)) return std::nullopt;
    const std::uint64_t start = offset_;
    const auto report = [&](bool at_end) {
        if (offset_ != start) damage.push_back({start, offset_ - start, at_end});
    };
    while (find_magic()) {
        // What looks like a header may claim more than there is: then the search goes on behind its magic number.
        if (fill(block_header_size)) {
            const auto header = parse_block_header(window().first<block_header_size>());
            if (header && fill(block_header_size + header->summary_length)) {
                const auto summary = window().subspan(block_header_size, header->summary_length);
                if (header_intact(window().first<block_header_size>(), summary)) {
                    report(false);
                    found_any_ = true;
                    rest_ = header->size();
                    summary_.assign(summary.begin(), summary.end());  // reading the payload moves the buffer
                    return BlockView{*header, offset_, summary_};
                }
            }
        }
        consume(1);
    }
    report(true);
    return std::nullopt;
}

Result<std::span<const std::byte>> BlockSource::payload(const BlockView& block) {
    const std::size_t front = block_header_size + block.header.summary_length;
    if (!fill(front + block.header.stored_length)) return fail("the file ends in it");
    return window().subspan(front, block.header.stored_length);
}

}  // namespace shimtrace::recording
