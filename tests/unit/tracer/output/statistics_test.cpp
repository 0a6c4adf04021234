#include "tracer/output/statistics.hpp"
#include "tests/golden/made_up_session.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::output;
using shimtrace::test::MadeUpSession;

TEST_CASE("a percentile is at most 3.7 % above what it stands for, 0.5 % below, and never above the greatest") {
    std::mt19937_64 random(1);
    std::vector<std::int64_t> values;
    Histogram histogram;
    for (int i = 0; i < 10'000; ++i) {
        values.push_back(static_cast<std::int64_t>(random() >> (24 + random() % 40)));
        histogram.add(Nanoseconds(values.back()));
    }
    std::ranges::sort(values);
    for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
        const auto exact = static_cast<double>(values[static_cast<std::size_t>(std::ceil(share * 10'000)) - 1]);
        const auto told = static_cast<double>(histogram.percentile(share).count());
        CHECK(told >= exact * 0.995);  // three digits may round down
        CHECK(told <= exact * 1.037 + 1);
    }
    CHECK(histogram.percentile(1) <= histogram.max());
    CHECK(histogram.max().count() == values.back());
}

TEST_CASE("one duration is its own percentile") {
    for (const std::int64_t value : {0L, 1L, 63L, 64L, 999'999L, 2'981'887L, 3'000'000L, 5'077'000'000L}) {
        Histogram histogram;
        histogram.add(Nanoseconds(value));
        CHECK(histogram.percentile(0.5).count() == value);
        CHECK(histogram.percentile(0.99) == histogram.max());
    }
}

TEST_CASE("merged histograms are as if one had seen all") {
    std::mt19937_64 random(2);
    Histogram one, other, all;
    for (int i = 0; i < 5'000; ++i) {
        const Nanoseconds value(static_cast<std::int64_t>(random() % (i % 2 == 0 ? 1'000 : 50'000'000)));
        (i % 2 == 0 ? one : other).add(value);
        all.add(value);
    }
    one.merge(other);
    CHECK(one.count() == all.count());
    CHECK(one.total() == all.total());
    CHECK(one.max() == all.max());
    for (const double share : {0.1, 0.5, 0.51, 0.9, 0.99}) CHECK(one.percentile(share) == all.percentile(share));
}

TEST_CASE("durations are told in three digits, whichever unit that takes") {
    CHECK(duration_text(Nanoseconds(999)) == "999ns");
    CHECK(duration_text(Nanoseconds(1'234)) == "1.23us");
    CHECK(duration_text(Nanoseconds(999'999)) == "1ms");
    CHECK(duration_text(Nanoseconds(2'981'887)) == "2.98ms");
    CHECK(duration_text(Nanoseconds(999'600'000)) == "1s");
    CHECK(duration_text(Nanoseconds(999'600'000'000)) == "1000s");
    CHECK(duration_text(Nanoseconds(-1'500)) == "-1.5us");
    CHECK(duration_text(Nanoseconds::max()) == "9220000000s");
    CHECK(duration_text(Nanoseconds::min()) == "-9220000000s");
}

TEST_CASE("the tables and the JSON tell the same") {
    Statistics statistics;
    MadeUpSession(statistics).tell();
    const auto json = statistics_json(statistics);
    for (const auto& [word, list] :
         {std::pair{"call", "calls"}, {"target", "targets"}, {"thread", "threads"}, {"container", "containers"}}) {
        std::map<std::string, std::vector<std::string>> rows;
        std::istringstream lines(statistics_text(statistics, {word}));
        std::string line;
        bool in_table = false;
        while (std::getline(lines, line) && line.find("longest calls") == std::string::npos) {
            std::istringstream cells(line);
            std::vector<std::string> row(7);
            for (std::string& cell : row) cells >> cell;
            std::string name;
            std::getline(cells >> std::ws, name);
            if (in_table && !name.empty()) rows[name] = row;
            in_table |= row[0] == "calls";
        }
        REQUIRE(json.at(list).size() == rows.size());
        for (const auto& entry : json.at(list)) {
            const auto text = [&](const char* key) { return duration_text(Nanoseconds(entry.at(key).get<std::int64_t>())); };
            const std::string name = entry.at(word);
            CAPTURE(name);
            CHECK(rows.at(name) == std::vector<std::string>{std::to_string(entry.at("calls").get<int>()),
                                                            std::to_string(entry.at("errors").get<int>()), text("total_ns"), text("p50_ns"),
                                                            text("p90_ns"), text("p99_ns"), text("max_ns")});
        }
    }
}

TEST_CASE("what the calls add up to") {
    Statistics statistics;
    MadeUpSession(statistics).tell();
    CHECK(statistics.lost == 3);
    CHECK(statistics.signals == 1);
    CHECK(statistics.by_call.at("openat").calls == 2);
    CHECK(statistics.by_call.at("openat").errors_by_name == std::map<std::string, std::uint64_t>{{"ENOENT", 1}});
    CHECK(statistics.by_call.at("getpid").durations.max() == Nanoseconds(401'000));
    CHECK(statistics.by_target.at("pipe:[8191]").calls == 2);
    CHECK(statistics.by_container.at("default/c1").calls == 15);
    REQUIRE(statistics.never_returned.size() == 1);
    CHECK(statistics.never_returned[0].text.starts_with("futex("));
    CHECK(statistics.longest.at(0).text.starts_with("write(1"));
    CHECK(statistics.longest.at(0).duration == std::chrono::milliseconds(5077));
}

TEST_CASE("two runs differ where they differ, and a run not from itself") {
    Statistics a(0), b(0), short_one(0);
    MadeUpSession(a).tell();
    MadeUpSession(b).tell();
    CHECK(difference_text(a, b).find("\n  getpid") == std::string::npos);
    CHECK(difference_json(a, b).at("calls").empty());
    const auto json = difference_json(a, short_one);
    CHECK(json.at("calls").size() == a.by_call.size());
    CHECK(difference_text(a, short_one).find("openat: only in A: 2 calls, errors: 1 ENOENT") != std::string::npos);
}
