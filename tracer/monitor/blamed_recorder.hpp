// --record-blamed: a recording of the processes to blame for a hang, made by a shimtrace of its own beside the looks.
#pragma once

#include "tracer/monitor/hang_ledger.hpp"
#include "tracer/monitor/keep_directory.hpp"
#include "tracer/procfs/child_program.hpp"

#include <shimtrace/types.hpp>

#include <list>
#include <set>
#include <string>
#include <vector>

namespace shimtrace::monitor {

class BlamedRecorder {
public:
    explicit BlamedRecorder(Nanoseconds duration) : duration_(duration) {}

    /// Begins, where fewer than a few are under way: a tracer costs who is traced. False: it did not.
    bool begin(const Hang& hang, const KeepDirectory& keep);

    struct Finished {
        std::string hang, name;
        Result<void> kept;
    };
    /// Those that have ended since.
    std::vector<Finished> finished(KeepDirectory& keep);
    /// Ends all of them now; what they have recorded is kept.
    std::vector<Finished> finish(KeepDirectory& keep);
    /// The units whose processes are held by these recordings, and would be seen as traced.
    [[nodiscard]] std::set<Pid> held() const;

private:
    struct Running {
        std::string hang, name;
        Pid unit;
        host::ChildProgram program;
        MonotonicTime overdue;
    };
    Nanoseconds duration_;
    std::list<Running> running_;
};

}  // namespace shimtrace::monitor
