// Times as JSON has them.
#pragma once

#include <shimtrace/types.hpp>

#include <string>

namespace shimtrace::cli {

/// "2026-11-24T22:51:52Z".
std::string rfc3339(RealTime time);

}  // namespace shimtrace::cli
