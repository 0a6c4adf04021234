// `why` for people: the verdict as a sentence, the chain drawn, the evidence, the remedies with their risk.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <span>
#include <string>

namespace shimtrace::output {

struct WhyStyle {
    bool color = false;
    std::size_t width = 80;
    bool whole_graph = false;  ///< -v: every node and edge that was walked
};

/// One target's verdict, and what else ails it.
std::string why_text(const Diagnosis& diagnosis, const WhyStyle& style);

/// All targets: the stuck by root culprit, one block a root; then those that could not be told of, with what could not be seen; the healthy
/// folded into one line.
std::string why_all_text(std::span<const Diagnosis> diagnoses, std::span<const Limit> limits, const WhyStyle& style);

/// "goroutines of shim[790]: not permitted (needs CAP_SYS_PTRACE)".
std::string limit_text(const Limit& limit);

/// The graph as indented lines, and in Graphviz's language.
std::string graph_text(const WaitGraph& graph);
std::string graph_dot(const WaitGraph& graph);

}  // namespace shimtrace::output
