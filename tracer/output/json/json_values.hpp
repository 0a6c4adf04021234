// What several documents of JSON hold alike.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>

namespace shimtrace::output {

using Json = nlohmann::ordered_json;

/// null where there is none.
Json pid_json(Pid pid);
Json number_json(const std::optional<double>& number);

/// Whose look it is, and of when.
Json host_json(const HostInfo& host, RealTime taken);

/// A list of {what, why, needs}.
Json limits_json(std::span<const Limit> limits);

/// As it is printed. `indent` -1: in one line. Foreign names reach a machine only as text that is valid: what is not UTF-8 is replaced.
std::string json_text(const Json& json, int indent = -1);
std::string json_text(const nlohmann::json& json, int indent = -1);

}  // namespace shimtrace::output
