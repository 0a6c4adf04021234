// What a report tells of one look: the verdicts, and where containerd, shim, runc and the kernel contradict each other.
#pragma once

#include "tracer/output/export/report.hpp"
#include "tracer/session/resample.hpp"

#include <string>

namespace shimtrace::session {

/// Of a saved snapshot: the checks that need no more than it.
output::ReportedMoment report_moment(DiagnosisResult result);

/// Of this host, now: the whole audit of the containers asked about. `run_dir`: containerd's state, where it cannot be found by itself.
output::ReportedMoment report_live_moment(DiagnosisResult result, const std::string& run_dir);

/// A recording's snapshot, judged as `why FILE` does.
output::ReportedMoment judge_snapshot(Snapshot snapshot);

}  // namespace shimtrace::session
