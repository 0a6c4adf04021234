#include "decoders/oci/config.hpp"
#include "decoders/oci/runtimes.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace shimtrace::oci;

namespace {

// As runc 1.1 writes it, but in lines.
constexpr std::string_view good = R"({
  "id": "c1",
  "init_process_pid": 4711,
  "init_process_start": 90210,
  "created": "2026-11-24T22:51:52.7Z",
  "config": {"rootfs": "/r", "cgroups": {"path": "/ns/c1"}, "labels": ["bundle=/b"]},
  "cgroup_paths": {"": "/sys/fs/cgroup/ns/c1"}
})";

struct Malformed {
    std::string_view what, by;
    std::size_t line, column;
    std::string_view says;  ///< a part of the message
};

constexpr Malformed malformed[] = {
    {"\"id\": \"c1\",", "", 1, 1, "id is missing"},
    {"\"c1\"", "7", 2, 9, "id is an integer, not a string"},
    {"\"c1\"", "null", 2, 9, "id is"},
    {"4711", "\"4711\"", 3, 23, "init_process_pid is a string, not an integer"},
    {"4711", "4711.5", 3, 23, "init_process_pid is a number, not an integer"},
    {"4711", "-1", 3, 23, "no process id"},
    {"4711", "99999999999", 3, 23, "no process id"},
    {"4711", "04711", 3, 23, "leading zero"},
    {"\"init_process_pid\": 4711,", "", 1, 1, "init_process_pid is missing"},
    {"\"init_process_start\": 90210,", "", 1, 1, "init_process_start is missing"},
    {"90210", "true", 4, 25, "init_process_start is true or false"},
    {"\"2026-11-24T22:51:52.7Z\"", "1764024712", 5, 14, "created is an integer"},
    {"{\"rootfs\"", "[{\"rootfs\"", 7, 17, "where ',' or ']' had to follow"},
    {"\"rootfs\": \"/r\", ", "", 6, 13, "config/rootfs is missing"},
    {"\"/r\"", "{}", 6, 24, "rootfs is an object, not a string"},
    {"{\"\": \"/sys/fs/cgroup/ns/c1\"}", "[]", 7, 19, "cgroup_paths is an array, not an object"},
    {"4711,", "4711", 4, 3, "comma is missing"},
    {"4711,", "4711, // the init", 3, 29, "comment"},
    {"\"/sys/fs/cgroup/ns/c1\"}", "\"/sys/fs/cgroup/ns/c1\"},", 7, 47, "trailing comma"},
    {"\"c1\"", "\"c1", 2, 9, "not closed"},
    {"\"c1\"", "'c1'", 2, 9, "single quote"},
    {"{\n  \"id\"", "\n  \"id\"", 2, 7, "something follows the document"},
    {"{\n  \"id\"", "\xEF\xBB\xBF{\n  \"id\"", 1, 1, "byte order mark"},
};

std::expected<RuntimeState, JsonError> parse_runc_state(std::string_view text) {
    return parse_state(text, runtime_named("runc").state);
}

std::string replaced(const Malformed& each) {
    std::string text(good);
    text.replace(text.find(each.what), each.what.size(), each.by);
    return text;
}

}  // namespace

TEST_CASE("a state.json that runc could not use is refused where it goes wrong, in words") {
    REQUIRE(parse_runc_state(good));
    for (const Malformed& each : malformed) {
        CAPTURE(std::string(each.by));
        CAPTURE(std::string(each.says));
        const auto state = parse_runc_state(replaced(each));
        REQUIRE(!state);
        CHECK(state.error().message.find(each.says) != std::string::npos);
        CAPTURE(state.error().message);
        CHECK(state.error().place.line == each.line);
        CHECK(state.error().place.column == each.column);
    }
}

TEST_CASE("a state.json cut anywhere is refused at its end, whatever was being written") {
    for (std::size_t length = 1; length + 1 < good.size(); ++length) {
        CAPTURE(length);
        const auto state = parse_runc_state(good.substr(0, length));
        REQUIRE(!state);
        CHECK(state.error().message.find("cut off") != std::string::npos);
        CHECK(state.error().place.line >= 1);
    }
    CHECK(parse_runc_state("").error().message.find("empty") != std::string::npos);
    CHECK(parse_runc_state(std::string(4096, '\0')).error().message.find("NUL") != std::string::npos);
}
