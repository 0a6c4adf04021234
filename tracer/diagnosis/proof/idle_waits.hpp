// Which waits are known to be idle. What is not in here is not said to be healthy.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <string>
#include <string_view>

namespace shimtrace::diagnosis {

enum class Rest : std::uint8_t {
    idle,     ///< it waits for its own, or for work to come
    moves,    ///< it runs, or has run between the looks
    outside,  ///< for something outside of the container, which could be normal
    passing,  ///< no wait that is known, and one look alone: it may be over in a moment
    unclear,  ///< no wait that is known, and it lasts
    unseen,   ///< it could not be seen what it waits for
};

/// What one thread, or a whole process, waits for.
struct Judgement {
    Rest rest = Rest::idle;
    std::string words;  ///< outside, passing, unclear: what it waits for, and who holds the other end; unseen: what was not seen
};

Judgement judge(const Context& look, const Process& process, const Thread& thread);
/// A goroutine of a program whose goroutines were read; one that runs is its thread's affair.
Judgement judge(const Context& look, const Process& program, const Goroutine& goroutine);

/// True for a system call, as gVisor names them, in which a process that has nothing to do rests.
bool is_idle_in_sandbox(std::string_view call);
/// Of a descriptor that is waited on, to read from it or for it to become ready.
Judgement judge(const Context& look, const Process& process, const OpenFile& target);

}  // namespace shimtrace::diagnosis
