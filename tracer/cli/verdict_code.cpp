#include "tracer/cli/verdict_code.hpp"

#include "tracer/cli/command.hpp"

#include <algorithm>

namespace shimtrace::cli {

int verdict_code(const session::DiagnosisResult& result) {
    const auto& all = result.diagnoses;
    if (std::ranges::any_of(all, &Diagnosis::stuck)) return exit_stuck;
    // Who asks about the whole host is answered in part where a part of it is out of sight.
    const bool whole_host = result.query.containers.empty() && result.query.pids.empty();
    const bool open = std::ranges::any_of(all, [](const Diagnosis& one) { return !one.decided; });
    return open || (whole_host && !result.limits.empty()) ? exit_unknown : exit_done;
}

}  // namespace shimtrace::cli
