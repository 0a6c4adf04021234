// The report: one page of HTML for whoever was not there. The verdict first, its picture, the stacks of those concerned, then all else.
// Works offline and without its script; foreign text in it is harmless.
#pragma once

#include <shimtrace/audit.hpp>
#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::output {

/// What is known of one moment.
struct ReportedMoment {
    Snapshot snapshot;
    std::vector<Diagnosis> diagnoses;
    std::vector<Limit> limits;
    std::vector<Finding> findings;
};

/// From a recording's snapshot: output itself does not diagnose.
using Judge = std::function<ReportedMoment(Snapshot)>;

/// The whole page. `writer`: "shimtrace 0.1.0".
std::string report_of(const ReportedMoment& moment, std::string_view writer);

/// The page's parts, for a report that has more of them.
std::string report_head(std::string_view title);
std::string report_verdicts(const ReportedMoment& moment);
std::string report_stacks(const ReportedMoment& moment);
std::string report_findings(const ReportedMoment& moment);
std::string report_surroundings(const ReportedMoment& moment);
std::string report_foot(std::string_view writer);

/// "c1 is stuck: stdio-backpressure", "3 of 12 are stuck", "nothing is stuck": of the title and the first heading.
std::string report_headline(const ReportedMoment& moment);

}  // namespace shimtrace::output
