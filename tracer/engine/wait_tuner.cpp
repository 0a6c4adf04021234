#include "tracer/engine/wait_tuner.hpp"

namespace shimtrace::engine {

namespace {

constexpr unsigned longest_rest = 4096, forgiven_after = 8192;  // waits

}  // namespace

void WaitTuner::add_to_average(Nanoseconds time) {
    average_ += (std::min(time, slow) - average_) / 4;
}

void WaitTuner::waited(Nanoseconds time, Nanoseconds since_last_stop) {
    add_to_average(time);
    if (rest_ > 0) --rest_;
    if (++calm_ == forgiven_after) {
        calm_ = 0;
        next_rest_ /= 2;
    }
    // Slow waits are slept through, whatever the way of the window: they tell nothing of it, unless sleeping is what is tried.
    if (way() != way_ || (average_ >= fast && way_ == chosen_)) return;
    sum_ += std::min(since_last_stop, most_counted);
    if (++stops_ == window) judge();
}

void WaitTuner::judge() {
    price(way_) = sum_ / window;
    sum_ = {};
    stops_ = 0;
    if (way_ != chosen_) {
        // The costlier way has to be the faster by something.
        const Nanoseconds handicap = price(way_) / 8 * (way_ > chosen_ ? 1 : 0);
        const bool better = price(way_) + handicap < price(chosen_);
        stretch_ = better ? first_stretch : std::min(stretch_ * 2, longest_stretch);
        windows_left_ = stretch_;
        if (better)
            chosen_ = way_;
        else
            average_ = average_before_trial_;  // the trial's waits tell nothing of those in the way chosen
    } else if (--windows_left_ == 0) {
        windows_left_ = stretch_;
        do {
            tried_last_ = tried_last_ == costliest_ ? WayToWait::sleep : static_cast<WayToWait>(static_cast<unsigned>(tried_last_) + 1);
        } while (tried_last_ == chosen_ && costliest_ != WayToWait::sleep);
        way_ = tried_last_;
        average_before_trial_ = average_;
        return;
    }
    way_ = chosen_;
}

void WaitTuner::disturbed() {
    next_rest_ = std::clamp(next_rest_ * 2, 32U, longest_rest);
    rest_ = next_rest_;
    calm_ = 0;
}

}  // namespace shimtrace::engine
