#include "tracer/engine/inherited.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

namespace shimtrace::engine {

Inherited inherited_now() {
    Inherited inherited;
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) inherited.ignored_signals.push_back(signal);
    }
    DIR* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) {
        inherited.descriptors = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
        return inherited;
    }
    while (const dirent* entry = ::readdir(folder)) {
        const std::string_view name = entry->d_name;
        int fd = -1;
        if (std::from_chars(name.data(), name.data() + name.size(), fd).ec != std::errc{} || fd == ::dirfd(folder)) continue;
        const int flags = ::fcntl(fd, F_GETFD);
        if (flags >= 0 && (flags & FD_CLOEXEC) == 0) inherited.descriptors.push_back(fd);
    }
    ::closedir(folder);
    return inherited;
}

void hand_over(const std::vector<int>& descriptors) {
    for (const int fd : descriptors) {
        if (fd == STDERR_FILENO) continue;
        if (fd > STDERR_FILENO) {
            ::close(fd);
        } else if (const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC); nothing >= 0) {
            ::dup3(nothing, fd, O_CLOEXEC);
            ::close(nothing);
        }
    }
}

}  // namespace shimtrace::engine
