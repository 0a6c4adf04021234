#include "tracer/output/threaded_writer.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <string>

using namespace shimtrace;
using namespace shimtrace::output;
using namespace std::chrono_literals;

namespace {

/// Writes nothing until it is let.
class StuckWriter final : public LineWriter {
public:
    StuckWriter(std::string& text, std::latch& let, std::atomic<int>* writes = nullptr) : text_(text), let_(let), writes_(writes) {}
    void write(Tid, std::string_view text) override {
        let_.wait();
        text_ += text;
        if (writes_ != nullptr) ++*writes_;
    }
    void flush() override {}

private:
    std::string& text_;
    std::latch& let_;
    std::atomic<int>* writes_;
};

std::string lost(std::uint64_t lines) {
    return fmt::format("({} lost)\n", lines);
}

constexpr ThreadedWriter::Options tight{.most_waiting = 1000, .patience = 1ms};

/// "line 7\n", as long as the others.
std::string line(int number) {
    return fmt::format("line {:04}\n", number);
}

}  // namespace

TEST_CASE("a writer aside passes everything on, in order") {
    std::string text, expected;
    std::latch let(0);
    {
        ThreadedWriter writer(std::make_unique<StuckWriter>(text, let), lost);
        for (int i = 0; i < 100'000; ++i) {
            writer.write({}, line(i));
            if (i % 1000 == 0) writer.flush();
            expected += line(i);
        }
    }
    CHECK(text == expected);
}

TEST_CASE("who writes does not wait for who reads: whole lines are lost, and told of") {
    std::string text;
    std::latch let(1);
    ThreadedWriter writer(std::make_unique<StuckWriter>(text, let), lost, tight);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i) {
        writer.write({}, line(i).substr(0, 4));
        writer.flush();
        writer.write({}, line(i).substr(4));
        writer.flush();
    }
    CHECK(std::chrono::steady_clock::now() - start < 30s);
    let.count_down();
    writer.finish();

    std::uint64_t told = 0, shown = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        REQUIRE(end != std::string::npos);
        const std::string one = text.substr(at, end + 1 - at);
        at = end + 1;
        if (one.starts_with('('))
            told += std::stoull(one.substr(1));
        else if (one == line(static_cast<int>(shown)))
            ++shown;
        else
            CHECK(one == "line\n");  // cut where losing began
    }
    CHECK(shown > 10);
    CHECK(told > 100);
    CHECK(told + shown == 1000);
}

TEST_CASE("lines are kept again once there is room") {
    std::string text;
    std::latch let(1);
    std::atomic<int> writes = 0;
    ThreadedWriter writer(std::make_unique<StuckWriter>(text, let, &writes), lost, tight);
    for (int i = 0; i < 500; ++i) {
        writer.write({}, line(i));
        writer.flush();
    }
    let.count_down();
    // What it was at, what waited, what follows upon the room that this made.
    const auto end = std::chrono::steady_clock::now() + 60s;
    for (int i = 0; (i < 500 || writes < 4) && std::chrono::steady_clock::now() < end; ++i) {
        writer.write({}, "again\n");
        writer.flush();
        if (i % 10 == 0) std::this_thread::sleep_for(1ms);
    }
    writer.finish();
    CHECK(text.find("lost)\nagain\n") != std::string::npos);
    CHECK(text.ends_with("again\n"));
}
