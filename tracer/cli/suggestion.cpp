#include "tracer/cli/suggestion.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace shimtrace::cli {

std::size_t typing_distance(std::string_view one, std::string_view other) {
    // Optimal string alignment, three rows of its table at a time.
    std::vector<std::size_t> before_last, last(other.size() + 1), row(other.size() + 1);
    for (std::size_t j = 0; j <= other.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = std::exchange(last, row);
    }
    return last[other.size()];
}

std::string_view meant_by(std::string_view typed, std::span<const std::string> candidates) {
    constexpr std::size_t longest = 40;  // words of a command line; a path is none
    if (typed.size() < 2 || typed.size() > longest) return {};
    const std::size_t most = typed.size() < 4 ? 1 : 2;
    std::string_view best;
    std::size_t nearest = most + 1;
    bool several = false;
    for (const std::string& candidate : candidates) {
        const bool begun = candidate.starts_with(typed);
        const std::size_t distance = begun ? 1 : typing_distance(typed, candidate);
        if (distance > nearest || distance > most || candidate == best) continue;
        several = distance == nearest;
        nearest = distance;
        best = candidate;
    }
    return several ? std::string_view() : best;
}

}  // namespace shimtrace::cli
