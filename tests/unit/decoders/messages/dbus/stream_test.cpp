#include "decoders/messages/dbus/stream.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::dbus;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

MonotonicTime at(std::int64_t us) {
    return MonotonicTime(std::chrono::microseconds(us));
}

/// Marshals as the specification says, in either order of bytes.
class Marshaller {
public:
    explicit Marshaller(bool big) : big_(big) {}
    void align(std::size_t to) { text.resize((text.size() + to - 1) / to * to); }
    void byte(unsigned value) { text += static_cast<char>(value); }
    void u32(std::uint32_t value) {
        align(4);
        for (unsigned n = 0; n < 4; ++n) byte(value >> (big_ ? 24 - 8 * n : 8 * n) & 0xffU);
    }
    void string(std::string_view value) {
        u32(static_cast<std::uint32_t>(value.size()));
        text.append(value).append(1, '\0');
    }
    void signature(std::string_view value) {
        byte(static_cast<unsigned>(value.size()));
        text.append(value).append(1, '\0');
    }
    std::string text;

private:
    bool big_;
};

struct Header {
    int type = 1;
    std::uint32_t serial = 1, reply_to = 0;
    std::string path, interface, member, error, signature;
    int flags = 0;
};

std::string message(const Header& header, const std::string& body, bool big = false) {
    Marshaller fields(big);
    const auto field = [&](int code, char type, std::string_view value) {
        if (value.empty()) return;
        fields.align(8);
        fields.byte(static_cast<unsigned>(code));
        fields.signature(std::string_view(&type, 1));
        type == 'g' ? fields.signature(value) : fields.string(value);
    };
    fields.text.assign(16, '\0');
    field(1, 'o', header.path);
    field(2, 's', header.interface);
    field(3, 's', header.member);
    field(4, 's', header.error);
    if (header.reply_to != 0) {
        fields.align(8);
        fields.byte(5);
        fields.signature("u");
        fields.u32(header.reply_to);
    }
    field(8, 'g', header.signature);
    Marshaller fixed(big);
    fixed.byte(big ? 'B' : 'l');
    fixed.byte(static_cast<unsigned>(header.type));
    fixed.byte(static_cast<unsigned>(header.flags));
    fixed.byte(1);
    fixed.u32(static_cast<std::uint32_t>(body.size()));
    fixed.u32(header.serial);
    fixed.u32(static_cast<std::uint32_t>(fields.text.size() - 16));
    fields.text.replace(0, 16, fixed.text);
    fields.align(8);
    return fields.text + body;
}

std::string start_unit(std::uint32_t serial, bool big = false) {
    Marshaller body(big);
    body.string("cri-c1.scope");
    body.string("replace");
    body.u32(20);  // the length of one property: ("Delegate", <true>)
    body.align(8);
    body.string("Delegate");
    body.signature("b");
    body.u32(1);
    return message({.serial = serial,
                    .path = "/org/freedesktop/systemd1",
                    .interface = "org.freedesktop.systemd1.Manager",
                    .member = "StartTransientUnit",
                    .signature = "ssa(sv)"},
                   body.text, big);
}

std::string job_reply(std::uint32_t to, bool big = false) {
    Marshaller body(big);
    body.string("/org/freedesktop/systemd1/job/7");
    return message({.type = 2, .serial = 90, .reply_to = to, .signature = "o"}, body.text, big);
}

}  // namespace

TEST_CASE("a call, its reply and the time between, in both orders of bytes, behind the handshake") {
    for (const bool big : {false, true}) {
        CAPTURE(big);
        Connection connection;
        CHECK(connection.feed(Direction::written, bytes(std::string("\0", 1) + "AUTH EXTERNAL 30\r\n"), at(0)).empty());
        REQUIRE(connection.in_flight().size() == 1);
        CHECK(connection.in_flight()[0].serial == 0);
        CHECK(connection.feed(Direction::read, bytes("OK 0123456789abcdef\r\n"), at(10)).empty());
        CHECK(connection.in_flight().empty());
        CHECK(connection.feed(Direction::written, bytes("NEGOTIATE_UNIX_FD\r\n"), at(20)).empty());
        CHECK(connection.feed(Direction::read, bytes("AGREE_UNIX_FD\r\n"), at(30)).empty());
        const auto called = connection.feed(Direction::written, bytes("BEGIN\r\n" + start_unit(5, big)), at(100));
        REQUIRE(called.size() == 1);
        const std::string line = render(called[0]);
        CHECK(line ==
              "dbus → #5 org.freedesktop.systemd1.Manager.StartTransientUnit{unit:\"cri-c1.scope\" mode:\"replace\" "
              "properties:[(\"Delegate\", true)] path:\"/org/freedesktop/systemd1\"}");
        REQUIRE(connection.in_flight().size() == 1);
        CHECK(connection.in_flight()[0].unit == "cri-c1.scope");
        const auto replied = connection.feed(Direction::read, bytes(job_reply(5, big)), at(1300));
        REQUIRE(replied.size() == 1);
        CHECK(render(replied[0]) == "dbus ← #5 ok{job:\"/org/freedesktop/systemd1/job/7\"} 1.2ms");
        CHECK(connection.in_flight().empty());
    }
}

TEST_CASE("errors and signals; a reply to a call that was not seen") {
    Connection connection;
    Marshaller body(false);
    body.string("Unit c1.scope already exists.");
    const auto error = connection.feed(
        Direction::read,
        bytes(
            message({.type = 3, .serial = 8, .reply_to = 3, .error = "org.freedesktop.systemd1.UnitExists", .signature = "s"}, body.text)),
        at(0));
    REQUIRE(error.size() == 1);
    CHECK(render(error[0]) == "dbus ← #3 org.freedesktop.systemd1.UnitExists \"Unit c1.scope already exists.\"");
    Marshaller signal(false);
    signal.u32(7);
    signal.string("/job/7");
    signal.string("c1.scope");
    signal.string("done");
    const auto removed = connection.feed(Direction::read,
                                         bytes(message({.type = 4,
                                                        .serial = 9,
                                                        .path = "/org/freedesktop/systemd1",
                                                        .interface = "org.freedesktop.systemd1.Manager",
                                                        .member = "JobRemoved",
                                                        .signature = "uoss"},
                                                       signal.text)),
                                         at(0));
    REQUIRE(removed.size() == 1);
    CHECK(render(removed[0]).find("JobRemoved{id:7 job:\"/job/7\" unit:\"c1.scope\" result:\"done\"") != std::string::npos);
}

TEST_CASE("split into single bytes, merged, and begun in the middle") {
    const std::string stream = start_unit(5) + job_reply(4) + start_unit(6);
    Connection single;
    std::size_t count = 0;
    for (const char c : stream) count += single.feed(Direction::written, bytes(std::string_view(&c, 1)), at(0)).size();
    CHECK(count == 3);
    Connection merged;
    CHECK(merged.feed(Direction::written, bytes(stream), at(0)).size() == 3);
    const std::size_t first = start_unit(5).size();
    for (std::size_t from = 1; from < first; ++from) {
        CAPTURE(from);
        Connection middle;
        const auto messages = middle.feed(Direction::written, bytes(std::string_view(stream).substr(from)), at(0));
        REQUIRE(messages.size() >= 2);
        CHECK(messages.back().serial == 6);
        CHECK(!messages.front().trouble.empty());
    }
}

TEST_CASE("what was not captured is said, and the next message is found") {
    const std::string call = start_unit(5);
    for (std::size_t kept = fixed_header_size; kept < call.size(); ++kept) {
        CAPTURE(kept);
        Connection connection;
        const auto cut = connection.feed(Direction::written, bytes(std::string_view(call).substr(0, kept)), at(0), call.size() - kept);
        REQUIRE(cut.size() == 1);
        CHECK(cut[0].cut);
        CHECK(cut[0].error.empty());
        const auto next = connection.feed(Direction::written, bytes(start_unit(6)), at(0));
        REQUIRE(next.size() == 1);
        CHECK(next[0].serial == 6);
    }
    Connection lost;
    lost.feed(Direction::written, {}, at(0), 1000);
    const auto found = lost.feed(Direction::written, bytes(start_unit(6)), at(0));
    REQUIRE(!found.empty());
    CHECK(found.back().serial == 6);
}

TEST_CASE("hostile bodies are bounded and said to be broken") {
    Marshaller body(false);
    body.u32(0x7fffffff);
    const auto read = read_values(body.text, 0, "s", false);
    CHECK(!read.error.empty());
    CHECK(!read_values("\xff\xff\xff\x7f", 0, "ay", false).error.empty());
    CHECK(!read_values("x", 0, "a", false).error.empty());
    CHECK(!read_values("x", 0, "(((((((((((((((((((((((((((((((((((((y)))))))))))))))))))))))))))))))))))))", false).error.empty());
    std::string variants;
    for (int n = 0; n < 100; ++n) variants += std::string("\1v\0", 3);
    CHECK(!read_values(variants, 0, "v", false).error.empty());
    Connection connection;
    const auto evil = connection.feed(
        Direction::read, bytes(message({.serial = 1, .path = "/\x1b[2J", .interface = "a\x1b.b", .member = "c\nd"}, "")), at(0));
    REQUIRE(evil.size() == 1);
    CHECK(render(evil[0]).find('\x1b') == std::string::npos);
    CHECK(render(evil[0]).find('\n') == std::string::npos);
}
