#include "tracer/output/statistics_parts.hpp"

#include "decoders/text/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace shimtrace::output {

namespace {

/// Worth telling: one side alone has it, other errors, or latencies apart by more than the half and 100 µs.
bool differs(const Tally& a, const Tally& b) {
    if (a.calls == 0 || b.calls == 0) return a.calls != b.calls;
    if (a.errors_by_name != b.errors_by_name) return true;
    const auto apart = [](double x, double y) { return std::abs(x - y) > 0.5 * std::max(x, y); };
    if (apart(static_cast<double>(a.calls), static_cast<double>(b.calls))) return true;
    for (const double share : {0.5, 0.99}) {
        const auto x = static_cast<double>(a.durations.percentile(share).count()),
                   y = static_cast<double>(b.durations.percentile(share).count());
        if (std::abs(x - y) > 1e5 && apart(x, y)) return true;
    }
    return false;
}

/// Numbers in names (pipe:[8191], /proc/4711/…) differ between any two runs and say nothing.
std::string without_numbers(std::string_view name) {
    std::string result;
    for (const char c : name) {
        const bool digit = c >= '0' && c <= '9';
        if (!digit) {
            result += c;
        } else if (result.empty() || result.back() != '#') {
            result += '#';
        }
    }
    return result;
}

struct Both {
    Tally a, b;
};

void merge(Tally& into, const Tally& from) {
    into.calls += from.calls;
    into.errors += from.errors;
    into.resting += from.resting;
    for (const auto& [name, number] : from.errors_by_name) into.errors_by_name[name] += number;
    into.durations.merge(from.durations);
}

std::map<std::string, Both> pair_up(const Tallies& a, const Tallies& b, bool numbers) {
    std::map<std::string, Both> both;
    for (const auto& [name, tally] : a) merge(both[numbers ? name : without_numbers(name)].a, tally);
    for (const auto& [name, tally] : b) merge(both[numbers ? name : without_numbers(name)].b, tally);
    std::erase_if(both, [](const auto& item) { return !differs(item.second.a, item.second.b); });
    return both;
}

std::string errors_text(const Tally& tally) {
    std::string text;
    for (const auto& [name, number] : tally.errors_by_name) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, name);
    return text.empty() ? "none" : text;
}

std::string change_line(const std::string& name, const Both& both) {
    const Tally &a = both.a, &b = both.b;
    std::string line = "  " + text::printable(name) + ": ";
    if (a.calls == 0)
        return line + fmt::format("only in B: {} calls, errors: {}, max {}\n", b.calls, errors_text(b), duration_text(b.durations.max()));
    if (b.calls == 0)
        return line + fmt::format("only in A: {} calls, errors: {}, max {}\n", a.calls, errors_text(a), duration_text(a.durations.max()));
    line += fmt::format("{} → {} calls", a.calls, b.calls);
    if (a.errors_by_name != b.errors_by_name) line += fmt::format("; errors: {} → {}", errors_text(a), errors_text(b));
    for (const auto& [label, share] : {std::pair{"p50", 0.5}, {"p99", 0.99}})
        line +=
            fmt::format("; {} {} → {}", label, duration_text(a.durations.percentile(share)), duration_text(b.durations.percentile(share)));
    return line + fmt::format("; max {} → {}\n", duration_text(a.durations.max()), duration_text(b.durations.max()));
}

nlohmann::json side_json(const Tally& tally) {
    return {{"calls", tally.calls},
            {"errors", tally.errors},
            {"errors_by_name", tally.errors_by_name},
            {"p50_ns", tally.durations.percentile(0.5).count()},
            {"p99_ns", tally.durations.percentile(0.99).count()},
            {"max_ns", tally.durations.max().count()}};
}

nlohmann::json changes_json(const std::map<std::string, Both>& changes, const char* key) {
    auto list = nlohmann::json::array();
    for (const auto& [name, both] : changes) list.push_back({{key, text_json(name)}, {"a", side_json(both.a)}, {"b", side_json(both.b)}});
    return list;
}

/// Calls that are owed something and did not return in `of`, and whose like did in `other`, or was not made there.
std::vector<NotableCall> only_never_returned(const Statistics& of, const Statistics& other) {
    std::set<std::string> known;
    for (const NotableCall& call : other.never_returned) known.insert(without_numbers(call.text));
    std::vector<NotableCall> calls = owed(of.never_returned);
    std::erase_if(calls, [&](const NotableCall& call) { return known.contains(without_numbers(call.text)); });
    return calls;
}

bool rests(const Both& both) {
    return (both.a.resting + both.b.resting) * 2 > both.a.calls + both.b.calls;
}

struct Difference {
    const Statistics &a, &b;
    std::vector<NotableCall> hung_in_a = only_never_returned(a, b), hung_in_b = only_never_returned(b, a);
    std::map<std::string, Both> calls = pair_up(a.by_call, b.by_call, true), targets = pair_up(a.by_target, b.by_target, false);
};

double slower_by(const Both& both) {
    return std::abs(static_cast<double>((both.b.durations.max() - both.a.durations.max()).count()));
}

/// The few that say most, the weightiest first.
std::vector<std::string> in_short(const Difference& difference) {
    constexpr std::size_t most = 6;
    std::vector<std::string> lines;
    const auto hung = [&](std::string_view side, const std::vector<NotableCall>& calls) {
        if (calls.empty()) return;
        const std::string others = calls.size() == 1 ? "" : fmt::format(", and {} more", calls.size() - 1);
        lines.push_back(fmt::format("in {} alone {} never returned, after {}{}", side,
                                    text::printable(calls.front().text.substr(0, calls.front().text.find(" <unfinished")), 160),
                                    duration_text(calls.front().duration), others));
    };
    hung("B", difference.hung_in_b);
    hung("A", difference.hung_in_a);
    std::vector<const std::pair<const std::string, Both>*> errors, slower;
    for (const auto& item : difference.calls) {
        const auto& [a, b] = item.second;
        if (a.errors_by_name != b.errors_by_name) errors.push_back(&item);
        if (a.calls != 0 && b.calls != 0 && !rests(item.second) && slower_by(item.second) > 1e7) slower.push_back(&item);
    }
    const auto new_errors = [](const auto* item) { return std::max(item->second.a.errors, item->second.b.errors); };
    std::ranges::stable_sort(errors, std::greater{}, new_errors);
    std::ranges::stable_sort(slower, std::greater{}, [](const auto* item) { return slower_by(item->second); });
    for (std::size_t n = 0; n < std::min<std::size_t>(errors.size(), 2); ++n)
        lines.push_back(fmt::format("{} fails otherwise: {} → {}", text::printable(errors[n]->first), errors_text(errors[n]->second.a),
                                    errors_text(errors[n]->second.b)));
    for (std::size_t n = 0; n < std::min<std::size_t>(slower.size(), 2); ++n)
        lines.push_back(fmt::format("{} took up to {} → {}", text::printable(slower[n]->first),
                                    duration_text(slower[n]->second.a.durations.max()),
                                    duration_text(slower[n]->second.b.durations.max())));
    if (lines.size() > most) lines.resize(most);
    return lines;
}

}  // namespace

std::string difference_text(const Statistics& a, const Statistics& b) {
    const Difference difference{a, b};
    std::string text = fmt::format("A: {} events over {}\nB: {} events over {}\n", a.events, duration_text(elapsed(a.first, a.last)),
                                   b.events, duration_text(elapsed(b.first, b.last)));
    const std::size_t before = text.size();
    if (const auto lines = in_short(difference); !lines.empty()) {
        text += "\nin short:\n";
        for (const std::string& line : lines) text += "  " + line + "\n";
    }
    const auto never = [&](std::string_view side, const Statistics& of, const std::vector<NotableCall>& calls) {
        if (!calls.empty()) text += fmt::format("\nnever returned in {} alone:\n", side) + notable_text(of, calls);
    };
    never("A", a, difference.hung_in_a);
    never("B", b, difference.hung_in_b);
    const auto section = [&](std::string_view title, const std::map<std::string, Both>& changes) {
        if (changes.empty()) return;
        text += fmt::format("\n{}:\n", title);
        for (const auto& [name, both] : changes) text += change_line(name, both);
    };
    std::map<std::string, Both> resting = difference.calls, calls;
    for (auto item = resting.begin(); item != resting.end();) {
        const auto next = std::next(item);
        if (!rests(item->second)) calls.insert(resting.extract(item));
        item = next;
    }
    section("calls", calls);
    section("targets (# stands for any number)", difference.targets);
    section("calls that may just rest (locks, polls, sleeps, signals)", resting);
    if (text.size() == before) text += "\nno difference\n";
    std::string unreturned;
    for (const auto& [side, of] : {std::pair{"A", &a}, {"B", &b}})
        if (const std::string words = resting_words(of->never_returned); !words.empty())
            unreturned += fmt::format("{}{}: {}", unreturned.empty() ? "" : "; ", side, words);
    if (!unreturned.empty()) text += fmt::format("\nnot returned at the end, no difference by itself: {}\n", unreturned);
    return text;
}

nlohmann::json difference_json(const Statistics& a, const Statistics& b) {
    return {
        {"schema", "shimtrace.diff/1"},
        {"a",
         {{"events", a.events}, {"duration_ns", elapsed(a.first, a.last).count()}, {"never_returned", notable_json(a, a.never_returned)}}},
        {"b",
         {{"events", b.events}, {"duration_ns", elapsed(b.first, b.last).count()}, {"never_returned", notable_json(b, b.never_returned)}}},
        {"calls", changes_json(pair_up(a.by_call, b.by_call, true), "call")},
        {"targets", changes_json(pair_up(a.by_target, b.by_target, false), "target")}};
}

}  // namespace shimtrace::output
