// What exporters of calls share: where they write to, and how a call is rendered: with roles, and all that is known of descriptors.
#pragma once

#include "decoders/syscalls/render.hpp"
#include "tracer/output/call_stream.hpp"
#include "tracer/output/line_writer.hpp"

namespace shimtrace::output {

class CallExporter : public CallStream {
public:
    explicit CallExporter(LineWriter& writer, const decoders::RenderStyle& style = {}) : writer_(writer), style_(style) {
        style_.fds = decoders::FdDecoding::all;
        style_.roles = true;
        scope_.targets = &targets();
        scope_.task = [this](Tid tid) { return find_task(tid); };
        scope_.task_within = [this](Inode pid_namespace, std::int32_t number) { return find_task(pid_namespace, number); };
    }
    CallExporter(const CallExporter&) = delete;  // the scope points into it
    CallExporter& operator=(const CallExporter&) = delete;

    void end() override {
        CallStream::end();
        writer_.flush();
    }

protected:
    [[nodiscard]] LineWriter& writer() { return writer_; }
    [[nodiscard]] const decoders::RenderStyle& style() const { return style_; }
    [[nodiscard]] const decoders::RenderScope& scope() const { return scope_; }

private:
    LineWriter& writer_;
    decoders::RenderStyle style_;
    decoders::RenderScope scope_;
};

}  // namespace shimtrace::output
