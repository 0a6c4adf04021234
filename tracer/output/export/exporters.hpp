// A session for other tools: JSON lines, a Perfetto trace, a page of HTML. Each is a sink; text goes to a LineWriter as it comes.
#pragma once

#include "tracer/output/line_writer.hpp"
#include "tracer/output/print_options.hpp"

#include <shimtrace/event_sink.hpp>

#include <memory>

namespace shimtrace::output {

/// One object a line; the first is of type "session". docs/jsonl.md has the fields.
std::unique_ptr<EventSink> make_jsonl_exporter(LineWriter& writer);
/// Of `options` counts what chooses and renders calls, and what is told of each (-k, -i, -n, -e read=, write=); not how lines look.
std::unique_ptr<EventSink> make_jsonl_exporter(LineWriter& writer, const PrintOptions& options);
/// perfetto.protos.Trace: a track for each process and thread, calls as slices, blocked stretches, wake-ups as flows where they are known.
std::unique_ptr<EventSink> make_perfetto_exporter(LineWriter& writer);
/// One page without any reference outside itself: tables, longest calls, calls that never returned, a timeline of the blocked.
std::unique_ptr<EventSink> make_html_exporter(LineWriter& writer);

}  // namespace shimtrace::output
