// What `ps` lists: containers as the host's files and processes tell of them, each with what `why` says of it.
#pragma once

#include "tracer/output/container_list.hpp"
#include "tracer/session/resample.hpp"

#include <string>

namespace shimtrace::session {

/// By namespace and id; pods without a shim come behind them. `ns`: those of this namespace, containerd's or Kubernetes'; empty: all.
output::ContainerList list_with_verdicts(DiagnosisResult seen, const std::string& ns);

}  // namespace shimtrace::session
