// What containerd's and runc's files on disk tell: contradictions that no wait shows.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

struct FileFinding {
    std::string_view cause;
    std::string detail;
    Confidence confidence = Confidence::certain;
    std::vector<std::string> evidence;
    std::vector<ChainLink> chain;
    std::vector<Culprit> culprits;
};

std::vector<FileFinding> file_findings(const Context& look);

}  // namespace shimtrace::diagnosis
