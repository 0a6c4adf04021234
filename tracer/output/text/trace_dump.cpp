// What stands beneath a call's line: the bytes that it moved and the stack that it came from.
#include "tracer/output/call_choice.hpp"
#include "tracer/output/text/trace_printer.hpp"

#include <fmt/format.h>

namespace shimtrace::output {

namespace {

/// " | 00000  68 65 6c 6c 6f 0a                                 hello.           |", sixteen bytes a line, as strace has it.
std::string hex_dump(std::span<const std::byte> bytes) {
    constexpr std::size_t width = 16;
    std::string text;
    for (std::size_t start = 0; start < bytes.size(); start += width) {
        const auto row = bytes.subspan(start, std::min(width, bytes.size() - start));
        text += fmt::format(" | {:05x} ", start);
        std::string characters;
        for (std::size_t i = 0; i < width; ++i) {
            if (i % 8 == 0) text += ' ';
            if (i >= row.size()) {
                text += "   ";
                continue;
            }
            const auto c = std::to_integer<unsigned char>(row[i]);
            text += fmt::format("{:02x} ", c);
            characters += c >= ' ' && c < 0x7f ? static_cast<char>(c) : '.';
        }
        text += fmt::format(" {:16} |\n", characters);
    }
    return text;
}

}  // namespace

void TracePrinter::print_dump(const Event& enter, const Event& exit) {
    const auto moved = dumped_parts(options_, enter, exit);
    if (!moved) return;
    for (std::size_t i = 0; i < moved->parts.size(); ++i) {
        const auto bytes = moved->parts[i];
        if (bytes.empty()) continue;
        if (moved->vector) text_ += fmt::format(" * {} bytes in buffer {}\n", bytes.size(), i);
        text_ += hex_dump(bytes);
    }
}

void TracePrinter::print_stack(const Event& event) {
    for (const StackFrame& frame : event.stack) {
        text_ += fmt::format(" > {}", frame.module.empty() ? "[unknown]" : frame.module);
        if (frame.function.empty())
            text_ += fmt::format("() [{:#x}]", frame.offset);
        else
            text_ += fmt::format("({}+{:#x}) [{:#x}]", frame.function, frame.offset, frame.file_offset != 0 ? frame.file_offset : frame.pc);
        if (!frame.file.empty() && !options_.plain) text_ += fmt::format(" {}:{}", frame.file, frame.line);
        text_ += '\n';
    }
}

}  // namespace shimtrace::output
