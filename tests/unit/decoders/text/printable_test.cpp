#include "decoders/text/printable.hpp"
#include "decoders/text/shell_quoted.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>

using shimtrace::text::printable;
using shimtrace::text::shell_quoted;

TEST_CASE("what acts on a terminal, forges a line or turns text around is escaped") {
    CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
    CHECK(printable("a\nb\tc\rd") == "a\\x0ab\\x09c\\x0dd");
    CHECK(printable("\x7f") == "\\x7f");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\xc2\\x9b31m");  // CSI as one character
    CHECK(printable("\xe2\x80\xae"
                    "x") == "\\xe2\\x80\\xaex");  // override to right to left
    CHECK(printable("\xe2\x81\xa6"
                    "x") == "\\xe2\\x81\\xa6x");  // isolate
    CHECK(printable("\xd8\x9c"
                    "x") == "\\xd8\\x9cx");  // Arabic letter mark
    CHECK(printable("\xe2\x80\xa8"
                    "x") == "\\xe2\\x80\\xa8x");  // line separator
    CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("what is no UTF-8 is escaped byte by byte") {
    for (const char* invalid :
         {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82", "\xff"}) {
        const std::string shown = printable(std::string(invalid) + "z");
        CHECK(shown.size() == 4 * std::string_view(invalid).size() + 1);
        CHECK(shown.ends_with("z"));
    }
}

TEST_CASE("text of any language stays") {
    for (const char* valid : {"plain", "Grüße", "漢字", "🚀", "a\\x1b", "\xe0\xb8\xab\xe0\xb8\x99", "‘quoted’ – …", ""})
        CHECK(printable(valid) == valid);
}

TEST_CASE("it is cut between characters") {
    CHECK(printable("abcdef", 3) == "abc...");
    CHECK(printable("abc", 3) == "abc");
    CHECK(printable("ééé", 3) == "éé...");
    CHECK(printable("\x1b\x1b", 4) == "\\x1b...");
}

namespace {

/// What the shell makes of a word.
std::string read_back(const std::string& word) {
    const std::string script = "printf %s " + word;
    const std::string command = "exec bash -c \"$SHIMTRACE_TEST_SCRIPT\"";
    ::setenv("SHIMTRACE_TEST_SCRIPT", script.c_str(), 1);
    std::string text;
    FILE* const output = ::popen(command.c_str(), "r");
    REQUIRE(output != nullptr);
    std::array<char, 256> buffer;
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), output)) text.append(buffer.data(), got);
    ::pclose(output);
    return text;
}

}  // namespace

TEST_CASE("a shell reads a quoted word back byte for byte, and nothing in it is run") {
    for (const std::string word : {"plain-1.2_3/x:y@z=%+,",
                                   "",
                                   "two words",
                                   "$(touch /tmp/x)",
                                   "`id`",
                                   "a;b&c|d>e<f",
                                   "it's",
                                   "'",
                                   "\\",
                                   "a\nb",
                                   "a\x1b[1mb'c\\d",
                                   "\xff\xfe"
                                   "7",
                                   "\x01"
                                   "1",
                                   "ü\xe2\x80\xae"
                                   "x",
                                   "~root",
                                   "*",
                                   "!!",
                                   "#x",
                                   "{a,b}",
                                   "漢字"}) {
        const std::string quoted = shell_quoted(word);
        CAPTURE(quoted);
        CHECK(read_back(quoted) == word);
        CHECK(printable(quoted) == quoted);
    }
    CHECK(shell_quoted("/run/a-b_c.d:1@2") == "/run/a-b_c.d:1@2");
    CHECK(shell_quoted("") == "''");
    CHECK(shell_quoted("a b") == "'a b'");
}
