// The node's watchman: looks at the host every so often, and tells which hangs begin, change and end.
#pragma once

#include "tracer/monitor/hang_ledger.hpp"
#include "tracer/session/resample.hpp"

#include <shimtrace/error.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::monitor {

struct MonitorOptions {
    Nanoseconds every = std::chrono::seconds(30);
    std::string ns, run_dir;
    std::vector<std::string> listen;  ///< empty: nobody can ask
    std::string token;
    std::string keep;  ///< a directory; empty: nothing is kept
    std::uint64_t keep_bytes = 0;
    std::optional<Nanoseconds> record_blamed;
    std::vector<std::string> exec;  ///< a program and its arguments; empty: none
    Nanoseconds exec_timeout = std::chrono::seconds(30);
    std::string otlp;         ///< a URL; empty: none
    std::uint64_t looks = 0;  ///< so many and then no more; 0: until interrupted
    std::function<bool()> interrupted;
    std::function<bool(const std::string&)> print;  ///< a line on standard output; false: nobody reads it any more
    std::function<void(const Error&)> warn;
    std::function<void(const std::string&)> made;      ///< told of each file that has to go with this program, however it is ended
    std::function<void(const std::string&)> removing;  ///< told of it before it goes
};

/// Until interrupted. Errors: it cannot listen, or keep, or nobody reads what it prints.
Result<void> run_monitor(const MonitorOptions& options);

}  // namespace shimtrace::monitor
