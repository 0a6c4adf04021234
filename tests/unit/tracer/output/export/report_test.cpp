// What a page of the report has to tell where a tired reader looks for it, once.
#include "tracer/output/export/report.hpp"
#include "tests/golden/made_up_session.hpp"
#include "tests/unit/tracer/output/written_text.hpp"
#include "tracer/output/export/exporters.hpp"
#include "tracer/output/export/picture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace shimtrace;
using namespace shimtrace::output;
using shimtrace::test::MadeUpSession;
using shimtrace::test::WrittenText;

namespace {

std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}
bool has(const std::string& text, std::string_view what) {
    return count(text, what) != 0;
}

/// An init that waits for a peer in another pod's container.
ReportedMoment moment() {
    ReportedMoment made;
    Diagnosis& diagnosis = made.diagnoses.emplace_back();
    diagnosis.target = {.pid = Pid{812}, .comm = "app", .container = {"k8s.io", "c1", "prod/web-1/app"}};
    diagnosis.cause = "peer-unresponsive";
    diagnosis.stuck = true;
    diagnosis.confidence = Confidence::likely;
    diagnosis.summary = "app waits for an answer";
    diagnosis.culprits = {{.pid = Pid{905},
                           .pid_ns = 7,
                           .comm = "db",
                           .role = "peer",
                           .state = ProcessState::stopped,
                           .why = "stopped by a signal",
                           .container = {"k8s.io", "c2", "data/db-0/db"}},
                          {.pid = Pid{31}, .comm = "agent", .role = "reader", .why = "does not read"}};
    diagnosis.graph.nodes = {{.kind = NodeKind::process, .pid = Pid{812}, .label = "app[812]"},
                             {.kind = NodeKind::process, .pid = Pid{905}, .label = "db[905]"},
                             {.kind = NodeKind::nobody, .label = "a stop signal"}};
    diagnosis.graph.edges = {
        {.from = 0, .to = 1, .kind = WaitKind::reads, .evidence = "app[812] is in read", .since_s = 12, .waits = "read"},
        {.from = 1, .to = 2, .kind = WaitKind::stopped_by, .evidence = "seen in the picture alone", .waits = "stopped"}};
    diagnosis.graph.chain = {0, 1};
    diagnosis.evidence = {"app[812] is in read"};
    diagnosis.chain = {{"app[812]", "read", "10.0.0.7:5432", "db[905]"}, {"db[905]", "frozen", "frozen cgroup /a/b", "/a/b"}};
    return made;
}

std::string page_of(const ReportedMoment& moment) {
    return report_of(moment, "shimtrace 0");
}

std::string exported(RealTime looked) {
    WrittenText text;
    MadeUpSession(*make_html_exporter(text, [&](Snapshot snapshot) {
        ReportedMoment made = moment();
        made.snapshot = std::move(snapshot);
        made.snapshot.taken = looked;
        return made;
    })).tell();
    return text.text;
}

/// A thread that has been in read for 7 s when a session of 2 s begins.
std::string page_of_found_call() {
    WrittenText text;
    const auto sink = make_html_exporter(text);
    const MonotonicTime start{std::chrono::seconds(100)};
    SessionInfo session;
    session.real_anchor = RealTime(std::chrono::seconds(1'700'000'000));
    session.monotonic_anchor = start;
    sink->session(session);
    Event attached;
    attached.kind = EventKind::attached;
    attached.pid = Pid{7};
    attached.tid = Tid{7};
    attached.time = start;
    sink->event(attached);
    Event enter;
    enter.kind = EventKind::syscall_enter;
    enter.pid = Pid{7};
    enter.tid = Tid{7};
    enter.number = 0;
    enter.at_attach = true;
    enter.time = start + std::chrono::milliseconds(10);
    enter.since = enter.time - std::chrono::seconds(7);
    sink->event(enter);
    attached.pid = Pid{8};
    attached.tid = Tid{8};
    attached.time = start + std::chrono::seconds(2);
    sink->event(attached);
    sink->end();
    return text.text;
}

}  // namespace

TEST_CASE("who is to blame is said with where it lives") {
    const std::string page = page_of(moment());
    CHECK(has(page, "db[905]</b> peer, state T: stopped by a signal; it runs in data/db-0/db (c2) (pid 7 there)"));
    CHECK(has(page, "agent[31]</b> reader, state ?: does not read; it runs in no container that was found"));
    CHECK(page.find("it runs in data/db-0/db") < page.find("<h3>"));
}

TEST_CASE("nothing is told twice: evidence beside the picture, the chain's ends, the confidence") {
    const std::string page = page_of(moment());
    const std::string drawn = page.substr(page.find("<svg "), page.find("</svg>") - page.find("<svg "));
    CHECK_FALSE(has(drawn, ">app[812] is in read<"));
    CHECK(has(drawn, ">seen in the picture alone<"));
    CHECK(has(drawn, ": app[812] is in read</title>"));  // for who points at the arrow
    CHECK(count(page, "<li>app[812] is in read</li>") == 1);
    CHECK(has(page, "<li>which <i>frozen</i> frozen cgroup /a/b</li>"));
    CHECK_FALSE(has(page, "<b>peer-unresponsive</b> (likely)"));
}

TEST_CASE("what had ended by then is no process of number 0") {
    ReportedMoment made;
    made.diagnoses.push_back({.cause = "healthy", .summary = "the target is healthy"});
    CHECK(report_headline(made) == "the target is healthy");
    CHECK_FALSE(has(page_of(made), ">[0]"));
}

TEST_CASE("a picture without the evidence in words beside it shows it") {
    const ReportedMoment made = moment();
    CHECK(wait_picture(made.diagnoses.front(), made.snapshot, "p").find(">app[812] is in read<") != std::string::npos);
}

TEST_CASE("a finding of many places is one line, and its places a list") {
    ReportedMoment made = moment();
    Finding& finding = made.findings.emplace_back();
    finding.code = "socket-without-listener";
    finding.summary = "3 places: nobody at /a; nobody at /b; nobody at /c";
    finding.places = {{{}, "nobody at /a", {}}, {{}, "nobody at /b", {}}, {{}, "nobody at /c", {}}};
    const std::string page = page_of(made);
    CHECK(has(page, "3 places, the first: nobody at /a</summary>"));
    CHECK(has(page, "<li>nobody at /c</li>"));
    CHECK_FALSE(has(page, "nobody at /a; nobody at /b"));
}

TEST_CASE("of many that hang alike some are told in full, the rest in a line each, and how many of each first") {
    ReportedMoment made = moment();
    for (int i = 0; i < 10; ++i) {
        Diagnosis& one = made.diagnoses.emplace_back();
        one.target = {.pid = Pid{1000 + i}, .comm = "app"};
        one.cause = "orphaned-container";
        one.stuck = true;
        one.summary = "orphan " + std::to_string(i);
        one.chain = {{"kernel", "says", "process 7", ""}, {"shim", "says", "no such process", ""}};
        one.evidence = {"kernel: process 7", "shim: no such process"};
    }
    const std::string page = page_of(made);
    CHECK(has(page, "<p><b>orphaned-container</b> 10, <b>peer-unresponsive</b> 1</p>"));
    CHECK(count(page, "<section class=\"card stuck\"") == 4);
    CHECK(has(page, "<summary>7 more: orphaned-container</summary>"));
    CHECK(count(page, "<svg ") == 1);  // what is believed is no wait
    CHECK(count(page, "orphan 9") == 1);
}

TEST_CASE("of which moment the verdict is, where that was before the recording") {
    const RealTime begin(std::chrono::seconds(1'700'000'000));
    CHECK(has(exported(begin + std::chrono::seconds(5)), "the verdict is of 2023-11-14T22:13:25Z."));
    CHECK(has(exported(begin - std::chrono::seconds(3)), "the verdict is of 2023-11-14T22:13:17Z, 3s before that."));
}

TEST_CASE("a wait that began before the recording is told whole, and what is counted of it is said") {
    const std::string page = page_of_found_call();
    CHECK(has(page, ">8.99s</td><td data-v=\"-1\">before</td>"));
    CHECK(has(page, "which lasted 2s; the whole time is told"));
    CHECK(has(page, "Of one call that began before the recording only what falls into it is counted here."));
    CHECK(has(page, "is drawn from its begin"));
}
