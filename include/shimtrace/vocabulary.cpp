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
    // At every stop: without another Event, and complete, as the number of names has to be that of the members.
    auto& [kind_, arch_, at_attach_, pid_, tid_, time_, parent_, number_, args_, result_, is_error_, instruction_pointer_, stack_pointer_,
           since_, system_time_, memory_, fds_, stack_, note_] = *this;
    kind_ = {};
    arch_ = Arch::x86_64;
    at_attach_ = is_error_ = false;
    pid_ = {};
    tid_ = parent_ = {};
    time_ = {};
    number_ = -1;
    args_ = {};
    result_ = 0;
    instruction_pointer_ = stack_pointer_ = 0;
    since_.reset();
    system_time_ = {};
    memory_.clear();
    fds_.clear();
    stack_.clear();
    note_.clear();
}

}  // namespace shimtrace
