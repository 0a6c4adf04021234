#include "tracer/procfs/patience.hpp"

#include <algorithm>
#include <charconv>

namespace shimtrace::host {

std::optional<CpuTime> parse_schedstat(std::string_view text) {
    CpuTime time;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (Nanoseconds* field : {&time.on_cpu, &time.waited_for}) {
        Nanoseconds::rep number = 0;
        const auto [next, error] = std::from_chars(at, end, number);
        if (error != std::errc{} || number < 0) return std::nullopt;
        *field = Nanoseconds(number);
        at = next != end && *next == ' ' ? next + 1 : next;
    }
    return time;
}

std::optional<Nanoseconds> more_time(Nanoseconds patience, const TimeWaited& waited) {
    constexpr Nanoseconds longest = std::chrono::seconds(1), step = std::chrono::milliseconds(5);
    constexpr int most_running = 10;
    const Nanoseconds last = std::max(longest, patience);
    if (waited.passed >= last || waited.had.on_cpu >= most_running * patience) return std::nullopt;
    const Nanoseconds left = last - waited.passed;
    if (waited.ready) return std::min(left, std::max(step, patience));
    const Nanoseconds slept = waited.passed - waited.had.on_cpu - waited.had.waited_for;
    if (slept >= patience) return std::nullopt;
    return std::min(left, patience - slept);
}

}  // namespace shimtrace::host
