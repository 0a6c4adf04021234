#include "decoders/messages/grpc/stream.hpp"

#include <doctest/doctest.h>

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::grpc;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::string frame(FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
    std::string text;
    for (const int shift : {16, 8, 0}) text += static_cast<char>(payload.size() >> static_cast<unsigned>(shift));
    text += static_cast<char>(type);
    text += static_cast<char>(flags);
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(stream >> static_cast<unsigned>(shift));
    return text.append(payload);
}

/// One end's header blocks, compressed as a real peer would.
/// A block depends on those before it: calls are made one after the other, never in one expression.
class Sender {
public:
    Sender() { REQUIRE(nghttp2_hd_deflate_new(&state_, 4096) == 0); }
    ~Sender() { nghttp2_hd_deflate_del(state_); }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    std::string block(std::vector<std::pair<std::string, std::string>> headers) {
        std::vector<nghttp2_nv> list;
        for (auto& [name, value] : headers)
            list.push_back({reinterpret_cast<std::uint8_t*>(name.data()), reinterpret_cast<std::uint8_t*>(value.data()), name.size(),
                            value.size(), NGHTTP2_NV_FLAG_NONE});
        std::string out(4096, '\0');
        const auto used = nghttp2_hd_deflate_hd(state_, reinterpret_cast<std::uint8_t*>(out.data()), out.size(), list.data(), list.size());
        REQUIRE(used > 0);
        out.resize(static_cast<std::size_t>(used));
        return out;
    }
    /// As grpc-go sends it: a path goes into the table the first time, and is an index into it from then on (RFC 7541, 6.1 and 6.2.1).
    std::string call(std::uint32_t stream, const std::string& path, std::string_view body) {
        std::string headers = "\x83\x86";  // :method: POST, :scheme: http
        const auto known = std::ranges::find(paths_, path);
        if (known != paths_.end()) {
            headers += static_cast<char>(0x80 + 62 + (known - paths_.begin()));
        } else {
            headers += "\x44" + std::string(1, static_cast<char>(path.size())) + path;
            paths_.insert(paths_.begin(), path);
        }
        return frame(FrameType::headers, end_headers, stream, headers) + frame(FrameType::data, end_stream, stream, body);
    }
    std::string reply(std::uint32_t stream, std::string_view body, const std::string& status, const std::string& message = "") {
        const std::string head = block({{":status", "200"}, {"content-type", "application/grpc"}});
        const std::string trailers = block({{"grpc-status", status}, {"grpc-message", message}});
        return frame(FrameType::headers, end_headers, stream, head) + frame(FrameType::data, 0, stream, body) +
               frame(FrameType::headers, end_headers | end_stream, stream, trailers);
    }

private:
    nghttp2_hd_deflater* state_ = nullptr;
    std::vector<std::string> paths_;  ///< newest first
};

/// gRPC's prefix and a message.
std::string message(std::string_view bytes) {
    std::string text(1, '\0');
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(bytes.size() >> static_cast<unsigned>(shift));
    return text.append(bytes);
}
std::string field(int number, std::string_view value) {
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(value.size())}.append(value);
}
std::string field(int number, int value) {
    return {static_cast<char>(number << 3), static_cast<char>(value)};
}

MonotonicTime at(std::int64_t us) {
    return MonotonicTime(std::chrono::microseconds(us));
}

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const std::string stop_path = "/runtime.v1.RuntimeService/StopContainer";
const std::string stop_request = message(field(1, "c1") + field(2, 30));

std::vector<std::string> lines(const std::vector<Message>& messages) {
    std::vector<std::string> all;
    for (const Message& one : messages) all.push_back(render(one));
    return all;
}

}  // namespace

TEST_CASE("a call and its reply are lines with the fields that matter, the status and the time") {
    Sender client, server;
    Connection connection;
    const auto calls = connection.feed(
        Direction::written, bytes(std::string(preface) + frame(FrameType::settings, 0, 0, "") + client.call(1, stop_path, stop_request)),
        at(1000));
    CHECK(lines(calls) == std::vector<std::string>{R"(grpc → #1 runtime.v1.RuntimeService/StopContainer{container_id:"c1" timeout:30})"});
    REQUIRE(connection.in_flight().size() == 1);
    CHECK(connection.in_flight()[0].path == "runtime.v1.RuntimeService/StopContainer");
    const auto replies = connection.feed(Direction::read, bytes(server.reply(1, message(""), "0")), at(2200));
    CHECK(lines(replies) == std::vector<std::string>{"grpc ← #1 ok 1.2ms"});
    CHECK(connection.in_flight().empty());
}

TEST_CASE("an error tells its name and its words, percent-decoded") {
    Sender client, server;
    Connection connection;
    connection.feed(Direction::read,
                    bytes(std::string(preface) + client.call(3, "/containerd.services.tasks.v1.Tasks/Get", message(field(1, "x")))), at(0));
    const auto reply = frame(FrameType::headers, end_headers | end_stream, 3,
                             server.block({{":status", "200"}, {"grpc-status", "5"}, {"grpc-message", "no task%3A x"}}));
    CHECK(lines(connection.feed(Direction::written, bytes(reply), at(310))) ==
          std::vector<std::string>{R"(grpc ← #3 NOT_FOUND "no task: x" 310us)"});
}

TEST_CASE("a connection that is joined late says which path it did not see, and learns those that come new") {
    Sender client, server;
    client.call(1, stop_path, stop_request);  // before anybody looked: the path is in the table now
    client.call(3, stop_path, stop_request);
    Connection connection;
    CHECK(lines(connection.feed(Direction::written, bytes(client.call(5, stop_path, stop_request)), at(0))) ==
          std::vector<std::string>{R"(grpc → #5 <path not seen>{#1:"c1" #2:30})"});
    CHECK(lines(connection.feed(Direction::read, bytes(server.reply(5, message(""), "0")), at(1000))) ==
          std::vector<std::string>{"grpc ← #5 ok 1.0ms"});
    const std::string pull = "/runtime.v1.ImageService/PullImage";
    for (const std::uint32_t stream : {7U, 9U}) {
        const auto calls = lines(connection.feed(
            Direction::written, bytes(client.call(stream, pull, message(field(1, field(1, "busybox")) + field(2, "user and password")))),
            at(0)));
        REQUIRE(calls.size() == 1);
        CHECK(calls[0] == "grpc → #" + std::to_string(stream) +
                              R"( runtime.v1.ImageService/PullImage{image:{image:"busybox"} auth:<17 bytes, not shown>})");
    }
}

TEST_CASE("however the bytes are split, the lines are the same") {
    Sender client, server;
    std::string there = std::string(preface) + client.call(1, stop_path, stop_request);
    there += client.call(3, stop_path, stop_request);
    std::string back = server.reply(1, message(""), "0");
    back += server.reply(3, message(""), "2", "it is gone");
    std::vector<std::string> whole;
    for (const std::size_t step : {there.size(), std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
        Connection connection;
        std::vector<std::string> seen;
        const auto feed = [&](Direction direction, const std::string& text) {
            for (std::size_t from = 0; from < text.size(); from += step)
                for (auto& line : lines(connection.feed(direction, bytes(std::string_view(text).substr(from, step)), at(0))))
                    seen.push_back(line);
        };
        feed(Direction::written, there);
        feed(Direction::read, back);
        if (whole.empty()) whole = seen;
        CHECK(seen.size() == 4);
        CHECK(seen == whole);
    }
}

TEST_CASE("a stream of messages is counted, and a call that is given up says so") {
    Sender client, server;
    Connection connection;
    const std::string watch = client.call(1, "/a.B/Watch", message("")), slow = client.call(3, "/a.B/Slow", message(""));
    connection.feed(Direction::written, bytes(std::string(preface) + watch + slow), at(0));
    const std::string three = message("abc") + message("") + message("de");
    const auto replies = lines(connection.feed(Direction::read, bytes(server.reply(1, three, "0")), at(1000)));
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].find("3 messages 1.0ms") != std::string::npos);
    CHECK(lines(connection.feed(Direction::written, bytes(frame(FrameType::reset_stream, 0, 3, std::string("\0\0\0\x08", 4))), at(2000))) ==
          std::vector<std::string>{"grpc ← #3 given up: CANCEL 2.0ms"});
    CHECK(connection.in_flight().empty());
}

TEST_CASE("bytes that were not captured cost the messages they belong to, and no others") {
    Sender client;
    Connection connection;
    const std::string large = client.call(1, "/a.B/Put", message(std::string(300, 'x')));
    const std::size_t kept = large.size() - 200;
    connection.feed(Direction::written, bytes(std::string(preface) + large.substr(0, kept)), at(0), 200);
    const auto next = lines(connection.feed(Direction::written, bytes(client.call(3, stop_path, stop_request)), at(0)));
    REQUIRE(next.size() == 1);
    CHECK(next[0].find("StopContainer{container_id:\"c1\"") != std::string::npos);
}

TEST_CASE("garbage is trouble in words, and what follows is read again") {
    Sender client;
    Connection connection;
    std::vector<std::string> seen;
    const std::string garbage(100, '\xEE');
    const std::string first = client.call(1, stop_path, stop_request), second = client.call(3, stop_path, stop_request);
    for (const std::string& text : {garbage, first, second})
        for (auto& line : lines(connection.feed(Direction::written, bytes(text), at(0)))) seen.push_back(line);
    REQUIRE(!seen.empty());
    CHECK(seen.front() == "grpc ? 100 bytes of no whole frame");
    CHECK(connection.in_flight().size() == 2);
}

TEST_CASE("the services that containerd 2.2 and later have, by the names of their fields") {
    Sender client;
    Connection connection;
    connection.feed(Direction::written, bytes(std::string(preface)), at(0));
    const auto said = [&](std::uint32_t stream, const std::string& path, std::string_view body) {
        return lines(connection.feed(Direction::written, bytes(client.call(stream, path, message(body))), at(1000)));
    };
    CHECK(said(1, "/containerd.services.mounts.v1.Mounts/Activate", field(1, "k1")) ==
          std::vector<std::string>{R"(grpc → #1 containerd.services.mounts.v1.Mounts/Activate{name:"k1"})"});
    CHECK(said(3, "/containerd.services.sandbox.v1.Controller/Start", field(1, "pod") + field(10, "shim")) ==
          std::vector<std::string>{R"(grpc → #3 containerd.services.sandbox.v1.Controller/Start{sandbox_id:"pod" sandboxer:"shim"})"});
}
