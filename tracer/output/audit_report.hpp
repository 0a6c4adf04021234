// What `audit` prints, as text or as JSON: what it found, where, and what it could not see.
#pragma once

#include <shimtrace/audit.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::output {

struct AuditedContainer {
    ContainerFiles files;
    std::string runtime_command;  ///< "runc --root …"
    std::optional<ShimAnswer> answer;
};

struct AuditReport {
    HostInfo host;
    RealTime taken;
    bool live = true;                          ///< false: of a copy of a host's files
    bool by_name = false;                      ///< these containers were asked about, not all
    std::vector<AuditedContainer> containers;  ///< that were audited
    std::vector<Finding> findings;
    std::vector<Finding> folded;            ///< the same for people: what many containers share is one finding
    std::vector<std::string_view> skipped;  ///< codes of the checks that were not made, as they need the live kernel
    std::vector<std::string> notes;
    std::vector<Limit> limits;  ///< what could not be seen: then the absence of findings says nothing
};

}  // namespace shimtrace::output
