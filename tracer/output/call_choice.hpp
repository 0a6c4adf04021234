// Which calls and signals are shown: -P, -e status=, -e signal=. For printing and JSON lines.
#pragma once

#include "output/print_options.hpp"

#include <shimtrace/stream.hpp>

namespace shimtrace::output {

/// Whether a path that the call names, or one that its descriptors lead to, is wanted.
bool names_path(const PrintOptions& options, const Event& enter, const TargetDictionary& targets);

/// A number that is no signal is shown.
bool shows_signal(const PrintOptions& options, std::int64_t number);

/// One bit: how a call that returned has ended.
CallStatus status_of(const decoders::RenderedCall& call);

}  // namespace shimtrace::output
