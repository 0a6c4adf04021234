#include "tracer/output/text/why_text.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace shimtrace;
using namespace shimtrace::output;

namespace {

std::string told(Diagnosis diagnosis, std::size_t width) {
    diagnosis.stuck = true;
    diagnosis.cause = "a-cause";
    WhyStyle style;
    style.width = width;
    return why_text(diagnosis, style);
}

}  // namespace

TEST_CASE("a number and its unit stay together wherever a line ends") {
    Diagnosis diagnosis;
    diagnosis.summary = "a waits for b, at work for 12 min, 3.9 s and 65536 bytes, as is said";
    for (std::size_t width = 20; width < 80; ++width) {
        std::istringstream lines(told(diagnosis, width));
        for (std::string line; std::getline(lines, line);) {
            CHECK_FALSE(line.ends_with(" 12"));
            CHECK_FALSE(line.ends_with("3.9"));
            CHECK_FALSE(line.ends_with("65536"));
        }
    }
}

TEST_CASE("a chain names nothing twice in a line") {
    Diagnosis diagnosis;
    diagnosis.summary = "c1 is frozen";
    diagnosis.chain = {{"c1 init", "frozen", "frozen cgroup /a/b", "/a/b"}};
    const std::string text = told(diagnosis, 80);
    CHECK(text.find("─frozen→ frozen cgroup /a/b\n") != std::string::npos);
}
