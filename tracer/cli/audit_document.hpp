// What `audit --json` prints, for a bundle.
#pragma once

#include "tracer/cli/command.hpp"

#include <optional>
#include <string>
#include <vector>

namespace shimtrace::cli {

/// `redact`: of what looks like a secret only that it does. nullopt: it could not be made; why has been said on standard error.
std::optional<std::string> audit_document(const Globals& globals, const std::vector<std::string>& targets, const std::string& ns,
                                          bool redact);

}  // namespace shimtrace::cli
