// Which calls and signals are shown, and how each call is: -P, -e status=, signal=, abbrev=, verbose=, raw=, read=, write=. For
// printing and JSON lines.
#pragma once

#include "decoders/syscalls/transfer.hpp"
#include "tracer/output/print_options.hpp"

#include <shimtrace/event_sink.hpp>

#include <optional>

namespace shimtrace::output {

/// Whether a path that the call names, or one that its descriptors lead to, is wanted.
bool names_path(const PrintOptions& options, const Event& enter, const OpenFileDictionary& targets);

/// A number that is no signal is shown.
bool shows_signal(const PrintOptions& options, std::int64_t number);

/// `style` as -e abbrev=, verbose= and raw= change it for this call.
decoders::RenderStyle style_of(const PrintOptions& options, decoders::RenderStyle style, const Event& enter);

/// What -e read= and write= want dumped of a call; nullopt: nothing.
std::optional<decoders::MovedParts> dumped_parts(const PrintOptions& options, const Event& enter, const Event& exit);

/// One bit: how a call that returned has ended.
CallStatus status_of(const decoders::RenderedCall& call);

}  // namespace shimtrace::output
