// `ps --json`: schema shimtrace.ps/1.
#pragma once

#include "tracer/output/container_list.hpp"

#include <nlohmann/json.hpp>

namespace shimtrace::output {

nlohmann::ordered_json containers_json(const ContainerList& list);

}  // namespace shimtrace::output
