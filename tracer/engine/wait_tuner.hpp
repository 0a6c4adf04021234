// How the tracer waits for the next stop: asleep, or spinning, or spinning while idle CPUs are kept from halting.
#pragma once

#include <shimtrace/types.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace shimtrace::engine {

/// Ordered by what they cost besides.
enum class WayToWait : std::uint8_t {
    sleep,       ///< the kernel wakes us
    spin,        ///< one CPU polls
    spin_awake,  ///< and the CPUs that idle poll as well
};
constexpr std::size_t ways_to_wait = 3;

/// Decides how the next stop is waited for. Waking a sleeping tracer, or a tracee whose CPU has halted, costs more than all
/// else that tracing does (on virtual machines most of all), so while stops come fast it pays to poll; while they don't,
/// polling burns a CPU. Which way is the fastest depends on the machine and on where the scheduler has put everybody, so it
/// is measured: now and then a few stops are waited for in another way, and what makes stops come faster is kept.
class WaitTuner {
public:
    /// No way that costs more than `costliest` is tried.
    explicit WaitTuner(WayToWait costliest) : costliest_(costliest) {}
    [[nodiscard]] WayToWait way() const { return held_up() ? WayToWait::sleep : way_; }
    /// Spinning was in somebody's way of late, or waits are long: others may want the CPUs.
    [[nodiscard]] bool held_up() const { return rest_ > 0 || average_ >= fast; }
    /// How long a wait may spin before it sleeps.
    static constexpr Nanoseconds longest_spin = std::chrono::microseconds(150);
    /// A wait took `time` until a stop came, which came so long after the stop before.
    void waited(Nanoseconds time, Nanoseconds since_last_stop);
    /// A wait took `time` and no stop came: stops do not come fast.
    void waited_in_vain(Nanoseconds time) { add_to_average(time); }
    /// While spinning, another program took the CPU for that long: spinning is in somebody's way.
    void disturbed();

private:
    [[nodiscard]] Nanoseconds& price(WayToWait way) { return prices_[static_cast<std::size_t>(way)]; }
    void add_to_average(Nanoseconds time);
    void judge();

    static constexpr Nanoseconds fast = std::chrono::microseconds(120);
    static constexpr Nanoseconds slow = std::chrono::milliseconds(2);
    static constexpr Nanoseconds most_counted = std::chrono::microseconds(200);  ///< longer is the program's own doing
    static constexpr unsigned window = 32;                                       ///< stops
    static constexpr unsigned first_stretch = 4, longest_stretch = 512;          ///< windows

    WayToWait costliest_;
    Nanoseconds average_ = slow;  ///< of waits
    Nanoseconds average_before_trial_{};
    unsigned rest_ = 0;       ///< waits to sit out
    unsigned next_rest_ = 0;  ///< grows while spinning keeps disturbing
    unsigned calm_ = 0;       ///< waits since it disturbed last

    WayToWait chosen_ = std::min(costliest_, WayToWait::spin);  ///< of all windows but trials
    WayToWait way_ = chosen_;                                   ///< of this window
    WayToWait tried_last_ = chosen_;
    std::array<Nanoseconds, ways_to_wait> prices_{};  ///< of a stop, in each way's last window
    Nanoseconds sum_{};                               ///< of this window
    unsigned stops_ = 0;                              ///< of this window
    unsigned windows_left_ = first_stretch;           ///< until the next trial
    unsigned stretch_ = first_stretch;                ///< grows while trials change nothing
};

}  // namespace shimtrace::engine
