#include "tests/unit/tracer/recording/synthetic.hpp"
#include "tracer/recording/block.hpp"
#include "tracer/recording/reader.hpp"
#include "tracer/recording/writer.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <cerrno>
#include <csignal>
#include <thread>

using namespace shimtrace;
using namespace shimtrace::recording;
using namespace shimtrace::recording::test;

namespace {

/// A writer to which a session has been told, and the events that go on with it.
struct Recorded {
    std::unique_ptr<Writer> writer;
    BusySession session;

    explicit Recorded(const std::string& path, const WriterOptions& options = {}) {
        auto created = Writer::create(path, options);
        REQUIRE(created);
        writer = std::move(*created);
        session.define(*writer);
    }
    void events(int count) {
        for (int i = 0; i < count; ++i) writer->event(session.next());
    }
};

/// Writes a session in which every event can be told by its time; returns what was written.
std::vector<Event> record_busy(const std::string& path, std::size_t events, WriterOptions options = {}, bool with_snapshots = false) {
    Recorded recorded(path, options);
    Random random(1);
    std::vector<Event> written;
    for (std::size_t i = 0; i < events; ++i) {
        if (with_snapshots && i % (events / 2) == 0) {
            Snapshot snapshot;
            fill(random, snapshot);
            recorded.writer->snapshot(snapshot);
        }
        written.push_back(recorded.session.next());
        recorded.writer->event(written.back());
    }
    recorded.writer->end();
    CHECK_FALSE(recorded.writer->failure());
    CHECK(recorded.writer->counts().events == events);
    return written;
}

Collected read_all(const std::string& path, ReadReport* report = nullptr, const ReadOptions& options = {}) {
    Collected collected;
    auto result = read_recording(path, options, collected);
    REQUIRE_MESSAGE(result, (result ? "" : result.error().message()));
    if (report != nullptr) *report = *result;
    return collected;
}

/// A reader numbers targets in the order in which it meets them: in a part of a recording they have other numbers.
/// Here they are told by the inode.
Event by_inode(Event event, const Collected& collected) {
    for (FdUse& use : event.fds) use.target = OpenFileId{static_cast<std::uint32_t>(collected.targets.at(use.target.value).inode.value)};
    return event;
}

Event as_written(Event event) {
    for (FdUse& use : event.fds) use.target = OpenFileId{use.target.value + 8000};
    return event;
}

/// Where each whole block begins; the file's size at the end.
std::vector<std::size_t> block_offsets(const std::string& bytes) {
    std::vector<std::size_t> offsets;
    std::size_t at = 0;
    while (at < bytes.size()) {
        offsets.push_back(at);
        const auto header = parse_block_header(std::as_bytes(std::span(bytes)).subspan(at).first<block_header_size>());
        REQUIRE(header);
        at += header->size();
    }
    offsets.push_back(at);
    return offsets;
}

std::size_t events_of_block(const std::string& bytes, std::size_t offset) {
    const auto block = std::as_bytes(std::span(bytes)).subspan(offset);
    const auto header = parse_block_header(block.first<block_header_size>());
    if (!header->is(BlockType::events)) return 0;
    return decode_summary(block.subspan(block_header_size, header->summary_length))->events;
}

/// A small recording of several blocks: each lot of events is flushed before the next comes.
std::string small_recording(const TemporaryDirectory& directory) {
    const std::string path = directory.file("small");
    Recorded recorded(path);
    for (int block = 0; block < 4; ++block) {
        const auto before = recorded.writer->counts().bytes;
        recorded.events(20);
        for (int tries = 0; recorded.writer->counts().bytes <= before + (block == 0 ? 700U : 0U) && tries < 12'000; ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    recorded.writer->end();
    return path;
}

}  // namespace

TEST_CASE("what is written is read, one by one") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    const auto written = record_busy(path, 100'000, {}, true);
    ReadReport report;
    const Collected read = read_all(path, &report);
    CHECK(report.warnings.empty());
    CHECK_FALSE(report.truncated);
    CHECK(report.events == written.size());
    CHECK(read.ends == 1);
    CHECK(read.snapshots.size() == 2);
    REQUIRE(read.sessions.size() == 1);
    CHECK(read.sessions[0].host.name == "host");
    CHECK(read.tasks.size() == 16);
    CHECK(read.targets.size() == 32);
    CHECK(read.targets.at(3).path == "pipe:[8003]");
    REQUIRE(read.events.size() == written.size());
    for (std::size_t i = 0; i < written.size(); ++i) REQUIRE(same_event(read.events[i], written[i]));
    CHECK(read_snapshots(path)->size() == 2);
    CHECK(looks_like_recording(path));
}

TEST_CASE("the file is for its owner alone, and nothing is overwritten unasked") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    const mode_t before = ::umask(0);
    record_busy(path, 10);
    ::umask(before);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    CHECK_FALSE(Writer::create(path, {}));
    CHECK(read_all(path).events.size() == 10);
    WriterOptions force;
    force.force = true;
    record_busy(path, 5, force);
    CHECK(read_all(path).events.size() == 5);

    const std::string link = directory.file("link");
    std::filesystem::create_symlink(path, link);
    CHECK_FALSE(Writer::create(link, {}));
    CHECK_FALSE(Writer::create(link, force));
    CHECK(read_all(path).events.size() == 5);
}

TEST_CASE("cut at every byte, all whole blocks are read") {
    const TemporaryDirectory directory;
    const std::string bytes = contents(small_recording(directory));
    const auto offsets = block_offsets(bytes);
    REQUIRE(offsets.size() >= 7);  // two headers, some of events, index, end
    const Collected whole = read_all(directory.file("small"));
    REQUIRE(whole.events.size() == 80);

    const std::string cut = directory.file("cut");
    std::size_t events_before = 0;
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        write_file(cut, std::string_view(bytes).substr(0, size));
        Collected read;
        const auto report = read_recording(cut, {}, read);
        if (size < offsets[1]) {  // not even a header: refused, or empty
            CHECK(read.events.empty());
            if (!report) continue;
        }
        REQUIRE(report);
        CHECK(report->truncated);
        CHECK_FALSE(report->warnings.empty());
        CHECK(read.ends == 1);
        REQUIRE(read.events.size() >= events_before);
        if (read.events.size() > events_before)  // a block more: only where it is whole
            CHECK(std::ranges::find(offsets, size) != offsets.end());
        events_before = read.events.size();
        for (std::size_t i = 0; i < read.events.size(); ++i) REQUIRE(same_event(read.events[i], whole.events[i]));
    }
    CHECK(events_before == 80);
}

TEST_CASE("cut in a block that is larger than what is read at once") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("large");
    {
        Recorded recorded(path);
        recorded.writer->event(recorded.session.next());
        Random random(3);
        Snapshot snapshot;
        fill(random, snapshot);
        snapshot.read_errors.assign(1, std::string(3 << 20, '\0'));
        for (char& c : snapshot.read_errors[0]) c = static_cast<char>(random());
        recorded.writer->snapshot(snapshot);
        recorded.writer->end();
    }
    const std::string bytes = contents(path);
    const auto offsets = block_offsets(bytes);
    const auto large = std::ranges::adjacent_find(offsets, [](std::size_t a, std::size_t b) { return b - a > (1 << 20); });
    REQUIRE(large != offsets.end());
    for (const std::size_t kept : {std::size_t{100}, std::size_t{300'000}, std::size_t{2'000'000}}) {
        write_file(path, std::string_view(bytes).substr(0, *large + kept));
        ReadReport report;
        CHECK(read_all(path, &report).events.size() == 1);
        CHECK(report.truncated);
        REQUIRE(report.warnings.size() == 1);
        CHECK(report.warnings[0].find(std::to_string(kept) + " of ") != std::string::npos);
    }
}

TEST_CASE("the golden recording cut at every byte") {
    const TemporaryDirectory directory;
    const std::string bytes = contents(SHIMTRACE_GOLDEN "/v1/session.strec"), cut = directory.file("cut");
    write_file(cut, bytes);
    const Collected whole = read_all(cut);
    REQUIRE(whole.events.size() > 40);
    REQUIRE(whole.snapshots.size() == 2);
    std::size_t before = 0;
    for (std::size_t size = block_offsets(bytes)[1]; size < bytes.size(); ++size) {
        write_file(cut, std::string_view(bytes).substr(0, size));
        ReadReport report;
        const Collected read = read_all(cut, &report);
        CHECK(report.truncated);
        CHECK(read.events.size() >= before);
        before = read.events.size();
        REQUIRE(read.sessions.size() == 1);
        CHECK(read.sessions[0].host.name == "node");
    }
    CHECK(before == whole.events.size());
}

TEST_CASE("a flipped bit loses its block and no other") {
    const TemporaryDirectory directory;
    const std::string bytes = contents(small_recording(directory));
    const auto offsets = block_offsets(bytes);
    const Collected whole = read_all(directory.file("small"));
    const std::string broken = directory.file("broken");
    Random random(9);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
        write_file(broken, damaged);
        ReadReport report;
        const Collected read = read_all(broken, &report);
        const auto block = static_cast<std::size_t>(std::ranges::upper_bound(offsets, at) - offsets.begin() - 1);
        const std::size_t in_block = events_of_block(bytes, offsets[block]);
        std::size_t lost = 0;
        for (const Event& event : whole.events)
            lost += std::ranges::none_of(read.events,
                                         [&](const Event& other) { return same_event(by_inode(event, whole), by_inode(other, read)); });
        // Of a lost block only calls that had not returned in it come back: the block in which they return tells them again.
        CHECK(lost <= in_block);
        CHECK(lost + 16 >= in_block);
        if (in_block != 0) CHECK_FALSE(report.warnings.empty());
        CHECK(read.sessions.size() == 1);
        CHECK(read.sessions[0].host.name == "host");
        // Calls that a lost block began are told again by the block that ends them.
        for (const Event& event : read.events)
            for (const FdUse& use : event.fds) REQUIRE(read.targets.contains(use.target.value));
    }
}

TEST_CASE("since and until show what a reader of the whole would have kept, with the calls in flight") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    const auto written = record_busy(path, 200'000);
    for (const std::size_t from : {std::size_t{0}, std::size_t{150'000}, std::size_t{199'990}}) {
        ReadOptions options;
        options.since = written[from].time;
        options.until = written[std::min(from + 1000, written.size() - 1)].time;
        const Collected read = read_all(path, nullptr, options);
        std::map<std::int32_t, const Event*> in_flight;
        for (std::size_t i = 0; i < from; ++i)
            in_flight[written[i].tid.value] = written[i].kind == EventKind::syscall_enter ? &written[i] : nullptr;
        std::erase_if(in_flight, [](const auto& item) { return item.second == nullptr; });
        std::size_t expected = in_flight.size();
        for (const Event& event : written) expected += event.time >= *options.since && event.time <= *options.until;
        REQUIRE(read.events.size() == expected);
        for (std::size_t i = 0; i < in_flight.size(); ++i)
            CHECK(same_event(by_inode(read.events[i], read), as_written(*in_flight.at(read.events[i].tid.value))));
        CHECK(same_event(by_inode(read.events[in_flight.size()], read), as_written(written[from])));
        CHECK(read.tasks.size() == 16);
    }
}

TEST_CASE("since works without the index, too") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    const auto written = record_busy(path, 200'000);
    const std::string bytes = contents(path);
    const auto offsets = block_offsets(bytes);
    write_file(path, std::string_view(bytes).substr(0, offsets[offsets.size() - 3]));
    ReadOptions options;
    options.since = written[190'000].time;
    ReadReport report;
    const Collected read = read_all(path, &report, options);
    CHECK(read.events.size() >= 10'000);
    CHECK(read.events.size() <= 10'016);
    CHECK(report.truncated);
}

TEST_CASE("one process alone") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    const auto written = record_busy(path, 50'000);
    ReadOptions options;
    options.pids = {Pid{4708}};
    const Collected read = read_all(path, nullptr, options);
    const auto expected = std::ranges::count_if(written, [](const Event& event) { return event.pid == Pid{4708}; });
    CHECK(static_cast<std::ptrdiff_t>(read.events.size()) == expected);
}

TEST_CASE("one container alone: blocks that do not concern it are not even opened") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    {
        Recorded recorded(path);
        recorded.writer->task({Pid{1}, Tid{1}, "one", {}, Inode{1}, {ProcessRole::container_init, {"ns", "one"}, {}, {}}});
        recorded.writer->task({Pid{2}, Tid{2}, "two", {}, Inode{1}, {ProcessRole::container_init, {"ns", "two"}, {}, {}}});
        Random random(4);
        for (int block = 0; block < 6; ++block) {
            const auto before = recorded.writer->counts().bytes;
            for (int i = 0; i < 40; ++i) {
                Event event = any_event(random, MonotonicTime(Nanoseconds(block * 100 + i + 1)), 0);
                event.kind = EventKind::signal;
                event.pid = Pid{block % 2 == 0 ? 1 : 2};
                event.tid = leader(event.pid);
                recorded.writer->event(event);
            }
            for (int tries = 0; recorded.writer->counts().bytes == before && tries < 12'000; ++tries)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        recorded.writer->end();
    }
    std::string bytes = contents(path);
    const auto offsets = block_offsets(bytes);
    ReadOptions options;
    options.container = [](const ContainerRef& container) { return container.id == "one"; };
    const Collected whole = read_all(path);
    const Collected one = read_all(path, nullptr, options);
    CHECK(std::ranges::count(whole.events, Pid{1}, &Event::pid) == 120);
    CHECK(std::ranges::count(one.events, Pid{1}, &Event::pid) == 120);
    CHECK(one.events.size() < whole.events.size());
    // Damage in what is passed over is not met.
    std::size_t damaged = 0;
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
        const auto block = std::as_bytes(std::span(bytes)).subspan(offsets[i]);
        const auto header = parse_block_header(block.first<block_header_size>());
        if (!header->is(BlockType::events) || (header->flags & flag_defines_task) != 0) continue;
        const auto summary = decode_summary(block.subspan(block_header_size, header->summary_length));
        REQUIRE(summary);
        REQUIRE(summary->containers);
        if (std::ranges::any_of(*summary->containers, options.container)) continue;
        bytes[offsets[i + 1] - 1] ^= 1;
        ++damaged;
    }
    CHECK(damaged >= 2);
    write_file(path, bytes);
    ReadReport report;
    CHECK(read_all(path, &report, options).events.size() == one.events.size());
    CHECK(report.warnings.empty());
}

TEST_CASE("the flight recorder keeps the last, and what it keeps is whole") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    WriterOptions options;
    options.ring_bytes = 256 << 10;
    Recorded recorded(path, options);
    std::vector<Event> written;
    for (int i = 0; i < 150'000; ++i) {
        written.push_back(recorded.session.next());
        recorded.writer->event(written.back());
        if (i == 100'000) {
            recorded.writer->dump();
            for (int tries = 0; contents(path).empty() && tries < 12'000; ++tries)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    recorded.writer->end();
    CHECK(std::filesystem::file_size(path) < (512 << 10));
    const Collected first = read_all(path);
    ReadReport report;
    const Collected last = read_all(path + ".2", &report);
    CHECK(report.warnings.empty());
    REQUIRE(last.events.size() > 1000);
    CHECK(last.events.size() < 100'000);
    CHECK(same_event(by_inode(last.events.back(), last), as_written(written.back())));
    CHECK(last.tasks.size() == 16);
    CHECK(last.sessions.size() == 1);
    CHECK(first.events.back().time < last.events.back().time);
}

TEST_CASE("a full file makes room for the next, and each stands alone") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    WriterOptions options;
    options.max_bytes = 256 << 10;
    options.max_files = 3;
    const auto written = record_busy(path, 300'000, options);
    CHECK(std::filesystem::exists(path + ".1"));
    CHECK(std::filesystem::exists(path + ".2"));
    CHECK_FALSE(std::filesystem::exists(path + ".3"));
    const Collected before = read_all(path + ".1");
    ReadReport report;
    const Collected last = read_all(path, &report);
    CHECK(report.warnings.empty());
    CHECK(std::filesystem::file_size(path + ".1") < (512 << 10));
    CHECK(same_event(by_inode(last.events.back(), last), as_written(written.back())));
    CHECK(last.tasks.size() == 16);
    // Nothing is missing between the two.
    const auto entered = std::ranges::find_if(last.events, [&](const Event& event) { return event.time > before.events.back().time; });
    const auto in_whole = std::ranges::find_if(written, [&](const Event& event) { return event.time == before.events.back().time; });
    REQUIRE(entered != last.events.end());
    CHECK(same_event(by_inode(*entered, last), as_written(*(in_whole + 1))));
}

TEST_CASE("a growing file is followed to its end") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    Recorded recorded(path);
    recorded.events(100);
    Collected read;
    Result<ReadReport> report;
    std::thread follower([&] {
        ReadOptions options;
        options.follow = true;
        report = read_recording(path, options, read);
    });
    recorded.events(50'000);
    recorded.writer->end();
    follower.join();
    REQUIRE(report);
    CHECK(report->warnings.empty());
    CHECK(read.events.size() == 50'100);
}

TEST_CASE("what is lost is counted and marked") {
    const TemporaryDirectory directory;
    const std::string fifo = directory.file("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    Collected read;
    Result<ReadReport> report;
    std::atomic<bool> go{false};
    std::thread reader([&] {
        struct Slow : EventSink {
            Collected& all;
            std::atomic<bool>& go;
            Slow(Collected& collected, std::atomic<bool>& flag) : all(collected), go(flag) {}
            void event(const Event& event) override {
                while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                all.event(event);
            }
        } slow(read, go);
        report = read_recording(fifo, {}, slow);
    });
    WriterOptions options;
    options.on_overrun = OnOverrun::drop;
    options.force = true;
    Result<std::unique_ptr<Writer>> writer = fail("not yet");
    while (!writer) writer = Writer::create(fifo, options);
    BusySession session(1, 4096);
    session.define(**writer);
    std::uint64_t told = 0;
    while ((*writer)->counts().dropped < 1000) {
        (*writer)->event(session.next());
        ++told;
    }
    go = true;
    (*writer)->end();
    reader.join();
    REQUIRE(report);
    std::uint64_t lost = 0, seen = 0;
    for (const Event& event : read.events) {
        if (event.kind == EventKind::lost) {
            lost += static_cast<std::uint64_t>(event.result);
        } else {
            ++seen;
        }
    }
    CHECK(lost == (*writer)->counts().dropped);
    CHECK(lost + seen == told);
}

TEST_CASE("what a full disk does not take is counted once") {
    WriterOptions options;
    options.force = true;
    for (const std::uint64_t ring_bytes : {0U, 1U << 20}) {
        options.ring_bytes = ring_bytes;
        Recorded recorded("/dev/full", options);
        recorded.events(50'000);
        recorded.writer->end();
        CHECK(recorded.writer->failure());
        CHECK(recorded.writer->counts().events + recorded.writer->counts().dropped == 50'000);
        if (ring_bytes == 0) CHECK(recorded.writer->counts().events == 0);
    }
}

TEST_CASE("a flight recorder that finds too little room keeps the last that has some") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    WriterOptions options;
    options.ring_bytes = 1U << 20;
    Recorded recorded(path, options);
    recorded.events(49'999);
    const Event last = recorded.session.next();
    recorded.writer->event(last);

    // A file that may not grow stands for a disk that is full.
    constexpr rlim_t room = 200 << 10;
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{room, before.rlim_max};
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    recorded.writer->end();
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, handler);

    REQUIRE(recorded.writer->failure());
    CHECK(recorded.writer->failure()->number == EFBIG);
    CHECK(std::filesystem::file_size(path) > room - (room / 4));
    ReadReport report;
    const Collected kept = read_all(path, &report);
    REQUIRE_FALSE(kept.events.empty());
    CHECK(same_event(by_inode(kept.events.back(), kept), as_written(last)));
    CHECK(recorded.writer->counts().dropped == 50'000 - recorded.writer->counts().events);
    CHECK(recorded.writer->counts().events < 50'000);
    CHECK(kept.sessions.size() == 1);
}

TEST_CASE("what is no recording is told as such") {
    const TemporaryDirectory directory;
    Collected read;
    write_file(directory.file("empty"), "");
    write_file(directory.file("text"), std::string(3'000'000, 'x'));
    for (const char* name : {"empty", "text", "absent", "."}) {
        CHECK_FALSE(read_recording(directory.file(name), {}, read));
        CHECK_FALSE(looks_like_recording(directory.file(name)));
    }
    CHECK_FALSE(read_snapshots(directory.file("text")));
}

TEST_CASE("redacted: neither environment nor arguments are in the file") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("r");
    WriterOptions options;
    options.redact = true;
    auto writer = Writer::create(path, options);
    REQUIRE(writer);
    SessionInfo info;
    info.command_line = {"shimtrace", "record", "--", "mysql", "--password=hunter2"};
    (*writer)->session(info);
    Snapshot snapshot;
    Process& process = snapshot.processes.emplace_back();
    process.comm = "mysql";
    process.command_line = {"mysql", "--password=hunter2"};
    process.environment = {"TOKEN=hunter2"};
    SUBCASE("of many") {
        (*writer)->snapshot(snapshot);
        (*writer)->end();
    }
    SUBCASE("the last") {
        (*writer)->end_with(snapshot);
        CHECK(snapshot.processes.at(0).environment.size() == 1);
    }
    const auto back = read_snapshots(path);
    REQUIRE(back);
    CHECK(back->at(0).processes.at(0).environment.empty());
    CHECK(back->at(0).processes.at(0).command_line == std::vector<std::string>{"mysql"});
    CHECK(read_all(path).sessions.at(0).command_line == std::vector<std::string>{"shimtrace"});
}

namespace {

struct Stretches final : EventSink {
    void event(const Event&) override {}
    void session(const SessionInfo& info) override { told = info.scheduling; }
    void scheduling(const Scheduling& stretch) override { stretches.push_back(stretch); }
    std::vector<Scheduling> stretches;
    bool told = false;
};

}  // namespace

TEST_CASE("what the scheduler did stands in blocks of its own, which a window of time passes over") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("recording");
    auto writer = Writer::create(path, {});
    REQUIRE(writer);
    (*writer)->session(SessionInfo{.scheduling = true});
    Scheduling stretch{.first = MonotonicTime(std::chrono::seconds(10))};
    stretch.events = {{.cpu = 1, .from = Tid{4}, .to = Tid{5}, .state = 2, .from_priority = 120, .to_priority = -1},
                      {.waking = true, .cpu = 0, .after = std::chrono::milliseconds(3), .from = Tid{5}, .to = Tid{4}, .target_cpu = 7}};
    stretch.tasks = {{Tid{4}, Pid{3}, "worker"}, {Tid{5}, Pid{}, "x"}};
    stretch.lost = 2;
    (*writer)->scheduling(stretch);
    stretch.first += std::chrono::seconds(10);
    (*writer)->scheduling(stretch);
    (*writer)->end();

    Stretches all;
    const auto report = read_recording(path, {}, all);
    REQUIRE(report);
    CHECK(report->warnings.empty());
    CHECK(all.told);
    REQUIRE(all.stretches.size() == 2);
    CHECK(same(all.stretches[1], stretch));
    Stretches late;
    REQUIRE(read_recording(path, {.since = MonotonicTime(std::chrono::seconds(15))}, late));
    CHECK(late.stretches.size() == 1);
}
