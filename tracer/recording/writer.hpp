// The recording as a sink: blocks with a checksum each, append-only.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/event_sink.hpp>

#include <functional>
#include <memory>
#include <string>

namespace shimtrace::recording {

enum class OnOverrun : std::uint8_t { wait, drop };

struct WriterOptions {
    bool force = false;            ///< overwrite an existing file
    std::uint64_t ring_bytes = 0;  ///< flight recorder: keep the last so many bytes; 0: all goes to the file
    std::uint64_t max_bytes = 0;   ///< rotate after so many; 0: never
    OnOverrun on_overrun = OnOverrun::wait;
    Nanoseconds overrun_wait = std::chrono::milliseconds(10);
    std::uint32_t max_files = 2;  ///< rotation: FILE, FILE.1, FILE.2 …; the oldest goes
    /// Adds to the host of header and snapshots what takes time to learn: the writer's thread calls it, and nothing is written before.
    std::function<void(HostInfo&)> complete_host;
    bool redact = false;  ///< leave environments and command lines out of snapshots and header
};

struct WriterCounts {
    std::uint64_t events = 0, dropped = 0, bytes = 0;  ///< an event is one or the other
};

/// The tracer's thread encodes events into blocks; another thread compresses and writes them.
class Writer : public EventSink {
public:
    /// `path` "-": standard output. Errors: exists already, not permitted, a symbolic link.
    static Result<std::unique_ptr<Writer>> create(const std::string& path, const WriterOptions& options);
    [[nodiscard]] virtual WriterCounts counts() const = 0;
    /// Flight recorder: writes out what it holds now: to the file itself the first time and at the end, to FILE.2,
    /// FILE.3 … where that is taken. A disk that is full keeps the last of it. Safe from another thread and from a signal handler.
    virtual void dump() = 0;
    /// Ends a session whose last is a snapshot: that is written from where it is, and snapshot() takes a copy. Of a large host it has some
    /// 80 MB.
    virtual void end_with(const Snapshot& snapshot) = 0;
    /// The first write error, if any (a full disk): what was written before it is readable.
    [[nodiscard]] virtual std::optional<Error> failure() const = 0;
};

}  // namespace shimtrace::recording
