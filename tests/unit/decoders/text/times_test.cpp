#include "decoders/text/container_name.hpp"
#include "decoders/text/durations.hpp"
#include "decoders/text/timestamps.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::text;

TEST_CASE("timestamps are written and read") {
    const RealTime time(std::chrono::seconds(1'795'992'712) + std::chrono::microseconds(123'456));
    CHECK(rfc3339(time) == "2026-11-29T22:51:52Z");
    CHECK(rfc3339(time, Fraction::microseconds) == "2026-11-29T22:51:52.123456Z");
    const RealTime second(std::chrono::seconds(1'795'992'712));
    CHECK(parse_rfc3339("2026-11-29T22:51:52Z") == second);
    CHECK(parse_rfc3339("2026-11-29T22:51:52") == second);
    CHECK(parse_rfc3339("2026-11-29T23:51:52.500000001+01:00") == second + Nanoseconds(500'000'001));
    CHECK(parse_rfc3339("2026-11-29T22:51:52.1234567891234Z") == second + Nanoseconds(123'456'789));
    CHECK(parse_rfc3339("2026-11-29T21:21:52-01:30") == second);
    CHECK(parse_timestamp("2026-11-29T22:51:52-00:00")->has_zone);
    CHECK_FALSE(parse_timestamp("2026-11-29 22:51:52.5")->has_zone);
    for (const char* wrong : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-29T22:51:52+1", "2026-11-29T22:51:52Zx",
                              "-026-11-29T22:51:52Z", "2026-11-29T25:51:52Z", "9999-12-31T23:59:59Z", "5s"})
        CHECK_FALSE(parse_rfc3339(wrong));
}

TEST_CASE("durations are read as options have them") {
    CHECK(parse_duration("5s") == Nanoseconds(5'000'000'000));
    CHECK(parse_duration("1.5m") == Nanoseconds(90'000'000'000));
    CHECK(parse_duration("10") == Nanoseconds(10'000'000'000));
    for (const char* wrong : {"", "s", "-1s", "1 s", "1y", "nan", "inf", "1e300h"}) CHECK_FALSE(parse_duration(wrong));
}

TEST_CASE("an age has its two largest units") {
    CHECK(age_short(59.9) == "59s");
    CHECK(age_short(185) == "3m05s");
    CHECK(age_short(7800) == "2h10m");
    CHECK(age_short(3 * 86400 + 4 * 3600) == "3d04h");
}

TEST_CASE("durations are written in words, short, and in tenths") {
    CHECK(duration_in_words(0.34) == "0.3 s");
    CHECK(duration_in_words(185) == "3 min 5 s");
    CHECK(duration_in_words(7800) == "2 h 10 min");
    CHECK(duration_in_words(273'600) == "3 d 4 h");
    CHECK(duration_short(Nanoseconds(999)) == "999ns");
    CHECK(duration_short(Nanoseconds(1'234)) == "1.23us");
    CHECK(duration_short(Nanoseconds(999'999)) == "1ms");
    CHECK(duration_short(Nanoseconds(-1'500)) == "-1.5us");
    CHECK(duration_short(Nanoseconds::max()) == "9220000000s");
    CHECK(duration_short(Nanoseconds::min()) == "-9220000000s");
    CHECK(duration_in_tenths(Nanoseconds(340'000)) == "340us");
    CHECK(duration_in_tenths(Nanoseconds(12'000'000'000)) == "12.0s");
}

TEST_CASE("containers are named with their namespace") {
    CHECK(container_name({"k8s.io", "4f1b"}) == "k8s.io/4f1b");
    CHECK(container_name({"", "4f1b"}) == "4f1b");
}
