#include "tests/golden/made_up_session.hpp"
#include "tests/unit/tracer/output/written_text.hpp"
#include "tracer/output/export/exporters.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::output;
using shimtrace::test::MadeUpSession;
using shimtrace::test::WrittenText;

namespace {

template <typename Make>
std::string exported(Make make) {
    WrittenText text;
    MadeUpSession(*make(text)).tell();
    return text.text;
}

/// One TracePacket, as far as the tests look into it; numbers as in Perfetto's protos.
struct Packet {
    std::optional<std::uint64_t> time, clock;
    std::uint64_t sequence = 0;
    std::map<std::uint32_t, std::uint64_t> clocks;  ///< ClockSnapshot
    std::uint64_t primary_clock = 0;
    std::uint64_t defined = 0, parent = 0, used = 0;  ///< tracks
    int type = 0;                                     ///< 1 begin, 2 end, 3 instant
    std::string name;
    std::vector<std::uint64_t> flows;
};

void read_clocks(protozero::pbf_reader snapshot, Packet& packet) {
    while (snapshot.next()) {
        if (snapshot.tag() == 2) {
            packet.primary_clock = snapshot.get_uint32();
        } else if (snapshot.tag() == 1) {
            protozero::pbf_reader reading = snapshot.get_message();
            std::uint32_t clock = 0;
            while (reading.next()) {
                if (reading.tag() == 1)
                    clock = reading.get_uint32();
                else
                    packet.clocks[clock] = reading.get_uint64();
            }
        } else {
            snapshot.skip();
        }
    }
}

void read_event(protozero::pbf_reader event, Packet& packet) {
    while (event.next()) {
        switch (event.tag()) {
            case 9:
                packet.type = event.get_enum();
                break;
            case 11:
                packet.used = event.get_uint64();
                break;
            case 23:
                packet.name = event.get_string();
                break;
            case 47:
                packet.flows.push_back(event.get_fixed64());
                break;
            default:
                event.skip();
        }
    }
}

std::vector<Packet> packets_of(const std::string& trace) {
    std::vector<Packet> packets;
    protozero::pbf_reader reader(trace);
    while (reader.next(1)) {
        protozero::pbf_reader fields = reader.get_message();
        Packet& packet = packets.emplace_back();
        while (fields.next()) {
            switch (fields.tag()) {
                case 6:
                    read_clocks(fields.get_message(), packet);
                    break;
                case 8:
                    packet.time = fields.get_uint64();
                    break;
                case 10:
                    packet.sequence = fields.get_uint32();
                    break;
                case 11:
                    read_event(fields.get_message(), packet);
                    break;
                case 58:
                    packet.clock = fields.get_uint32();
                    break;
                case 60: {
                    protozero::pbf_reader track = fields.get_message();
                    while (track.next()) {
                        if (track.tag() == 1)
                            packet.defined = track.get_uint64();
                        else if (track.tag() == 5)
                            packet.parent = track.get_uint64();
                        else
                            track.skip();
                    }
                    break;
                }
                default:
                    fields.skip();
            }
        }
    }
    return packets;
}

}  // namespace

TEST_CASE("Perfetto: every track is defined before its parentage and its first event") {
    std::set<std::uint64_t> defined;
    std::size_t events = 0;
    for (const Packet& packet : packets_of(exported([](LineWriter& writer) { return make_perfetto_exporter(writer); }))) {
        CHECK(packet.sequence != 0);
        if (packet.parent != 0) CHECK(defined.contains(packet.parent));
        if (packet.defined != 0) defined.insert(packet.defined);
        if (packet.type == 0) continue;
        ++events;
        CHECK(defined.contains(packet.used));
    }
    CHECK(events > 30);
}

TEST_CASE("Perfetto: the first packet tells the clock of all others, and its wall-clock time") {
    const auto packets = packets_of(exported([](LineWriter& writer) { return make_perfetto_exporter(writer); }));
    REQUIRE(!packets.empty());
    constexpr std::uint32_t realtime = 1, monotonic = 3;
    CHECK(packets.front().primary_clock == monotonic);
    CHECK(packets.front().clocks ==
          std::map<std::uint32_t, std::uint64_t>{{monotonic, 5'000'000'000'000}, {realtime, 1'700'000'000'000'000'000}});
    for (const Packet& packet : packets)
        if (packet.type != 0) CHECK(packet.clock == monotonic);
}

TEST_CASE("Perfetto: slices end as often as they begin, on their own track, and not before") {
    std::map<std::uint64_t, std::vector<std::uint64_t>> open;
    for (const Packet& packet : packets_of(exported([](LineWriter& writer) { return make_perfetto_exporter(writer); }))) {
        if (packet.type == 1) open[packet.used].push_back(*packet.time);
        if (packet.type != 2) continue;
        REQUIRE(!open[packet.used].empty());
        CHECK(open[packet.used].back() <= *packet.time);
        open[packet.used].pop_back();
    }
    for (const auto& [track, begun] : open) CHECK(begun.empty());
}

TEST_CASE("Perfetto: a verdict is an instant, and its chain arrows from who waits to who is to blame") {
    const auto judge = [](Snapshot snapshot) {
        ReportedMoment moment{.snapshot = std::move(snapshot), .diagnoses = {}, .limits = {}, .findings = {}};
        Diagnosis& diagnosis = moment.diagnoses.emplace_back();
        diagnosis.stuck = true;
        diagnosis.cause = "a-cause";
        diagnosis.summary = "it waits";
        diagnosis.culprits = {{.pid = Pid{5205}, .comm = "ctr", .role = "reader", .why = "stopped"}};
        diagnosis.graph.nodes = {{.kind = NodeKind::process, .pid = Pid{MadeUpSession::init}, .label = "c1 init"},
                                 {.kind = NodeKind::process, .pid = Pid{5205}, .label = "ctr[5205]"}};
        diagnosis.graph.edges = {{.from = 0, .to = 1, .kind = WaitKind::writes, .evidence = "full", .waits = "write"}};
        diagnosis.graph.chain = {0};
        return moment;
    };
    std::set<std::uint64_t> defined;
    std::map<std::uint64_t, std::vector<std::string>> ends;
    for (const Packet& packet : packets_of(exported([&](LineWriter& writer) { return make_perfetto_exporter(writer, judge); }))) {
        if (packet.defined != 0) defined.insert(packet.defined);
        if (packet.used != 0) CHECK(defined.contains(packet.used));
        for (const std::uint64_t flow : packet.flows) ends[flow].push_back(packet.name);
    }
    const auto arrow = [&](const std::string& from, const std::string& to) {
        return std::ranges::any_of(ends, [&](const auto& flow) { return flow.second == std::vector{from, to}; });
    };
    CHECK(arrow("a-cause: it waits", "write ctr[5205]"));
    CHECK(arrow("write ctr[5205]", "to blame: stopped"));
}

TEST_CASE("Perfetto: a write that wakes a reader is tied to the read") {
    std::map<std::uint64_t, std::vector<std::string>> flows;
    for (const Packet& packet : packets_of(exported([](LineWriter& writer) { return make_perfetto_exporter(writer); })))
        for (const std::uint64_t flow : packet.flows) flows[flow].push_back(packet.name);
    REQUIRE(flows.size() == 2);  // into the shim's pipe, and into the fifo, which nobody traced reads
    CHECK(flows[1] == std::vector<std::string>{"write", "read"});
}

TEST_CASE("JSON lines: the session first, each line an object with a type") {
    std::istringstream lines(exported([](LineWriter& writer) { return make_jsonl_exporter(writer); }));
    std::map<std::string, int> types;
    std::string line, first_type;
    std::vector<nlohmann::json> calls;
    while (std::getline(lines, line)) {
        const auto object = nlohmann::json::parse(line);
        const std::string type = object.at("type");
        if (first_type.empty()) first_type = type;
        ++types[type];
        if (type == "call") calls.push_back(object);
    }
    CHECK(first_type == "session");
    CHECK(types == std::map<std::string, int>{{"session", 1},
                                              {"task", 4},
                                              {"snapshot", 2},
                                              {"attached", 4},
                                              {"call", 15},
                                              {"unfinished", 1},
                                              {"signal", 1},
                                              {"exec", 1},
                                              {"exited", 1},
                                              {"killed", 1},
                                              {"detached", 1},
                                              {"stopped", 1},
                                              {"blocked", 1},
                                              {"lost", 1}});
    const auto failed = std::ranges::find_if(calls, [](const auto& call) { return call.contains("error"); });
    REQUIRE(failed != calls.end());
    CHECK(failed->at("error") == "ENOENT");
    CHECK(failed->at("call") == "openat");
    CHECK(failed->at("result") == -2);
    CHECK(failed->at("duration_ns") == 200'000);
    CHECK(failed->at("time_ns") == 1'700'000'000'011'000'000);
    CHECK(failed->at("container") == "default/c1");
}

namespace {

std::vector<nlohmann::json> json_lines(const PrintOptions& options) {
    WrittenText text;
    MadeUpSession(*make_jsonl_exporter(text, options)).tell();
    std::istringstream lines(text.text);
    std::vector<nlohmann::json> objects;
    for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
    return objects;
}

auto count_of(const std::vector<nlohmann::json>& lines, const char* type) {
    return std::ranges::count(lines, type, [](const auto& line) { return line.at("type").template get<std::string>(); });
}

}  // namespace

TEST_CASE("JSON lines: a call cut off by the session's end is of status detached, not unfinished") {
    PrintOptions options;
    options.statuses = status_unfinished;
    CHECK(count_of(json_lines(options), "unfinished") == 0);
    options.statuses = status_detached;
    CHECK(count_of(json_lines(options), "unfinished") == 1);
    CHECK(count_of(json_lines(options), "call") == 0);
}

TEST_CASE("JSON lines: -P chooses blocked calls as it chooses those that return") {
    PrintOptions options;
    options.paths = {"/run/containerd/fifo/1/c1-stdout"};
    CHECK(count_of(json_lines(options), "blocked") == 1);
    CHECK(count_of(json_lines(options), "call") == 1);
    options.paths = {"/elsewhere"};
    CHECK(count_of(json_lines(options), "blocked") == 0);
}

TEST_CASE("JSON lines: calls are rendered, and more told of them, as the options have it") {
    PrintOptions options;
    options.raw.of(Arch::x86_64).set(257);  // openat
    options.syscall_numbers = true;
    options.dump_read.numbers = {5};
    const auto lines = json_lines(options);
    const auto find = [&](const char* call) {
        const auto found =
            std::ranges::find_if(lines, [&](const auto& line) { return line.value("call", "") == call && line.at("pid") == 4710; });
        REQUIRE(found != lines.end());
        return *found;
    };
    CHECK(find("openat").at("text") == "openat(0xffffff9c, 0x7ffc00001000, 0x80000, 0)");
    CHECK(find("openat").at("number") == 257);
    CHECK(find("read").at("moved_hex") == "7b226964223a226331227d0a");
    CHECK_FALSE(find("write").contains("moved_hex"));
}

namespace {

/// What a trace has of the scheduler: FtraceEventBundle, and the threads of its ProcessTree.
struct Ftrace {
    std::vector<std::string> events;  ///< "cpu 1 at 5000: 4 -> 5 (2)"
    std::set<int> threads;
    bool boottime = false;
};

std::string ftrace_event(protozero::pbf_reader event, std::uint32_t cpu) {
    std::uint64_t time = 0;
    std::string text;
    std::uint32_t pid = 0;
    while (event.next()) {
        if (event.tag() == 1) {
            time = event.get_uint64();
        } else if (event.tag() == 2) {
            pid = event.get_uint32();
        } else if (event.tag() == 4 || event.tag() == 20) {
            const bool waking = event.tag() == 20;
            protozero::pbf_reader fields = event.get_message();
            std::map<int, std::int64_t> numbers;
            std::string comm;
            while (fields.next()) {
                if (fields.wire_type() == protozero::pbf_wire_type::length_delimited)
                    comm = fields.get_string();
                else
                    numbers[static_cast<int>(fields.tag())] = fields.get_int64();
            }
            text = waking ? "wakes " + std::to_string(numbers[2])
                          : "-> " + std::to_string(numbers[6]) + " (" + std::to_string(numbers[4]) + ")";
            text += " " + comm;
        } else {
            event.skip();
        }
    }
    return "cpu " + std::to_string(cpu) + " at " + std::to_string(time) + ": " + std::to_string(pid) + " " + text;
}

Ftrace ftrace_of(const std::string& trace) {
    Ftrace found;
    protozero::pbf_reader reader(trace);
    while (reader.next(1)) {
        protozero::pbf_reader fields = reader.get_message();
        while (fields.next()) {
            if (fields.tag() == 1) {
                protozero::pbf_reader bundle = fields.get_message();
                std::uint32_t cpu = 0;
                while (bundle.next()) {
                    if (bundle.tag() == 1)
                        cpu = bundle.get_uint32();
                    else if (bundle.tag() == 2)
                        found.events.push_back(ftrace_event(bundle.get_message(), cpu));
                    else
                        bundle.skip();
                }
            } else if (fields.tag() == 2) {
                protozero::pbf_reader tree = fields.get_message();
                while (tree.next(2)) {
                    protozero::pbf_reader thread = tree.get_message();
                    while (thread.next()) {
                        if (thread.tag() == 1)
                            found.threads.insert(thread.get_int32());
                        else
                            thread.skip();
                    }
                }
            } else if (fields.tag() == 6) {
                Packet clocks;
                read_clocks(fields.get_message(), clocks);
                found.boottime = clocks.clocks.contains(6);
            } else {
                fields.skip();
            }
        }
    }
    return found;
}

}  // namespace

TEST_CASE("Perfetto: what the scheduler did is told as ftrace tells it, CPU by CPU") {
    WrittenText text;
    const auto exporter = make_perfetto_exporter(text);
    exporter->session({.host = {.kernel = "6.18"}, .monotonic_anchor = MonotonicTime(Nanoseconds(1000)), .scheduling = true});
    Scheduling stretch{.first = MonotonicTime(Nanoseconds(5000))};
    stretch.events = {{.cpu = 1, .from = Tid{4}, .to = Tid{5}, .state = 2},
                      {.cpu = 0, .after = Nanoseconds(10), .from = Tid{}, .to = Tid{9}},
                      {.waking = true, .cpu = 1, .after = Nanoseconds(20), .from = Tid{5}, .to = Tid{4}}};
    stretch.tasks = {{Tid{4}, Pid{3}, "sleeper"}, {Tid{5}, Pid{}, "other"}};
    exporter->scheduling(stretch);
    exporter->end();
    const Ftrace found = ftrace_of(text.text);
    CHECK(found.boottime);
    CHECK(found.threads == std::set<int>{4});
    CHECK(found.events ==
          std::vector<std::string>{"cpu 0 at 5010: 0 -> 9 (0) ", "cpu 1 at 5000: 4 -> 5 (2) other", "cpu 1 at 5020: 5 wakes 4 sleeper"});
}

TEST_CASE("Perfetto: a recording without the scheduler says nothing of a second clock") {
    CHECK_FALSE(ftrace_of(exported([](LineWriter& writer) { return make_perfetto_exporter(writer); })).boottime);
}
