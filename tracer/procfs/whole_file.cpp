#include "tracer/procfs/whole_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace shimtrace::host {

OrErrno<std::string> read_whole(int fd, std::size_t most, std::size_t expected) {
    constexpr std::size_t least = 4096, step = std::size_t{64} << 10;
    std::string text;
    std::size_t length = 0;
    for (;;) {
        if (length > most) return std::unexpected(EFBIG);
        // One more than is expected: so that the end is seen without another step.
        if (length == text.size()) text.resize(length == 0 ? std::clamp(expected + 1, least, std::max(most, least) + 1) : length + step);
        const ssize_t got = ::read(fd, text.data() + length, text.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(errno);
        length += static_cast<std::size_t>(got);
        if (got == 0) break;
    }
    text.resize(length);
    return text;
}

int write_whole(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return EIO;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

}  // namespace shimtrace::host
