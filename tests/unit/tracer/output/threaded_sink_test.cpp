#include "tracer/output/threaded_sink.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>

using namespace shimtrace;
using namespace shimtrace::output;
using namespace std::chrono_literals;

namespace {

/// Writes down what it is told, one word a call.
struct Diary : EventSink {
    std::vector<std::string> words;
    Nanoseconds pace{};
    std::atomic<std::size_t> idles{0};
    std::thread::id thread;

    void session(const SessionInfo& info) override { words.push_back("session " + info.writer); }
    void target(OpenFileId id, const OpenFile& target) override { words.push_back("target " + std::to_string(id.value) + target.path); }
    void task(const TaskInfo& task) override { words.push_back("task " + task.comm); }
    void snapshot(const Snapshot&) override { words.push_back("snapshot"); }
    void idle() override { ++idles; }
    void end() override { words.push_back("end"); }
    void event(const Event& event) override {
        thread = std::this_thread::get_id();
        if (pace > 0ns) std::this_thread::sleep_for(pace);
        words.push_back("event " + std::to_string(event.number) + " " + std::to_string(event.memory.bytes().size()));
    }
};

Event numbered(std::int64_t number, std::size_t bytes = 0) {
    Event event;
    event.kind = EventKind::syscall_enter;
    event.number = number;
    const std::vector<std::byte> content(bytes);
    if (bytes != 0) event.memory.add(RemoteAddress{1}, content);
    return event;
}

}  // namespace

TEST_CASE("a deferred sink is told everything, in order, by another thread") {
    Diary told, expected;
    {
        ThreadedSink deferred(told);
        for (EventSink* sink : {static_cast<EventSink*>(&deferred), static_cast<EventSink*>(&expected)}) {
            sink->session(SessionInfo{.writer = "w"});
            for (int i = 0; i < 100'000; ++i) {
                if (i % 1000 == 0) sink->target(OpenFileId{static_cast<std::uint32_t>(i + 1)}, OpenFile{.path = "/p"});
                if (i % 3000 == 0) sink->task(TaskInfo{.comm = "c" + std::to_string(i)});
                sink->event(numbered(i, static_cast<std::size_t>(i % 7)));
            }
            sink->snapshot(Snapshot{});
            sink->end();
        }
    }
    CHECK(told.words == expected.words);
    CHECK(told.thread != std::this_thread::get_id());
}

TEST_CASE("what was put reaches the sink soon, without an end") {
    Diary told;
    ThreadedSink deferred(told);
    for (std::size_t round = 1; round <= 3; ++round) {
        deferred.event(numbered(1));
        deferred.idle();
        for (int i = 0; i < 30'000 && told.idles < round; ++i) std::this_thread::sleep_for(1ms);
        CHECK(told.idles == round);
        std::this_thread::sleep_for(10ms);  // it sleeps by then
    }
}

TEST_CASE("a slow sink holds its producer up instead of filling the memory, and misses nothing") {
    Diary told;
    told.pace = 100us;
    ThreadedSink deferred(told);
    constexpr std::size_t size = 64U << 10, count = 1000;  // 64 MB in all
    for (std::size_t i = 0; i < count; ++i) deferred.event(numbered(static_cast<std::int64_t>(i), size));
    deferred.end();
    REQUIRE(told.words.size() == count + 1);
    CHECK(told.words[count - 1] == "event 999 65536");
    CHECK(told.words.back() == "end");
}

TEST_CASE("without an end, a deferred sink still passes on what it has") {
    Diary told;
    {
        ThreadedSink deferred(told);
        deferred.event(numbered(7));
    }
    CHECK(told.words == std::vector<std::string>{"event 7 0"});
}
