#include "tracer/output/export/picture.hpp"
#include "tracer/output/export/html_text.hpp"
#include "tracer/output/export/picture_plan.hpp"
#include "tracer/output/export/report.hpp"
#include "tracer/output/export/tar.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace shimtrace;
using namespace shimtrace::output;

namespace {

/// An init that writes, its shim's goroutine that copies, and a reader that is stopped.
struct Hang {
    Snapshot snapshot;
    Diagnosis diagnosis;

    Hang() {
        const ContainerRef ref{"default", "c1", ""};
        const auto add = [&](std::int32_t pid, std::string comm, ProcessRole role) {
            Process& process = snapshot.processes.emplace_back();
            process.pid = Pid{pid};
            process.comm = std::move(comm);
            process.role = {.role = role, .container = ref};
        };
        add(812, "yes", ProcessRole::container_init);
        add(790, "containerd-shim", ProcessRole::shim);
        add(5205, "ctr", ProcessRole::client);
        ContainerFiles& files = snapshot.containers.emplace_back();
        files.container = ref;
        files.pod_namespace = "prod";
        files.pod = "web-1";
        diagnosis.summary = "c1 waits to write its stdout";
        diagnosis.cause = "stdio-backpressure";
        diagnosis.stuck = true;
        diagnosis.culprits = {
            {.pid = Pid{5205}, .comm = "ctr", .role = "reader", .state = ProcessState::stopped, .why = "stopped by a signal"}};
        WaitGraph& graph = diagnosis.graph;
        graph.nodes = {{.kind = NodeKind::process, .pid = Pid{812}, .label = "c1 init yes[812]"},
                       {.kind = NodeKind::thread, .pid = Pid{812}, .tid = Tid{812}, .label = "c1 init yes[812]"},
                       {.kind = NodeKind::pipe, .label = "stdout pipe (full)"},
                       {.kind = NodeKind::process, .pid = Pid{790}, .label = "shim[790]"},
                       {.kind = NodeKind::goroutine, .pid = Pid{790}, .goroutine = GoroutineId{29}, .label = "shim[790] goroutine 29"},
                       {.kind = NodeKind::process, .pid = Pid{5205}, .label = "ctr[5205]"},
                       {.kind = NodeKind::nobody, .label = "a stop signal"}};
        const auto edge = [&](NodeIndex from, NodeIndex to, WaitKind kind, std::string waits, std::string evidence) {
            graph.chain.push_back(static_cast<std::uint32_t>(graph.edges.size()));
            graph.edges.push_back({.from = from, .to = to, .kind = kind, .evidence = std::move(evidence), .waits = std::move(waits)});
        };
        edge(0, 1, WaitKind::belongs_to, "waits as", "");
        edge(1, 2, WaitKind::writes, "write", "it takes no more");
        edge(2, 3, WaitKind::copied_by, "read by", "descriptor 16");
        edge(3, 4, WaitKind::belongs_to, "waits as", "");
        edge(4, 5, WaitKind::writes, "write", "");
        edge(5, 6, WaitKind::stopped_by, "stopped", "state T");
        diagnosis.chain = {{"c1 init yes[812]", "write", "stdout pipe", "shim[790]"}};
    }
};

std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a picture's plan: a process is the frame around what it waits as, and who is to blame is marked") {
    const Hang hang;
    const PicturePlan plan = plan_picture(hang.diagnosis, hang.snapshot);
    REQUIRE(plan.boxes.size() == 5);
    CHECK(plan.boxes[0].title == "c1 init yes[812]");
    CHECK(plan.boxes[0].frames == std::vector<std::string>{"pod prod/web-1", "container c1"});
    CHECK(plan.boxes[1].shape == BoxShape::object);
    CHECK(plan.boxes[2].title == "goroutine 29");
    CHECK(plan.boxes[2].frames == std::vector<std::string>{"shim[790]"});
    CHECK(plan.boxes[3].to_blame);
    CHECK(plan.boxes[4].shape == BoxShape::nobody);
    REQUIRE(plan.arrows.size() == 4);
    CHECK(plan.arrows[1].to == 2);
}

TEST_CASE("a picture: its elements are named, can have the focus, and point to nothing outside") {
    const Hang hang;
    const std::string picture = wait_picture(hang.diagnosis, hang.snapshot, "p1");
    CHECK(picture.starts_with("<svg "));
    CHECK(count(picture, "tabindex=\"0\" role=\"img\" aria-label=\"") == 9);
    CHECK(count(picture, "id=\"p1-") == 3);
    CHECK(count(picture, "class=\"actor culprit\"") == 1);
    CHECK(count(picture, "href") == 0);
    CHECK(count(picture, "url(#p1-head)") == 4);
}

TEST_CASE("a ring leads back to where it began") {
    Hang hang;
    hang.diagnosis.graph.edges.back().to = 2;
    const std::string picture = wait_picture(hang.diagnosis, hang.snapshot, "p");
    CHECK(picture.find("(back to stdout pipe (full))") != std::string::npos);
}

TEST_CASE("without a graph the chain's words are the picture; without a chain there is none") {
    Hang hang;
    hang.diagnosis.graph = {};
    CHECK(plan_picture(hang.diagnosis, hang.snapshot).boxes.size() == 2);
    hang.diagnosis.chain.clear();
    CHECK(wait_picture(hang.diagnosis, hang.snapshot, "p").empty());
    CHECK(wait_list(hang.diagnosis).empty());
}

TEST_CASE("indices that lead nowhere are no waits") {
    Hang hang;
    hang.diagnosis.graph.chain.push_back(99);
    hang.diagnosis.graph.edges.push_back({.from = 50, .to = 60});
    CHECK(plan_picture(hang.diagnosis, hang.snapshot).boxes.size() == 5);
}

TEST_CASE("foreign text is harmless in text and in attributes") {
    CHECK(html("<b a='1'>&\"\x1b\n") == "&lt;b a=&#39;1&#39;&gt;&amp;&quot;\\x1b\\x0a");
    CHECK(html_lines("<a>\n\tb\x07") == "&lt;a&gt;\n\tb\\x07");
    Hang hang;
    hang.diagnosis.graph.nodes[5].label = "</title><script>alert(1)</script>";
    hang.diagnosis.summary = "<img src=x>";
    const std::string page =
        report_of({.snapshot = hang.snapshot, .diagnoses = {hang.diagnosis}, .limits = {}, .findings = {}}, "shimtrace");
    CHECK(count(page, "<script>") == 1);
    CHECK(count(page, "<img") == 0);
}

TEST_CASE("a long word is broken, a long line wrapped: no box is wider than the picture") {
    Hang hang;
    hang.diagnosis.graph.nodes[2].label = std::string(300, 'x');
    hang.diagnosis.graph.edges[1].evidence = std::string(120, 'y') + " and so on";
    const std::string picture = wait_picture(hang.diagnosis, hang.snapshot, "p");
    std::size_t longest = 0;
    for (std::size_t at = picture.find("\">", 0); at != std::string::npos; at = picture.find("\">", at + 1)) {
        const std::size_t end = picture.find("</text>", at);
        const std::size_t next = picture.find('<', at + 2);
        if (end == next && end != std::string::npos) longest = std::max(longest, end - at - 2);
    }
    CHECK(longest <= 50);
}

TEST_CASE("wide letters fill a line sooner") {
    Hang hang;
    hang.diagnosis.graph.nodes[2].label = "/tmp/" + std::string(60, 'W');
    const std::string picture = wait_picture(hang.diagnosis, hang.snapshot, "p");
    CHECK(count(picture, ">/tmp/" + std::string(27, 'W') + "<") == 1);
    CHECK(count(picture, ">" + std::string(31, 'W') + "<") == 1);
}

TEST_CASE("an archive is as tar(5) has it") {
    Tar tar;
    tar.add("folder/a.txt", "hello", 1);
    const std::string bytes = std::move(tar).take();
    REQUIRE(bytes.size() == 4 * 512);
    CHECK(bytes.substr(257, 8) == std::string("ustar\0"
                                              "00",
                                              8));
    CHECK(bytes.substr(124, 11) == "00000000005");
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(bytes[i]);
    CHECK(std::stoul(bytes.substr(148, 6), nullptr, 8) == sum);
    CHECK(bytes.substr(512, 5) == "hello");
}
