#include "decoders/messages/ttrpc/stream.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::ttrpc;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::string frame(std::uint32_t stream, std::uint8_t type, std::string_view payload, std::uint8_t flags = 0) {
    std::string text;
    for (const std::uint32_t number : {static_cast<std::uint32_t>(payload.size()), stream}) {
        for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> static_cast<unsigned>(shift));
    }
    text += static_cast<char>(type);
    text += static_cast<char>(flags);
    return text.append(payload);
}

/// A length-delimited field of at most 127 bytes, and a small number.
std::string field(int number, std::string_view value) {
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(value.size())}.append(value);
}
std::string field(int number, int value) {
    return {static_cast<char>(number << 3), static_cast<char>(value)};
}

std::string request(std::uint32_t stream, std::string_view method, std::string_view payload) {
    return frame(stream, 1, field(1, "containerd.task.v2.Task") + field(2, method) + field(3, payload));
}

const std::string kill_request = request(7, "Kill", field(1, "c1") + field(3, 9));
const std::string ok_reply = frame(7, 2, "");

MonotonicTime at(std::int64_t us) {
    return MonotonicTime(std::chrono::microseconds(us));
}

struct Captured {
    std::string connection;
    Direction direction;
    std::string bytes;
};

/// What strace saw a real shim read and write while ctr asked for: exec, pause, resume, kill.
std::vector<Captured> captured(const std::string& name) {
    std::ifstream file(std::string(SHIMTRACE_TEST_DATA) + "/captured/" + name);
    REQUIRE(file.good());
    std::vector<Captured> all;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string connection, direction, hex, text;
        words >> connection >> direction >> hex;
        for (std::size_t n = 0; n + 1 < hex.size(); n += 2) text += static_cast<char>(std::stoi(hex.substr(n, 2), nullptr, 16));
        all.push_back({connection, direction == "read" ? Direction::read : Direction::written, text});
    }
    return all;
}

std::vector<Message> replayed(const std::vector<Captured>& all) {
    std::map<std::string, Connection> connections;
    std::vector<Message> messages;
    std::int64_t now = 0;
    for (const Captured& each : all) {
        for (Message& message : connections[each.connection].feed(each.direction, bytes(each.bytes), at(now += 100)))
            messages.push_back(std::move(message));
    }
    return messages;
}

}  // namespace

TEST_CASE("a call and its reply, with the time between") {
    Connection connection;
    const auto call = connection.feed(Direction::read, bytes(kill_request), at(1000));
    REQUIRE(call.size() == 1);
    CHECK(render(call[0]) == "ttrpc → #7 Task.Kill{id:\"c1\" signal:9}");
    REQUIRE(connection.in_flight().size() == 1);
    CHECK(connection.in_flight()[0].id == "c1");
    CHECK(connection.in_flight()[0].text == "Task.Kill{id:\"c1\" signal:9}");
    const auto reply = connection.feed(Direction::written, bytes(ok_reply), at(2200));
    REQUIRE(reply.size() == 1);
    CHECK(render(reply[0]) == "ttrpc ← #7 ok 1.2ms");
    CHECK(reply[0].method == "Kill");
    CHECK(connection.in_flight().empty());
}

TEST_CASE("an error reply is named") {
    Connection connection;
    const std::string status = field(1, 5) + field(2, "process \"x\"\x1b[0m does not exist");
    const auto reply = connection.feed(Direction::written, bytes(frame(9, 2, field(1, status))), at(0));
    REQUIRE(reply.size() == 1);
    CHECK(reply[0].status == 5);
    CHECK(render(reply[0]) == "ttrpc ← #9 NOT_FOUND \"process \\\"x\\\"\\x1b[0m does not exist\"");
}

TEST_CASE("frames split at every place, and merged, are the same messages") {
    const std::string all = kill_request + request(9, "State", field(1, "c1")) + request(11, "Wait", field(1, "c1"));
    for (std::size_t step = 1; step <= all.size(); ++step) {
        Connection connection;
        std::vector<std::string> methods;
        for (std::size_t from = 0; from < all.size(); from += step) {
            for (const Message& message : connection.feed(Direction::read, bytes(std::string_view(all).substr(from, step)), at(0))) {
                CHECK(message.trouble.empty());
                methods.push_back(message.method);
            }
        }
        CHECK(methods == std::vector<std::string>{"Kill", "State", "Wait"});
    }
}

TEST_CASE("begun in the middle: what is no whole frame is said and passed over") {
    for (std::size_t from = 1; from < kill_request.size(); ++from) {
        Connection connection;
        const std::string text = kill_request.substr(from) + request(9, "State", field(1, "c1")) + request(11, "Pids", field(1, "c1"));
        const auto messages = connection.feed(Direction::read, bytes(text), at(0));
        CAPTURE(from);
        REQUIRE(!messages.empty());
        CHECK(messages.back().method == "Pids");
        CHECK(!messages.front().trouble.empty());
    }
}

TEST_CASE("an oversized frame is said, and the stream found again") {
    Connection connection;
    std::string huge = frame(5, 1, "");
    huge[0] = '\x7f';
    const auto messages = connection.feed(Direction::read, bytes(huge + "\x0a\x03xyz" + kill_request), at(0));
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].trouble.find("ttrpc allows") != std::string::npos);
    CHECK(messages[2].method == "Kill");
}

TEST_CASE("a payload that was not captured to its end is decoded as far as it goes, and the next frame is found") {
    Connection connection;
    const std::string big = request(7, "Create", field(1, "c1") + field(2, "/bundle") + field(5, "/in") + field(6, "/out"));
    for (std::size_t kept = Framing::header_size; kept < big.size(); ++kept) {
        CAPTURE(kept);
        auto messages = connection.feed(Direction::read, bytes(std::string_view(big).substr(0, kept)), at(0), big.size() - kept);
        REQUIRE(messages.size() == 1);
        CHECK(messages[0].cut);
        CHECK(messages[0].error.empty());
        messages = connection.feed(Direction::read, bytes(kill_request), at(0));
        REQUIRE(messages.size() == 1);
        CHECK(messages[0].method == "Kill");
    }
    // Cut in one read, with the rest of the frame in the next.
    auto messages = connection.feed(Direction::read, bytes(std::string_view(big).substr(0, 40)), at(0), 10);
    CHECK(messages.size() == 1);
    messages = connection.feed(Direction::read, bytes(big.substr(50) + kill_request), at(0));
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].method == "Kill");
    // More missing than the frame: nobody knows where the next one begins, until one is seen.
    connection.feed(Direction::read, bytes(std::string_view(big).substr(0, 40)), at(0), 500);
    messages = connection.feed(Direction::read, bytes("gap" + kill_request), at(0));
    REQUIRE(!messages.empty());
    CHECK(messages.back().method == "Kill");
}

TEST_CASE("hostile payloads are bounded, and said to be broken") {
    Connection connection;
    const auto broken = connection.feed(Direction::read, bytes(frame(1, 1, field(1, "a.Task") + field(2, "Kill") + "\x1a\x7f")), at(0));
    REQUIRE(broken.size() == 1);
    CHECK(!broken[0].error.empty());
    // A boolean's tag at the very end, with no byte for its value behind it.
    CHECK(!decode(std::string("\x0a\x01x\x20", 4), *find_method("Task", "Kill")->request).error.empty());
    std::string nested = "x";
    for (int n = 0; n < 30; ++n) nested = field(1, nested);
    const auto deep = decode(nested, *find_method("x.Events", "Forward")->request);
    CHECK(deep.fields.size() == 1);
    std::string many;
    for (int n = 0; n < 100'000; ++n) many += field(9, 1);
    CHECK(decode(many, request_schema).fields.size() <= 1000);
    const auto named = connection.feed(Direction::read, bytes(frame(3, 1, field(1, "evil\x1b.\x1b[2J") + field(2, "x\ny"))), at(0));
    REQUIRE(named.size() == 1);
    CHECK(render(named[0]).find('\x1b') == std::string::npos);
    CHECK(render(named[0]).find('\n') == std::string::npos);
}

TEST_CASE("what real shims of three generations said") {
    for (const std::string& name : {std::string("shim-1.6.txt"), std::string("shim-1.7.txt"), std::string("shim-2.x.txt")}) {
        CAPTURE(name);
        const auto messages = replayed(captured(name));
        std::string all;
        for (const Message& message : messages) {
            CHECK(message.trouble.empty());
            CHECK(message.error.empty());
            all += render(message) + "\n";
        }
        CAPTURE(all);
        const std::string version = name == "shim-2.x.txt" ? "containerd.task.v3.Task" : "containerd.task.v2.Task";
        CHECK(std::ranges::any_of(messages, [&](const Message& message) { return message.service == version; }));
        const auto has = [&](std::string_view text) { return all.find(text) != std::string::npos; };
        CHECK(has("Task.Exec{id:\"s"));
        CHECK(has("exec_id:\"q1\" stdin:\"/run/containerd/fifo/"));
        CHECK(has("spec:Process<"));
        CHECK(has("Task.Start{id:\"s"));
        CHECK(has("ok{pid:"));
        CHECK(has("Task.Wait{"));
        CHECK(has("Task.Pause{id:"));
        CHECK(has("signal:9"));
        CHECK(has("status:PAUSED"));
        CHECK(has("Events.Forward{envelope:{timestamp:2026-"));
        CHECK(has("topic:\"/tasks/exit\" event:TaskExit{container_id:\"s"));
        CHECK(has("exit_status:137"));
    }
}

TEST_CASE("a captured session cut into single bytes, or begun anywhere, neither crashes nor loses its end") {
    const auto all = captured("shim-1.6.txt");
    std::string read;
    for (const Captured& each : all) {
        if (each.connection == "shim" && each.direction == Direction::read) read += each.bytes;
    }
    Connection whole;
    const auto expected = whole.feed(Direction::read, bytes(read), at(0));
    Connection single;
    std::size_t count = 0;
    for (const char c : read) count += single.feed(Direction::read, bytes(std::string_view(&c, 1)), at(0)).size();
    CHECK(count == expected.size());
    for (std::size_t from = 1; from < read.size(); from += 7) {
        Connection later;
        const auto messages = later.feed(Direction::read, bytes(std::string_view(read).substr(from)), at(0));
        if (!messages.empty() && read.size() - from > 200) CHECK(messages.back().trouble.empty());
    }
}
