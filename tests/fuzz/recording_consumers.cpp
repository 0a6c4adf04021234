// What replay, stat and export make of a recording that the reader believes.
#include "tests/fuzz/recording_input.hpp"
#include "tracer/output/export/exporters.hpp"
#include "tracer/output/statistics.hpp"
#include "tracer/output/tee.hpp"
#include "tracer/output/text/trace_printer.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace shimtrace;

namespace {

struct Nowhere final : output::LineWriter {
    void write(Tid, std::string_view) override {}
    void flush() override {}
};

output::PrintOptions everything() {
    output::PrintOptions options;
    options.style.fds = decoders::FdDecoding::all;
    options.style.roles = true;
    return options;
}

/// All that a recording's events are made into, and what is told of them at the end.
struct Consumers final : EventSink {
    Nowhere nowhere;
    output::TracePrinter printer{everything(), nowhere};
    output::Statistics statistics;
    std::unique_ptr<EventSink> jsonl = output::make_jsonl_exporter(nowhere), perfetto = output::make_perfetto_exporter(nowhere),
                               html = output::make_html_exporter(nowhere);
    output::Tee all{{&printer, &statistics, jsonl.get(), perfetto.get(), html.get()}};

    void session(const SessionInfo& info) override { all.session(info); }
    void target(OpenFileId id, const OpenFile& target) override { all.target(id, target); }
    void task(const TaskInfo& task) override { all.task(task); }
    void event(const Event& event) override { all.event(event); }
    void snapshot(const Snapshot& snapshot) override { all.snapshot(snapshot); }
    void end() override {
        all.end();
        const output::Statistics nothing;
        (void)output::statistics_text(statistics, {"call", "target", "thread", "container", "method"});
        (void)as_text(output::statistics_json(statistics));
        for (const output::Statistics* other : {&nothing, &std::as_const(statistics)}) {
            (void)output::difference_text(*other, statistics);
            (void)as_text(output::difference_json(*other, statistics));
        }
    }

private:
    static std::string as_text(const nlohmann::json& json) { return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    recording::feed<Consumers>(data, size);
    return 0;
}
