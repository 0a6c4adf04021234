#include "tracer/session/moment.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

using namespace shimtrace;
using namespace shimtrace::session;

namespace {

/// 2026-11-24T22:51:52.25Z, at 1000 s of CLOCK_MONOTONIC.
SessionInfo a_session() {
    SessionInfo info;
    info.real_anchor = RealTime(std::chrono::milliseconds(1'795'560'712'250));
    info.monotonic_anchor = MonotonicTime(std::chrono::seconds(1000));
    return info;
}

MonotonicTime after(std::chrono::milliseconds offset) {
    return a_session().monotonic_anchor + offset;
}

std::string local(const char* format, RealTime time) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm date{};
    ::localtime_r(&seconds, &date);
    char text[64];
    return {text, std::strftime(text, sizeof text, format, &date)};
}

}  // namespace

TEST_CASE("a moment is typed as an offset, as seconds since the epoch, or as a date with its zone") {
    using namespace std::chrono_literals;
    CHECK(*parse_moment("1.5s", a_session()) == after(1500ms));
    CHECK(*parse_moment("+200ms", a_session()) == after(200ms));
    CHECK(*parse_moment("1795560713.25", a_session()) == after(1s));
    CHECK(*parse_moment("2026-11-24T22:51:54.250Z", a_session()) == after(2s));
    CHECK(*parse_moment("2026-11-25T00:51:54.250+02:00", a_session()) == after(2s));
}

TEST_CASE("without a zone it is as clocks here show it, a time of day on the session's day") {
    using namespace std::chrono_literals;
    const RealTime wanted = a_session().real_anchor + 2s;
    CHECK(*parse_moment(local("%Y-%m-%dT%H:%M:%S.25", wanted), a_session()) == after(2s));
    CHECK(*parse_moment(local("%Y-%m-%d %H:%M:%S.25", wanted), a_session()) == after(2s));
    CHECK(*parse_moment(local("%H:%M:%S.25", wanted), a_session()) == after(2s));
}

TEST_CASE("what is no moment is refused") {
    for (const char* wrong : {"", "soon", "25:00:00", "2026-11-24", "-1s", "1.5parsecs"}) CHECK_FALSE(parse_moment(wrong, a_session()));
}
