// Whom a call's line speaks of.
#pragma once

#include <shimtrace/event.hpp>

#include <cstdint>
#include <vector>

namespace shimtrace::decoders {

/// Processes and threads, by the caller's numbers; `exit` nullptr: of a call that has not returned.
std::vector<std::int32_t> named_processes(const Event& enter, const Event* exit);

}  // namespace shimtrace::decoders
