// A FILE among the TARGETs of a command that looks at this host or at a file, and what is said of a word that is neither.
#pragma once

#include "tracer/session/targets.hpp"

#include <string>
#include <vector>

namespace shimtrace::cli {

struct AskedAbout {
    std::string file;                  ///< a recording; empty: this host is asked about
    std::vector<std::string> targets;  ///< TARGETs there
};

/// The first word that names a recording is the file; the others name what it holds.
AskedAbout asked_about(const std::vector<std::string>& words);

/// Says why they are not found, and hands the exit code back. Of a word that is a file's name or looks like one: what is wrong with that.
int report_not_found(const session::Refusal& refusal, const std::vector<std::string>& words);

}  // namespace shimtrace::cli
