#include "tracer/procfs/scheduler_events.hpp"

#include <doctest/doctest.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

using namespace shimtrace;
using namespace shimtrace::host;
using namespace std::chrono_literals;

TEST_CASE("where a tracepoint's fields lie") {
    constexpr std::string_view format =
        "name: sched_waking\nID: 312\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
        "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n\n"
        "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n"
        "\tfield:int target_cpu;\toffset:32;\tsize:4;\tsigned:1;\n\nprint fmt: \"comm=%s pid=%d\", REC->comm, REC->pid\n";
    const auto comm = parse_record_field(format, "comm");
    REQUIRE(comm);
    CHECK(comm->offset == 8);
    CHECK(comm->size == 16);
    CHECK(parse_record_field(format, "pid")->offset == 24);
    CHECK(parse_record_field(format, "target_cpu")->offset == 32);
    CHECK_FALSE(parse_record_field(format, "cpu"));
    CHECK_FALSE(parse_record_field("", "pid"));
    CHECK_FALSE(parse_record_field("field:pid_t pid;", "pid"));
}

TEST_CASE("who woke a thread is told, and where it ran") {
    const auto events = SchedulerEvents::open();
    if (!events) {
        MESSAGE("skipped: " << events.error().message());
        return;
    }
    const Tid self{static_cast<std::int32_t>(::syscall(SYS_gettid))};
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    // Again and again: a reader that comes late finds its byte there and isn't woken, and on a busy host a ring loses some.
    std::atomic<std::int32_t> other = 0;
    std::atomic<bool> enough = false;
    std::thread writer([&] {
        other = static_cast<std::int32_t>(::syscall(SYS_gettid));
        while (!enough && ::write(ends[1], "x", 1) == 1) std::this_thread::sleep_for(5ms);
    });
    bool woken = false, slept = false, ran = false, named = false;
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < end && !(woken && slept && ran && named)) {
        std::array<char, 4096> bytes{};
        if (::read(ends[0], bytes.data(), bytes.size()) <= 0) break;
        const auto stretch = (*events)->read();
        if (!stretch) continue;
        CHECK(std::ranges::is_sorted(stretch->events, {}, &SchedulingEvent::after));
        for (const SchedulingEvent& event : stretch->events) {
            woken |= event.waking && event.from == Tid{other} && event.to == self;
            slept |= !event.waking && event.from == self && event.state != 0;
            ran |= !event.waking && event.to == self;
        }
        named |=
            std::ranges::any_of(stretch->tasks, [&](const ScheduledTask& task) { return task.tid == self && task.pid == Pid{::getpid()}; });
    }
    enough = true;
    writer.join();
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(woken);
    CHECK(slept);
    CHECK(ran);
    CHECK(named);
}
