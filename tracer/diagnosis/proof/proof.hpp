// That a container is healthy is proved, never assumed: every thread and goroutine was seen, and each one waits as an idle one does.
#pragma once

#include "tracer/diagnosis/graph/limits.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <string>
#include <vector>

namespace shimtrace::diagnosis {

/// A request to a shim or a daemon that has been under way for longer than its kind takes.
struct CallInFlight {
    Pid server;
    GoroutineId goroutine;
    std::string name;  ///< "Task.Kill"
    std::string line;  ///< the goroutine in words
    double since_s = -1;
};

struct Proof {
    Confidence confidence = Confidence::certain;
    std::vector<Limit> limits;         ///< what was not seen: then nothing is proved
    std::vector<Limit> unclear;        ///< what was seen, and is no wait that is known to be idle: neither
    std::vector<Limit> doubtful;       ///< what was seen by what is only likely to hold: then nothing is certain
    std::vector<std::string> outside;  ///< what is waited for outside of the container, and who holds the other end
    std::vector<CallInFlight> calls;   ///< too long
    bool unsettled = false;            ///< another look could tell more
};

Proof prove(const Context& look);

}  // namespace shimtrace::diagnosis
