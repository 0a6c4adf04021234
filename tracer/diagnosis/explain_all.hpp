// Every cause and every audit code, explained from its declaration.
#pragma once

#include <shimtrace/explained.hpp>

#include <vector>

namespace shimtrace::diagnosis {

/// Causes in the order of urgency, then the codes that are no cause. A word that is both stands once.
std::vector<Explained> explain_all();

}  // namespace shimtrace::diagnosis
