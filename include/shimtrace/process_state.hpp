// What the kernel says that a process or a thread is doing: its letter in /proc/PID/stat, and the words for it.
#pragma once

#include <cstdint>
#include <string_view>

namespace shimtrace {

/// The value is the letter, so a rarer one (P, W, K …) is kept as it was read though it has no name here.
enum class ProcessState : char {
    unknown = '?',
    running = 'R',
    sleeping = 'S',
    uninterruptible = 'D',
    stopped = 'T',
    traced = 't',
    zombie = 'Z',
    dead = 'X',
    idle = 'I',
};

constexpr ProcessState process_state(char letter) {
    return static_cast<ProcessState>(letter);
}

constexpr char letter(ProcessState state) {
    return static_cast<char>(state);
}

/// A zombie or dead.
constexpr bool has_ended(ProcessState state) {
    return state == ProcessState::zombie || state == ProcessState::dead;
}

/// Stopped by a signal or by a tracer.
constexpr bool is_halted(ProcessState state) {
    return state == ProcessState::stopped || state == ProcessState::traced;
}

struct ProcessStateWords {
    std::string_view predicate;  ///< "in uninterruptible sleep", after "is"
    std::string_view word;       ///< "uninterruptible"
    std::string_view remark;     ///< " (uninterruptible)"; empty where it is nothing remarkable
};

constexpr ProcessStateWords words(ProcessState state) {
    switch (state) {
        case ProcessState::running:
            return {"running", "running", ""};
        case ProcessState::sleeping:
            return {"sleeping", "sleeping", ""};
        case ProcessState::uninterruptible:
            return {"in uninterruptible sleep", "uninterruptible", " (uninterruptible)"};
        case ProcessState::stopped:
            return {"stopped by a signal", "stopped", " (stopped)"};
        case ProcessState::traced:
            return {"stopped by a tracer", "traced", " (traced)"};
        case ProcessState::zombie:
            return {"a zombie", "zombie", " (zombie)"};
        case ProcessState::dead:
            return {"dead", "dead", ""};
        case ProcessState::idle:
            return {"idle", "idle", ""};
        case ProcessState::unknown:
            break;
    }
    return {"in an unknown state", "unknown", ""};
}

}  // namespace shimtrace
