// The tracer before others, where a stop is slept for: whoever is traced stands still until it has had its turn.
#pragma once

#include <optional>

namespace shimtrace::engine {

/// On a busy machine each stop is one more time that the tracer queues for a CPU, and the tracee with it. The tracer takes no more of the
/// CPU by going first; its share of it is what its tracees make it do. Threads and processes that it makes meanwhile are at the ordinary
/// place again. Where shimtrace was started at a place of its own (nice, a real-time class), or may not leave it, nothing happens.
class Precedence {
public:
    Precedence();
    ~Precedence() { give_back(); }
    Precedence(const Precedence&) = delete;
    Precedence& operator=(const Precedence&) = delete;

    void take() { place(ahead); }
    void give_back() { place(ordinary); }

private:
    static constexpr int ordinary = 0, ahead = -10;  ///< nice(2)

    void place(int nice);

    std::optional<int> place_;  ///< of the thread that made this; nullopt: it stays where it is
};

}  // namespace shimtrace::engine
