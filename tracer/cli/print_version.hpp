// Which shimtrace this is, as `version` and `--version` print it.
#pragma once

#include "tracer/cli/command.hpp"

namespace shimtrace::cli {

void print_version(const Globals& globals);

}  // namespace shimtrace::cli
