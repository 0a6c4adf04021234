#include "tracer/monitor/metrics.hpp"
#include "tracer/monitor/otlp_body.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace shimtrace;
using namespace shimtrace::monitor;

namespace {

/// `count` hangs, a second apart.
HangLedger hanging(int count, const std::string& pod = "web") {
    HangLedger ledger("boot");
    for (int n = 0; n < count; ++n) {
        Diagnosis one;
        one.target = {.pid = Pid{100 + n},
                      .comm = "shim",
                      .role = "shim",
                      .container = {.ns = "k8s.io", .id = "c" + std::to_string(n)},
                      .pod_namespace = "prod",
                      .pod = pod + std::to_string(n),
                      .name = "app"};
        one.stuck = true;
        one.cause = "file-lock";
        ledger.take({.at = RealTime(std::chrono::seconds(1000 + n)),
                     .at_monotonic = MonotonicTime(std::chrono::seconds(n)),
                     .diagnoses = {one},
                     .unit_of = [](const Diagnosis& each) { return each.target.pid; },
                     .was_looked_at = [](const Hang&) { return false; }});
    }
    return ledger;
}

std::string text(const HangLedger& ledger, MetricsFormat format = MetricsFormat::prometheus) {
    Counters counters;
    counters.hangs_begun["file-lock"] = 60;
    counters.cheap_looks.add(0.02);
    counters.cheap_looks.add(50);
    return metrics_text(
        metrics_of(ledger, counters, {.last_look = {}, .every_s = 30, .containers = {}, .now = MonotonicTime(std::chrono::seconds(100))}),
        format);
}

bool has(const std::string& all, std::string_view line) {
    return all.find("\n" + std::string(line) + "\n") != all.npos;
}

}  // namespace

TEST_CASE("hangs by cause, and each of them by its pod") {
    const std::string all = text(hanging(2));
    CHECK(has(all, R"(shimtrace_hangs{cause="file-lock",severity="warning"} 2)"));
    CHECK(has(all,
              R"(shimtrace_hang_duration_seconds{cause="file-lock",severity="warning",namespace="prod",pod="web0",container="app"} 100)"));
    CHECK(has(all, "shimtrace_oldest_hang_seconds 100"));
    CHECK(has(all, "shimtrace_hangs_unlisted 0"));
}

TEST_CASE("a cause that is over is told as none") {
    CHECK(has(text(HangLedger("boot")), R"(shimtrace_hangs{cause="file-lock",severity="warning"} 0)"));
}

TEST_CASE("no more than 50 pods are told by name, the oldest") {
    const std::string all = text(hanging(60));
    CHECK(has(all, "shimtrace_hangs_unlisted 10"));
    CHECK(all.find("pod=\"web49\"") != all.npos);
    CHECK(all.find("pod=\"web50\"") == all.npos);
}

TEST_CASE("a histogram's buckets are sums") {
    const std::string all = text(hanging(0));
    CHECK(has(all, R"(shimtrace_look_duration_seconds_bucket{depth="cheap",le="0.01"} 0)"));
    CHECK(has(all, R"(shimtrace_look_duration_seconds_bucket{depth="cheap",le="0.03"} 1)"));
    CHECK(has(all, R"(shimtrace_look_duration_seconds_bucket{depth="cheap",le="+Inf"} 2)"));
    CHECK(has(all, R"(shimtrace_look_duration_seconds_count{depth="cheap"} 2)"));
}

TEST_CASE("a counter's family has the suffix in one format, and not in the other, which has an end") {
    CHECK(has(text(hanging(0)), "# TYPE shimtrace_hangs_begun_total counter"));
    const std::string open = text(hanging(0), MetricsFormat::openmetrics);
    CHECK(has(open, "# TYPE shimtrace_hangs_begun counter"));
    CHECK(has(open, R"(shimtrace_hangs_begun_total{cause="file-lock"} 60)"));
    CHECK(open.ends_with("\n# EOF\n"));
}

TEST_CASE("a pod's name ends neither its label nor its line") {
    const std::string all = text(hanging(1, "a\"b\\\n\xff"));
    CHECK(all.find(R"(pod="a\"b\\\\x0a\\xff0")") != all.npos);
}

TEST_CASE("OTLP: numbers of 64 bits are text, buckets are counts of their own") {
    Counters counters;
    counters.cheap_looks.add(0.02);
    counters.cheap_looks.add(50);
    const auto body = otlp_metrics(metrics_of(hanging(1), counters, {.now = {}}), {.name = "node"}, RealTime{}, RealTime(Nanoseconds(5)));
    const auto& metrics = body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    for (const auto& metric : metrics) {
        if (metric["name"] != "shimtrace_look_duration_seconds") continue;
        const auto& point = metric["histogram"]["dataPoints"][0];
        CHECK(point["count"] == "2");
        CHECK(point["timeUnixNano"] == "5");
        CHECK(point["bucketCounts"][2] == "1");
        CHECK(point["bucketCounts"][9] == "1");
        CHECK(point["bucketCounts"].size() == point["explicitBounds"].size() + 1);
        return;
    }
    FAIL("the histogram is missing");
}
