#include "tracer/diagnosis/producers/goroutine_words.hpp"

#include "decoders/text/durations.hpp"
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

namespace shimtrace::diagnosis {

std::string innermost_place(const Goroutine& goroutine) {
    for (const GoFrame& frame : goroutine.stack) {
        const std::string& name = frame.function;
        if (name.starts_with("runtime.") || name.starts_with("sync.") || name.starts_with("internal/") || name.starts_with("syscall."))
            continue;
        return printable(name, 120);
    }
    return goroutine.stack.empty() ? std::string("an unknown function") : printable(goroutine.stack.front().function, 120);
}

std::string goroutine_words(const Process& process, const Goroutine& goroutine) {
    std::string text = fmt::format("{} goroutine {} [{}", who(process), goroutine.id.value, printable(goroutine.wait_reason, 40));
    if (const double waiting = waiting_seconds(goroutine); waiting > 0)
        text += fmt::format(", at least {}", text::duration_in_words(waiting));
    text += fmt::format("] in {}", innermost_place(goroutine));
    return text;
}

}  // namespace shimtrace::diagnosis
