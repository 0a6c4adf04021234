// The hangs of a host over time: which begin, change and end, from what each look says. Pure: no clock, no host.
//
// A hang is its target's: that of one container, whatever its cause is called as more of it is seen, is one hang until the container moves
// again or is gone. Where a look could not tell, nothing changes.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::monitor {

enum class HangSeverity : std::uint8_t { warning, critical };
enum class HangEnd : std::uint8_t { resolved, gone, restarted };
enum class HangStep : std::uint8_t { begin, change, end };

std::string_view word(HangSeverity severity);
std::string_view word(HangEnd end);
std::string_view word(HangStep step);

struct Hang {
    std::string id;   ///< 16 hexadecimal digits; no other hang of this host has it
    std::string key;  ///< whose it is: see hang_key
    Pid unit;         ///< the shim or monitor that its target lives below, or its process; 0: none
    RealTime began;
    MonotonicTime began_monotonic;
    Diagnosis diagnosis;       ///< as it was seen last; of a hang that an earlier monitor saw, until it is seen again: what was kept of it
    std::string picture = {};  ///< its chain as SVG, where it was drawn
    std::string snapshot, recording;  ///< file names in the keep directory; empty: none
};

struct HangEvent {
    HangStep step{};
    Hang hang;
    RealTime at;
    double lasted_s = 0;
    std::string before = {};  ///< change: the cause before
    HangEnd how{};            ///< end
};

/// What one look found.
struct Findings {
    RealTime at;
    MonotonicTime at_monotonic;
    std::vector<Diagnosis> diagnoses;
    std::function<Pid(const Diagnosis&)> unit_of;    ///< the shim or monitor; 0: none
    std::function<bool(const Hang&)> was_looked_at;  ///< so that a hang that was not found is one no more
};

/// Whose hang it is: a container by its place, else a process.
std::string hang_key(const DiagnosedTarget& target);

/// How far it reaches: critical where a daemon or a shim hangs or is to blame, without which no container can be managed, or where a mount
/// or a cgroup is at its root, on which others hang as well.
HangSeverity severity_of(const Diagnosis& diagnosis);

class HangLedger {
public:
    explicit HangLedger(std::string boot_id) : boot_id_(std::move(boot_id)) {}

    std::vector<HangEvent> take(const Findings& findings);
    /// Those that an earlier monitor saw. Of an earlier boot they are over. One that is said to have begun when it cannot have (a file may
    /// say anything, and monotonic clocks differ between time namespaces) began now.
    std::vector<HangEvent> take_over(std::vector<Hang> hangs, const std::string& boot_id, RealTime now, MonotonicTime now_monotonic);

    [[nodiscard]] const std::map<std::string, Hang>& hangs() const { return hangs_; }  ///< by key
    [[nodiscard]] const std::deque<HangEvent>& ended() const { return ended_; }        ///< the latest first, 50 at most
    Hang* find(const std::string& id);
    void for_each(const std::function<void(Hang&)>& visit);

private:
    std::string new_id(const std::string& key, RealTime began) const;
    HangEvent end(const Hang& hang, RealTime at, double lasted_s, HangEnd how);

    std::string boot_id_;
    std::map<std::string, Hang> hangs_;
    std::deque<HangEvent> ended_;
};

}  // namespace shimtrace::monitor
