// What matters of a live trace first: the waits of Go's daemons and shims that rest are folded into a line now and then.
#pragma once

#include "tracer/output/text/trace_printer.hpp"

#include <shimtrace/event_sink.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::output {

/// Passes a session on to a printer, but for calls of containerd, shims and their like that may rest: parked threads, the poller, the
/// runtime's own sleeps. All other calls, and all of other programs, are shown. A recording that is made meanwhile has them all.
class RestingFold final : public EventSink {
public:
    explicit RestingFold(std::unique_ptr<TracePrinter> printer) : printer_(std::move(printer)) {}

    void session(const SessionInfo& session) override { printer_->session(session); }
    void target(OpenFileId id, const OpenFile& target) override { printer_->target(id, target); }
    void task(const TaskInfo& task) override;
    void event(const Event& event) override;
    void snapshot(const Snapshot& snapshot) override { printer_->snapshot(snapshot); }
    void idle() override;
    void end() override;

private:
    using Counts = std::map<std::string, std::uint64_t>;

    [[nodiscard]] bool folds(const Event& enter) const;
    void tell_parked();
    void tell_folded();

    const std::unique_ptr<TracePrinter> printer_;
    std::unordered_set<Tid> restful_;       ///< threads whose waits may be folded
    std::unordered_map<Tid, bool> hidden_;  ///< in such a call; true: what restarts it is one as well
    Counts parked_;                         ///< found at rest when they were attached, and not told of
    Counts folded_;                         ///< since the last line about it
    std::optional<MonotonicTime> told_;
    MonotonicTime last_;
    Tid last_tid_;
    bool told_how_ = false;
};

}  // namespace shimtrace::output
