#include "tracer/recording/event_codec.hpp"

#include "tests/unit/tracer/recording/synthetic.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::recording;
using namespace shimtrace::recording::test;

namespace {

struct Visited : BlockVisitor {
    std::map<std::uint32_t, OpenFile> targets;
    std::map<std::int32_t, TaskInfo> tasks;
    std::vector<Event> events, repeated;
    bool undefined_target = false;

    void target(OpenFileId id, std::span<const std::byte> message) override { targets[id.value] = read_message<OpenFile>(message).value(); }
    void task(std::span<const std::byte> message) override {
        const auto value = read_message<TaskInfo>(message).value();
        tasks[value.tid.value] = value;
    }
    void event(Event& value, bool is_repeated) override {
        for (const FdUse& use : value.fds)
            if (!targets.contains(use.target.value)) undefined_target = true;
        (is_repeated ? repeated : events).push_back(value);
    }
};

Visited visit(const EncodedBlock& block) {
    const std::span bytes(block.bytes);
    const auto header = parse_block_header(bytes.first<block_header_size>());
    REQUIRE(header);
    BlockOpener opener;
    const auto payload = opener.open(*header, bytes.subspan(block_header_size + header->summary_length));
    REQUIRE(payload);
    Visited visited;
    REQUIRE(decode_events(*payload, visited));
    return visited;
}

}  // namespace

TEST_CASE("every field of every kind of event survives") {
    Random random(11);
    EventEncoder encoder;
    BlockMaker maker;
    MonotonicTime now{Nanoseconds(1'000'000)};
    for (std::uint32_t id = 1; id <= 10; ++id) {
        OpenFile target;
        fill(random, target);
        encoder.define_target(OpenFileId{id}, target);
    }
    std::size_t blocks = 0;
    std::vector<Event> written;
    const auto finish = [&] {
        const Visited visited = visit(compress(encoder.seal(), maker));
        REQUIRE(visited.events.size() == written.size());
        for (std::size_t i = 0; i < written.size(); ++i) REQUIRE(same_event(visited.events[i], written[i]));
        CHECK_FALSE(visited.undefined_target);
        written.clear();
        ++blocks;
    };
    for (int i = 0; i < 20000; ++i) {
        now += Nanoseconds(random() % 100000);
        Event event = any_event(random, now, 10);
        written.push_back(event);
        encoder.add(event);
        if (encoder.full()) finish();
    }
    finish();
    CHECK(blocks > 3);
}

TEST_CASE("numbers at the ends of their ranges survive") {
    EventEncoder encoder;
    BlockMaker maker;
    std::vector<Event> written;
    for (const std::int64_t extreme :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0}, std::numeric_limits<std::int64_t>::max()})
        for (const EventKind kind : {EventKind::syscall_enter, EventKind::syscall_exit, EventKind::signal}) {
            Event event;
            event.kind = kind;
            event.tid = Tid{static_cast<std::int32_t>(extreme)};
            event.pid = Pid{static_cast<std::int32_t>(extreme >> 32)};
            event.time = MonotonicTime(Nanoseconds(extreme));
            event.since = MonotonicTime(Nanoseconds(~extreme));
            event.number = event.result = extreme;
            event.args.fill(static_cast<std::uint64_t>(extreme));
            event.system_time = Nanoseconds(extreme);
            written.push_back(event);
            encoder.add(event);
        }
    const Visited visited = visit(compress(encoder.seal(), maker));
    REQUIRE(visited.events.size() == written.size());
    for (std::size_t i = 0; i < written.size(); ++i) CHECK(same_event(visited.events[i], written[i]));
}

TEST_CASE("each block tells the calls in flight, the tasks and the targets that it uses") {
    EventEncoder encoder;
    BlockMaker maker;
    encoder.define_task({Pid{7}, Tid{7}, "sh", {}, {}, {}});
    OpenFile target;
    target.path = "/tmp/x";
    encoder.define_target(OpenFileId{1}, target);
    Event enter;
    enter.kind = EventKind::syscall_enter;
    enter.pid = Pid{7};
    enter.tid = Tid{7};
    enter.number = 0;
    enter.time = MonotonicTime(Nanoseconds(100));
    enter.fds.push_back({Fd{3}, OpenFileId{1}});
    Event copy = enter;
    encoder.add(copy);
    compress(encoder.seal(), maker);

    Event exit;
    exit.kind = EventKind::syscall_exit;
    exit.pid = Pid{7};
    exit.tid = Tid{7};
    exit.number = 0;
    exit.result = 5;
    exit.time = MonotonicTime(Nanoseconds(900));
    copy = exit;
    encoder.add(copy);
    const Visited second = visit(compress(encoder.seal(), maker));
    REQUIRE(second.repeated.size() == 1);
    CHECK(same_event(second.repeated[0], enter));
    REQUIRE(second.events.size() == 1);
    CHECK(same_event(second.events[0], exit));
    CHECK(second.tasks.at(7).comm == "sh");
    CHECK(second.targets.at(1).path == "/tmp/x");

    // The call has returned: nothing of it is told again.
    copy = exit;
    copy.kind = EventKind::signal;
    encoder.add(copy);
    CHECK(visit(compress(encoder.seal(), maker)).repeated.empty());
}

TEST_CASE("a busy session costs less than 12 bytes an event") {
    for (const std::size_t payload : {std::size_t{0}, std::size_t{32}}) {
        BusySession session(1, payload);
        EventEncoder encoder;
        BlockMaker maker;
        std::size_t bytes = 0;
        constexpr std::size_t count = 200'000;
        for (std::size_t i = 0; i < count; ++i) {
            encoder.add(session.next());
            if (encoder.full()) bytes += compress(encoder.seal(), maker).bytes.size();
        }
        bytes += compress(encoder.seal(), maker).bytes.size();
        const double per_event = static_cast<double>(bytes) / count;
        MESSAGE("payload ", payload, ": ", per_event, " bytes an event");
        CHECK(per_event < 12);
    }
}

TEST_CASE("bytes that are no block end in an error and nothing worse") {
    Random random(5);
    EventEncoder encoder;
    MonotonicTime now{Nanoseconds(1'000'000)};
    for (int i = 0; i < 200; ++i) {
        Event event = any_event(random, now += Nanoseconds(50), 0);
        encoder.add(event);
    }
    BlockMaker maker;
    const EncodedBlock block = compress(encoder.seal(), maker);
    const std::span bytes(block.bytes);
    const auto header = parse_block_header(bytes.first<block_header_size>());
    BlockOpener opener;
    const auto payload = opener.open(*header, bytes.subspan(block_header_size + header->summary_length));
    const Bytes whole(payload->begin(), payload->end());
    struct Ignore : BlockVisitor {
        void target(OpenFileId, std::span<const std::byte>) override {}
        void task(std::span<const std::byte>) override {}
        void event(Event&, bool) override {}
    } ignore;
    for (std::size_t length = 0; length < whole.size(); length += 7) CHECK_FALSE(decode_events(std::span(whole).first(length), ignore));
    for (int i = 0; i < 5000; ++i) {
        Bytes broken = whole;
        for (int flips = 0; flips < 3; ++flips) broken[random() % broken.size()] = static_cast<std::byte>(random());
        (void)decode_events(broken, ignore);
    }
}
