// The verdict in words: one sentence, the chain, what to do. A row a cause.
#pragma once

#include "tracer/diagnosis/causes/causes.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// What a sentence and its remedies are made from.
struct ExplanationInput {
    std::string_view cause;
    const Context& look;
    const Path* path = nullptr;  ///< nullptr: from files alone
    std::vector<Culprit> culprits;
    const ContainerFiles* files = nullptr;
    std::string detail;  ///< file causes: what is wrong
};

std::string summary(const ExplanationInput& verdict);
std::vector<Remedy> remedies(const ExplanationInput& verdict);
std::vector<ChainLink> chain_of(const Context& look, const Path& path);
std::vector<std::string> evidence_of(const Path& path);

/// "c1", "init nc[123]" …: the target in words.
std::string target_words(const Context& look);

}  // namespace shimtrace::diagnosis
