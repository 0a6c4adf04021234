#include "decoders/oci/strict_json.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace shimtrace::oci;

namespace {

struct Malformed {
    std::string_view text;
    std::size_t line, column;
    std::string_view says;  ///< a part of the message
};

constexpr Malformed malformed[] = {
    {"", 1, 1, "empty"},
    {"  \n ", 2, 2, "white space"},
    {std::string_view("\0\0\0", 3), 1, 1, "NUL"},
    {"\xEF\xBB\xBF{}", 1, 1, "byte order mark"},
    {std::string_view("\xFF\xFE{\0", 4), 1, 1, "UTF-16"},
    {"{\n  \"a\": 1, // why\n  \"b\": 2\n}", 2, 11, "comment"},
    {"{\n  # why\n  \"b\": 2\n}", 2, 3, "comment"},
    {"/* x */ {}", 1, 1, "comment"},
    {"{} // done", 1, 4, "comment"},
    {"{\"a\": [1, 2,]}", 1, 12, "trailing comma"},
    {"{\n\"a\": 1,\n}", 2, 7, "trailing comma"},
    {"{\"a\": 1 \"b\": 2}", 1, 9, "comma is missing"},
    {"[1 2]", 1, 4, "comma is missing"},
    {"{\"a\" 1}", 1, 6, "':'"},
    {"{a: 1}", 1, 2, "double quotes"},
    {"{'a': 1}", 1, 2, "single quote"},
    {"{\"a\": 'b'}", 1, 7, "single quote"},
    {"{\"a\": 01}", 1, 7, "leading zero"},
    {"{\"a\": 0x1F}", 1, 7, "leading zero"},
    {"{\"a\": +1}", 1, 7, "'+'"},
    {"{\"a\": .5}", 1, 7, "begins with '.'"},
    {"{\"a\": 1.}", 1, 7, "ends with '.'"},
    {"{\"a\": 1e}", 1, 7, "exponent"},
    {"{\"a\": True}", 1, 7, "'True'"},
    {"{\"a\": NaN}", 1, 7, "'NaN'"},
    {"{\"a\": undefined}", 1, 7, "undefined"},
    {"{\"a\": \"b\n\"}", 1, 7, "not closed"},
    {"{\"a\": \"b\tc\"}", 1, 9, "control byte 0x09"},
    {"{\"a\": \"\\x\"}", 1, 8, "backslash"},
    {"{\"a\": \"\\u12G4\"}", 1, 8, "hexadecimal"},
    {"{\"a\": \"\\ud800\"}", 1, 8, "surrogate"},
    {"{\"a\": \"\xC3\x28\"}", 1, 8, "not UTF-8"},
    {"{\"a\": {\"b\": [1, 2", 1, 18, "cut off"},
    {"{\"a\": \"unfin", 1, 13, "cut off"},
    {"{\"a\": tru", 1, 10, "cut off"},
    {"{", 1, 2, "cut off"},
    {"{}{}", 1, 3, "second document"},
    {"{}}", 1, 3, "too many"},
    {std::string_view("{}\0\0", 4), 1, 3, "NUL bytes follow"},
    {"{\"a\": ]}", 1, 7, "']'"},
    {"{\"a\":1]", 1, 7, "',' or '}'"},
    {"{\"a\": -}", 1, 7, "'-'"},
};

}  // namespace

TEST_CASE("a malformed document is refused where it goes wrong, in words") {
    for (const Malformed& each : malformed) {
        CAPTURE(std::string(each.text));
        const auto parsed = parse_json(each.text);
        REQUIRE(!parsed);
        CHECK(parsed.error().place.line == each.line);
        CHECK(parsed.error().place.column == each.column);
        CAPTURE(parsed.error().message);
        CHECK(parsed.error().message.find(each.says) != std::string::npos);
    }
}

TEST_CASE("what is strict JSON is read") {
    for (const std::string_view text : {"{}", "[]", " [1, -0.5e+3, 0, true, false, null, \"\\u00e9\\ud83d\\ude00\\n\"]\n",
                                        "\"\xE2\x82\xAC\"", "{\"a\":\t{\"\":[{}]}}", "7"}) {
        CAPTURE(std::string(text));
        CHECK(parse_json(text).has_value());
    }
}

TEST_CASE("depth is bounded, whatever is nested") {
    CHECK(!parse_json(std::string(100'000, '[')));
    std::string deep;
    for (int n = 0; n < 20'000; ++n) deep += "{\"a\":";
    const auto parsed = parse_json(deep);
    REQUIRE(!parsed);
    CHECK(parsed.error().message.find("nested") != std::string::npos);
    CHECK(parse_json(std::string(500, '[') + std::string(500, ']')).has_value());
}

TEST_CASE("a value is found where it stands") {
    const std::string text = "{\n  \"a/b\": [10,\n    {\"c~\": \"x\"}],\n  \"d\": 1\n}";
    const auto at = [&](std::string_view pointer) { return place_of(text, locate(text, pointer)); };
    CHECK(at("/a~1b/0").line == 2);
    CHECK(at("/a~1b/1/c~0").line == 3);
    CHECK(at("/a~1b/1/c~0").column == 12);
    CHECK(at("/d").line == 4);
    CHECK(at("/d/none").column == 8);
    CHECK(at("").line == 1);
}

TEST_CASE("the offending line can't harm a terminal, and is short") {
    const std::string text = "{\"a\": 1,\n \"b\": \"\x1b[31m" + std::string(500, 'x') + "\", oops }";
    const auto parsed = parse_json(text);
    REQUIRE(!parsed);
    CHECK(parsed.error().offending_line.find('\x1b') == std::string::npos);
    CHECK(parsed.error().offending_line.find("\\x1b") != std::string::npos);
    CHECK(parsed.error().offending_line.size() < 120);
    CHECK(line_at("{ \xC2\x9B }", 0) == "{ \\xc2\\x9b }");
}
