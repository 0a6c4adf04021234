// How much of a thread's time may go into what it does in passing.
#pragma once

#include <shimtrace/types.hpp>

#include <algorithm>
#include <chrono>

namespace shimtrace::host {

/// A twentieth of the time, and so much at once as a short session needs.
class TimeShare {
public:
    [[nodiscard]] bool left(MonotonicTime now) const { return owed_at(now) < at_once; }
    void spent(MonotonicTime from, MonotonicTime to) {
        owed_ = owed_at(from) + (to - from);
        since_ = to;
    }

private:
    static constexpr Nanoseconds at_once = std::chrono::milliseconds(50);
    static constexpr int part = 20;

    [[nodiscard]] Nanoseconds owed_at(MonotonicTime now) const { return std::max(owed_ - (now - since_) / part, Nanoseconds{}); }

    Nanoseconds owed_{};
    MonotonicTime since_;  ///< when so much was owed
};

}  // namespace shimtrace::host
