#include "tracer/monitor/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace shimtrace::monitor {

namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value > 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

Notifier::Notifier() : path_(environment("NOTIFY_SOCKET")) {
    if (!path_.starts_with('/') && !path_.starts_with('@')) path_.clear();
    const auto allowed = number(environment("WATCHDOG_USEC"));
    const auto whose = number(environment("WATCHDOG_PID"));
    if (!path_.empty() && allowed && (!whose || *whose == ::getpid())) watchdog_every_ = std::chrono::microseconds(*allowed) / 2;
}

void Notifier::tell(const std::string& lines) const {
    if (path_.empty()) return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    if (path_.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
    const host::OwnedFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket) ::sendto(socket.get(), lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace shimtrace::monitor
