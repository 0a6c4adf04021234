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

/// All targets: the stuck by root culprit, one block a root; the healthy folded into one line.
std::string why_all_text(std::span<const Diagnosis> diagnoses, const WhyStyle& style);

/// The graph as indented lines, and in Graphviz's language.
std::string graph_text(const WaitGraph& graph);
std::string graph_dot(const WaitGraph& graph);

}  // namespace shimtrace::output
