// What a verdict is as an exit code.
#pragma once

#include "tracer/session/resample.hpp"

namespace shimtrace::cli {

/// 0: all was seen and is well; 3: something is stuck; 4: that could not be told.
int verdict_code(const session::DiagnosisResult& result);

}  // namespace shimtrace::cli
