#include <shimtrace/captured_memory.hpp>
#include <shimtrace/diagnosis.hpp>
#include <shimtrace/error.hpp>
#include <shimtrace/event.hpp>
#include <shimtrace/event_sink.hpp>
#include <shimtrace/goroutine.hpp>
#include <shimtrace/snapshot.hpp>

#include <cstring>

namespace shimtrace {

std::string Error::message() const {
    std::string text = what;
    if (number != 0) text.append(": ").append(std::strerror(number));
    if (!hint.empty()) text.append(" (").append(hint).append(")");
    return text;
}

void Event::clear() {
    const auto keep = [](auto& buffer) {
        buffer.clear();
        return std::move(buffer);
    };
    Event fresh;
    memory.clear();
    fresh.memory = std::move(memory);
    fresh.fds = keep(fds);
    fresh.stack = keep(stack);
    fresh.note = keep(note);
    *this = std::move(fresh);
}

}  // namespace shimtrace
