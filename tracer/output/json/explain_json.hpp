// `explain --json`: schema shimtrace.explain/1.
#pragma once

#include <shimtrace/explained.hpp>

#include <nlohmann/json.hpp>

#include <span>

namespace shimtrace::output {

nlohmann::ordered_json explain_json(std::span<const Explained> words);

}  // namespace shimtrace::output
