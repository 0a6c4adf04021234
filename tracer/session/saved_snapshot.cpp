#include "tracer/session/saved_snapshot.hpp"

#include "decoders/text/durations.hpp"
#include "tracer/containerd/versions.hpp"
#include "tracer/recording/reader.hpp"
#include "tracer/recording/writer.hpp"
#include "tracer/session/moment.hpp"
#include "tracer/session/version.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <optional>

namespace shimtrace::session {

namespace {

/// At most as late as can be told: a file's times are anybody's.
RealTime later(RealTime time, Nanoseconds by) {
    return time > RealTime::max() - by ? RealTime::max() : time + by;
}

}  // namespace

Result<void> save_snapshot(const std::string& path, const Snapshot& snapshot, bool force) {
    auto writer = recording::Writer::create(path, {.force = force});
    if (!writer) return std::unexpected(writer.error());
    SessionInfo session;
    session.arch = native_arch;
    session.host = containerd::with_versions(snapshot.host, containerd::installed_versions());
    session.real_anchor = snapshot.taken;
    session.monotonic_anchor = snapshot.taken_monotonic;
    session.writer = writer_name();
    (*writer)->session(session);
    (*writer)->end_with(snapshot);
    if (const auto failure = (*writer)->failure()) return std::unexpected(*failure);
    return {};
}

bool is_saved_snapshot(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && recording::looks_like_recording(path);
}

Result<Snapshot> saved_snapshot(const std::string& path, const std::string& at) {
    auto all = recording::read_snapshots(path);
    if (!all) return std::unexpected(all.error());
    if (all->empty())
        return fail(
            fmt::format("{} holds no snapshot", path), 0,
            "`why --save FILE` keeps one, `record` of what it attaches to two, and of a command one while any of its processes lives");
    if (at.empty()) return std::move(all->back());
    const RealTime first = all->front().taken;
    std::optional<RealTime> wanted = parse_date(at, first);
    if (const auto offset = text::parse_duration(at); !wanted && offset) wanted = later(first, *offset);
    if (!wanted) return fail("--at " + at, 0, "give a time as RFC 3339, or seconds from the first snapshot");
    const RealTime end = later(*wanted, std::chrono::microseconds(1));  // times are printed without what is less than that
    Snapshot* chosen = nullptr;
    for (Snapshot& snapshot : *all)
        if (snapshot.taken <= end) chosen = &snapshot;
    if (!chosen) return fail(fmt::format("{} holds no snapshot before {}", path, at), 0, "the first is later");
    return std::move(*chosen);
}

}  // namespace shimtrace::session
