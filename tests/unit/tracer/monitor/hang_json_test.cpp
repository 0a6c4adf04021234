#include "tracer/monitor/hang_json.hpp"
#include "tracer/monitor/page.hpp"
#include "tracer/output/json/json_values.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::monitor;

namespace {

Findings one_hang() {
    Diagnosis one;
    one.target = {.pid = Pid{100},
                  .comm = "shim",
                  .role = "shim",
                  .container = {.ns = "k8s.io", .id = "c1"},
                  .place = "/run/runc",
                  .pod_namespace = "prod",
                  .pod = "<script>alert(1)</script>",
                  .name = "app"};
    one.stuck = true;
    one.cause = "file-lock";
    one.summary = "it waits \xff \x1b[31m";
    one.culprits = {{.pid = Pid{7}, .comm = "a&b", .role = "shim", .why = "holds it"}};
    return {.at = RealTime(std::chrono::seconds(1000)),
            .at_monotonic = MonotonicTime(std::chrono::seconds(5)),
            .diagnoses = {one},
            .unit_of = [](const Diagnosis& each) { return each.target.pid; },
            .was_looked_at = [](const Hang&) { return true; }};
}

}  // namespace

TEST_CASE("what is kept of hangs over a restart is read again as it was") {
    HangLedger ledger("boot");
    const auto begun = ledger.take(one_hang());
    const auto state = parse_state(state_text(ledger, "boot"));
    REQUIRE(state);
    CHECK(state->boot_id == "boot");
    REQUIRE(state->hangs.size() == 1);
    const Hang& kept = state->hangs.front();
    CHECK(kept.id == begun.front().hang.id);
    CHECK(kept.key == begun.front().hang.key);
    CHECK(kept.unit == Pid{100});
    CHECK(kept.began == begun.front().hang.began);
    CHECK(kept.began_monotonic == begun.front().hang.began_monotonic);
    CHECK(hang_key(kept.diagnosis.target) == kept.key);
    CHECK(severity_of(kept.diagnosis) == HangSeverity::critical);
}

TEST_CASE("what is no state is an error") {
    for (const char* text : {"", "{", "[]", "{}", R"({"version": 2})", R"({"version": 1, "boot_id": 3, "hangs": []})",
                             R"({"version": 1, "boot_id": "b", "hangs": [{"id": "x"}]})"})
        CHECK(!parse_state(text));
}

TEST_CASE("a line tells one event, and is one line of UTF-8 whatever a container is called") {
    HangLedger ledger("boot");
    const auto begun = ledger.take(one_hang());
    const std::string line = output::json_text(event_json(begun.front(), {.name = "node", .boot_id = "boot"}));
    CHECK(line.find('\n') == line.npos);
    const auto json = nlohmann::json::parse(line);
    CHECK(json["schema"] == "shimtrace.monitor/1");
    CHECK(json["event"] == "begin");
    CHECK(json["diagnosis"]["cause"] == "file-lock");
    CHECK(json["snapshot"].is_null());
}

TEST_CASE("nothing of a container's name is markup on the page") {
    HangLedger ledger("boot");
    ledger.take(one_hang());
    const HostInfo host{.name = "node"};
    const std::string html = page_html({.ledger = ledger, .host = host, .limits = {}, .last_look = {}, .now = {}});
    CHECK(html.find("<script") == html.npos);
    CHECK(html.find("&lt;script&gt;alert(1)") != html.npos);
    CHECK(html.find("a&amp;b[7]") != html.npos);
    CHECK(html.find('\x1b') == html.npos);
    CHECK(html.find("http-equiv") == html.npos);
}

TEST_CASE("an answer about one hang has that alone, with all that could not be seen; of none there is none") {
    HangLedger ledger("boot");
    const auto begun = ledger.take(one_hang());
    const std::vector<Limit> limits{{.what = "kernel stacks", .why = "not permitted", .needs = {}}};
    const HangAnswers answers(ledger, {.name = "node", .boot_id = "boot"}, limits, {}, {});
    const auto all = nlohmann::json::parse(answers.about_all()), one = nlohmann::json::parse(answers.about(begun.front().hang.id));
    CHECK(all == one);
    CHECK(one["schema"] == "shimtrace.why/1");
    CHECK(one["limits"].size() == 1);
    CHECK(one["diagnoses"][0]["hang"]["id"] == begun.front().hang.id);
    CHECK(one["ended"].empty());
    CHECK(answers.about("0123456789abcdef").empty());
}
