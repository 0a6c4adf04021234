// What a printer wrote, kept for a test to look at.
#pragma once

#include "tracer/output/line_writer.hpp"

#include <string>

namespace shimtrace::test {

struct WrittenText : output::LineWriter {
    std::string text;
    void write(Tid, std::string_view more) override { text += more; }
    void flush() override {}
};

}  // namespace shimtrace::test
