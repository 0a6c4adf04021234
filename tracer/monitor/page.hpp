// The page for people: what hangs, since when, who is to blame, and what ended lately. No script, nothing from elsewhere.
#pragma once

#include "tracer/monitor/hang_ledger.hpp"

#include <shimtrace/snapshot.hpp>

#include <span>
#include <string>

namespace shimtrace::monitor {

struct PageFacts {
    const HangLedger& ledger;
    const HostInfo& host;
    std::span<const Limit> limits;
    RealTime last_look;
    MonotonicTime now;
    double every_s = 0;
    std::size_t containers = 0, undecided = 0;
};

std::string page_html(const PageFacts& facts);

}  // namespace shimtrace::monitor
