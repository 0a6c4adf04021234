// A session for other tools: JSON lines, a Perfetto trace, a page of HTML. Each is a sink; text goes to a LineWriter as it comes.
#pragma once

#include "tracer/output/export/report.hpp"
#include "tracer/output/line_writer.hpp"
#include "tracer/output/print_options.hpp"

#include <shimtrace/event_sink.hpp>

#include <memory>

namespace shimtrace::output {

/// One object a line; the first is of type "session". docs/jsonl.md has the fields.
std::unique_ptr<EventSink> make_jsonl_exporter(LineWriter& writer);
/// Of `options` counts what chooses and renders calls, and what is told of each (-k, -i, -n, -e read=, write=); not how lines look.
std::unique_ptr<EventSink> make_jsonl_exporter(LineWriter& writer, const PrintOptions& options);
/// perfetto.protos.Trace: a track for each process and thread, by pod and container; calls and messages as slices, wake-ups and the two
/// ends of a message as flows where they are known; what `judge` says of the last snapshot as instants, its chain as flows.
std::unique_ptr<EventSink> make_perfetto_exporter(LineWriter& writer, Judge judge = {});
/// One page without any reference outside itself: what `judge` says of the last snapshot, a timeline, tables. No judge: no verdict.
std::unique_ptr<EventSink> make_html_exporter(LineWriter& writer, Judge judge = {});

}  // namespace shimtrace::output
