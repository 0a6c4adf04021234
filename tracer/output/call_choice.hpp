// Which calls are shown: -e trace=, -P, -e status=. Printing and JSON lines choose alike.
#pragma once

#include "output/print_options.hpp"

#include <shimtrace/stream.hpp>

namespace shimtrace::output {

/// Whether the call itself, or what its descriptors lead to, is among the wanted paths.
bool names_path(const PrintOptions& options, const Event& enter, const TargetDictionary& targets);

/// One bit: how a call that returned has ended.
CallStatus status_of(const decoders::RenderedCall& call);

}  // namespace shimtrace::output
