// Which of a host's shims and daemons are worth a close look, from looks that only tell who has run since. Pure: no clock, no host.
//
// What hangs does not run. So a thread of a container that has stood still from one look to the next is looked at closely, once: as long as
// it does not run it stays what it was found to be. A close look at who has only just come to stand does not count: a hang shows with time.
// A shim's own threads tell less, for Go's runtime wakes now and then though nothing happens. But its goroutines do: one that has stood
// where it stands from one look to the next, and was not seen to stand there when its shim, or daemon, was looked at closely, serves a call
// that does not end, or has come to wait elsewhere than it used to. What has moved is looked at in turn, as often as the budget allows. Who
// is stopped, or in state D, anywhere on the host, may be waited for by anybody: then everything is looked at.
#pragma once

#include "tracer/monitor/activity.hpp"

#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace shimtrace::monitor {

/// What is to be looked at closely now.
struct ClosePlan {
    bool all = false;             ///< every container of the host, also one below no shim
    std::vector<Identity> units;  ///< these; with `all` daemons alone, of which that does not tell
    [[nodiscard]] bool empty() const { return !all && units.empty(); }
};

/// What closer looks cost, and how much of the time they may take. Of all that may be put off, none is looked at beyond it.
struct Budget {
    double share = 0.006;  ///< of one core
    double spent_s = 0;    ///< CPU time of all close looks so far
    double elapsed_s = 0;  ///< since the first
    double whole_s = 0;    ///< CPU time that the last look at the whole host took
    double base_s = 0;     ///< what a look at one unit takes
    [[nodiscard]] double left_s() const { return share * elapsed_s - spent_s; }
};

class Suspects {
public:
    /// `hanging`: the units that were found to hang at the last close look.
    ClosePlan choose(const Activity& now, const std::set<Identity>& hanging, const Budget& budget);
    /// The chosen have been looked at, as they were in `now`.
    void looked_at(const ClosePlan& plan, const Activity& now);
    /// How many looks ago the unit was looked at whose close look is the longest past.
    [[nodiscard]] std::uint64_t oldest_verdict() const;

private:
    struct Known {
        UnitActivity before, vetted;  ///< as of the last look, and of the last close one
        std::set<Tid> stood;          ///< at the last look: those that were so at the one before
        std::set<Tid> vetted_standing;
        std::vector<golang::ParkedGoroutine> parked;         ///< at the last look: those that were there at the one before
        std::vector<golang::ParkedGoroutine> vetted_parked;  ///< as goroutines that live have ever been seen by a close look to stand
        std::uint64_t vetted_at = 0;                         ///< the number of that look; 0: never
        bool seen_before = false;
    };
    std::uint64_t looks_ = 0;
    std::map<Identity, Known> units_;
    std::map<Identity, ProcessState> halted_before_, halted_standing_, halted_vetted_;
    bool looked_at_all_ = false;
};

}  // namespace shimtrace::monitor
