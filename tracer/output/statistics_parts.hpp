// What the texts and the JSON of statistics, and of their difference, share.
#pragma once

#include "tracer/output/statistics.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::output {

/// Since the session's start.
double seconds_into(const Statistics& statistics, MonotonicTime time);

/// A line a call, indented.
std::string notable_text(const Statistics& statistics, const std::vector<NotableCall>& calls);
nlohmann::json notable_json(const Statistics& statistics, const std::vector<NotableCall>& calls);

/// "12 calls that may just rest (8 futex, 4 epoll_pwait)"; empty: none.
std::string resting_words(const std::vector<NotableCall>& calls);
/// Those that are owed something.
std::vector<NotableCall> owed(const std::vector<NotableCall>& calls);

/// Of any of those: of a thread, "" where it is not known.
std::string comm_of(const Statistics& statistics, Tid tid);
nlohmann::json text_json(std::string_view text);

}  // namespace shimtrace::output
