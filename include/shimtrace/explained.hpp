// A word of `why` or of `audit`, explained to people: made from its declaration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shimtrace {

/// A way out, of its kind: not yet for one hang.
struct ExplainedRemedy {
    std::string name;     ///< stable
    std::string what;     ///< a sentence
    std::string command;  ///< its shape; empty: there is none
};

struct Explained {
    std::string word;
    bool is_cause = false;          ///< `why` says it
    bool is_finding = false;        ///< `audit` says it, with a severity
    std::string severity;           ///< "error", "warning"; empty where it is no finding
    std::string cause;              ///< of a finding: the word by which `why` says it; empty: it does not
    std::string meaning;            ///< who waits for what; empty where it is no cause
    std::string why_matters;        ///< of a finding
    std::string recognised;         ///< by what it is known
    std::string mending;            ///< what to do
    std::vector<std::string> seen;  ///< where people met it: "containerd#11511"
    std::vector<ExplainedRemedy> remedies;
};

}  // namespace shimtrace
