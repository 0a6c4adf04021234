// What a monitor keeps in memory from look to look, over days of a simulated clock: hosts where containers come, hang and go all the time.
#include "tracer/monitor/hang_json.hpp"
#include "tracer/monitor/metrics.hpp"
#include "tracer/monitor/suspects.hpp"

#include <doctest/doctest.h>

#include <malloc.h>

#include <algorithm>
#include <string>

using namespace shimtrace;
using namespace shimtrace::monitor;

namespace {

constexpr int looks_a_day = 24 * 60 * 2, containers = 40, looks_of_a_container = 20;

/// Of each of the containers there is another one every ten minutes; the last third of its life it hangs.
int generation(int look, int place) {
    return (look + place) / looks_of_a_container;
}
bool hangs(int look, int place) {
    return (look + place) % looks_of_a_container >= looks_of_a_container * 2 / 3;
}
Pid shim_of(int look, int place) {
    return Pid{1000 + (generation(look, place) * containers + place) % 30'000};
}

Activity activity(int look) {
    Activity now;
    for (int place = 0; place < containers; ++place) {
        const Pid shim = shim_of(look, place);
        UnitActivity& unit = now.units[{shim, static_cast<std::uint64_t>(generation(look, place))}];
        unit.threads[Tid{shim.value + 1}] = {
            .state = ProcessState::sleeping, .ran = hangs(look, place) ? 1 : static_cast<std::uint64_t>(look), .of_container = true};
    }
    return now;
}

std::vector<Diagnosis> diagnoses(int look) {
    std::vector<Diagnosis> all;
    for (int place = 0; place < containers; ++place) {
        Diagnosis& one = all.emplace_back();
        const std::string name = std::to_string(place) + "-" + std::to_string(generation(look, place));
        one.target = {.pid = shim_of(look, place),
                      .comm = "containerd-shim",
                      .role = "shim",
                      .container = {.ns = "k8s.io", .id = "c" + name},
                      .pod_namespace = "prod",
                      .pod = "web-" + name,
                      .name = "app"};
        one.stuck = hangs(look, place);
        one.cause = one.stuck ? "file-lock" : "healthy";
    }
    return all;
}

class Days {
public:
    /// Bytes in use after one more; 0: they are not known.
    std::size_t pass() {
        for (int end = look_ + looks_a_day; look_ < end; ++look_) {
            const Activity now = activity(look_);
            const ClosePlan plan = suspects_.choose(now, {}, {.share = 1});
            suspects_.looked_at(plan, now);
            const Nanoseconds time = std::chrono::seconds(30) * look_;
            const auto events = ledger_.take({.at = RealTime(std::chrono::seconds(1'000'000) + time),
                                              .at_monotonic = MonotonicTime(time),
                                              .diagnoses = diagnoses(look_),
                                              .unit_of = [](const Diagnosis& one) { return one.target.pid; },
                                              .was_looked_at = [](const Hang&) { return true; }});
            begun_ += static_cast<std::size_t>(std::ranges::count(events, HangStep::begin, &HangEvent::step));
            counters_.cheap_looks.add(0.02);
            series_ =
                metrics_text(metrics_of(ledger_, counters_, {.last_look = {}, .every_s = 30, .containers = {}, .now = MonotonicTime(time)}),
                             MetricsFormat::prometheus)
                    .size();
        }
        return ::mallinfo2().uordblks;
    }
    [[nodiscard]] std::size_t begun() const { return begun_; }
    [[nodiscard]] std::size_t bytes_of_metrics() const { return series_; }
    [[nodiscard]] const HangLedger& ledger() const { return ledger_; }

private:
    int look_ = 0;
    Suspects suspects_;
    HangLedger ledger_{"boot"};
    Counters counters_;
    std::size_t begun_ = 0, series_ = 0;
};

}  // namespace

TEST_CASE("a second day takes no more memory than the first, however many hangs have begun and ended") {
    Days days;
    const std::size_t first = days.pass(), metrics = days.bytes_of_metrics();
    const std::size_t hangs_a_day = days.begun();
    CHECK(hangs_a_day > std::size_t{containers} * 100);
    const std::size_t second = days.pass();
    CHECK(days.begun() > hangs_a_day * 19 / 10);
    if (first == 0)
        MESSAGE("skipped: memory is not told of where another allocator than the C library's is in use");
    else
        CHECK(second < first + 65536);
    CHECK(days.bytes_of_metrics() < metrics + 4096);
    CHECK(days.ledger().ended().size() <= 50);
    CHECK(days.ledger().hangs().size() <= std::size_t{containers});
}
