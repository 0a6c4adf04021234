// What systemd is told of a service: sd_notify(3)'s protocol, a datagram to the socket that NOTIFY_SOCKET names.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <shimtrace/types.hpp>

#include <optional>
#include <string>

namespace shimtrace::monitor {

class Notifier {
public:
    /// From the environment; where nobody listens it says nothing.
    Notifier();
    /// Lines of "READY=1", "STATUS=…". Never waits.
    void tell(const std::string& lines) const;
    /// How often the watchdog is to be told: half of what it allows; nullopt: there is none.
    [[nodiscard]] std::optional<Nanoseconds> watchdog_every() const { return watchdog_every_; }

private:
    std::string path_;
    std::optional<Nanoseconds> watchdog_every_;
};

}  // namespace shimtrace::monitor
