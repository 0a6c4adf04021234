#include "decoders/syscalls/render.hpp"
#include "tracer/output/call_name.hpp"
#include "tracer/output/export/call_exporter.hpp"
#include "tracer/output/export/exporters.hpp"
#include "tracer/output/export/perfetto_moment.hpp"
#include "tracer/output/export/perfetto_packets.hpp"
#include "tracer/output/export/perfetto_scheduling.hpp"
#include "tracer/output/messages.hpp"
#include "tracer/output/statistics.hpp"
#include "tracer/output/wait_cause.hpp"

#include "decoders/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace shimtrace::output {

namespace {

/// How many threads of each process waited for what, over time: a number for each cause.
class BlockedCounts {
public:
    /// Shorter waits are no time worth a picture.
    static constexpr Nanoseconds shortest = std::chrono::milliseconds(1);
    static constexpr std::size_t most = 1'000'000;

    void add(Pid pid, std::string_view cause, MonotonicTime from, MonotonicTime to) {
        if (cause.empty() || elapsed(from, to) < shortest || kept_ >= most) return;
        ++kept_;
        auto& steps = steps_[{pid, cause}];
        steps.emplace_back(from, 1);
        steps.emplace_back(to, -1);
    }
    void put(PerfettoPackets& packets) {
        for (auto& [key, steps] : steps_) {
            std::ranges::sort(steps);
            const std::uint64_t track =
                packets.counter_track(fmt::format("blocked: {}", key.second), PerfettoPackets::process_track(key.first));
            std::int64_t now = 0;
            for (std::size_t n = 0; n < steps.size(); ++n) {
                now += steps[n].second;
                if (n + 1 == steps.size() || steps[n + 1].first != steps[n].first) packets.count(track, steps[n].first, now);
            }
        }
        steps_.clear();
    }

private:
    std::map<std::pair<Pid, std::string_view>, std::vector<std::pair<MonotonicTime, int>>> steps_;  ///< causes are literals
    std::size_t kept_ = 0;
};

class PerfettoExporter final : public CallExporter {
public:
    PerfettoExporter(LineWriter& writer, Judge judge) : CallExporter(writer), packets_(writer), judge_(std::move(judge)) {}

    void session(const SessionInfo& info) override {
        CallStream::session(info);
        packets_.clocks(info);
        if (info.scheduling) PerfettoScheduling::put_system(packets_, info.host);
    }
    void task(const TaskInfo& task) override {
        CallStream::task(task);
        if (task.pid) packets_.describe(task.pid, task.tid, find_task(task.tid));
    }
    void snapshot(const Snapshot& snapshot) override {
        if (judge_) last_ = snapshot;
    }
    void scheduling(const Scheduling& stretch) override { scheduling_.put(packets_, stretch); }
    void end() override {
        CallStream::end();
        blocked_.put(packets_);
        if (last_) put_moment(packets_, judge_(std::move(*last_)));
        writer().flush();
    }

private:
    using Pbf = PerfettoPackets::Pbf;

    /// What is of no thread: events that were lost.
    std::uint64_t track_of(const Event& event) {
        if (event.kind == EventKind::lost) return packets_.named_track("recorder", 0);
        if (!packets_.knows(event.pid, event.tid)) packets_.describe(event.pid, event.tid, find_task(event.tid));
        return PerfettoPackets::thread_track(event.pid, event.tid);
    }

    template <typename Fill>
    void put_call(const Event& enter, MonotonicTime until, std::string_view category, Fill fill) {
        const std::uint64_t track = track_of(enter);
        const OpenFile* target = enter.fds.empty() ? nullptr : targets().find(enter.fds.front().target);
        const std::string_view cause = wait_cause(enter, target);
        packets_.event(enter.time, PerfettoPackets::slice_begin, track, [&](Pbf& event) {
            PerfettoPackets::name_event(event, category, call_name(enter));
            fill(event);
            if (target != nullptr) PerfettoPackets::annotate(event, "target", text::printable(target_text(*target)));
            if (!cause.empty()) PerfettoPackets::annotate(event, "waits for", cause);
        });
        packets_.event(until, PerfettoPackets::slice_end, track, [](Pbf&) {});
        blocked_.add(enter.pid, cause, enter.time, until);
    }

    void entered(const Event& enter) override { messages_.entered(enter, targets()); }

    /// Calls over a socket as slices of their process; where both ends are traced an arrow leads from the one to the other. Slices of one
    /// track may not overlap but by lying within each other: each call gets the first track that is free.
    void put_messages(const std::vector<SeenMessage>& messages) {
        for (const SeenMessage& message : messages) {
            if (!message.reply || message.method.empty() || !message.took || *message.took < Nanoseconds{}) continue;
            if (!packets_.knows(message.pid)) packets_.describe(message.pid, leader(message.pid), find_task(leader(message.pid)));
            const MonotonicTime from = message.time - *message.took;
            std::vector<MonotonicTime>& free = message_lanes_[{message.pid, message.protocol, message.served}];
            auto lane = std::ranges::find_if(free, [&](MonotonicTime end) { return end <= from; });
            if (lane == free.end()) lane = free.insert(free.end(), from);
            *lane = message.time;
            const auto number = lane - free.begin();
            const std::uint64_t track =
                packets_.named_track(fmt::format("{} {}{}", protocol_name(message.protocol), message.served ? "answered" : "asked",
                                                 number == 0 ? "" : fmt::format(" {}", number + 1)),
                                     PerfettoPackets::process_track(message.pid));
            std::vector<std::uint64_t> flows;
            if (message.connection != 0)
                flows.push_back(std::hash<std::uint64_t>{}(message.connection * 0x9e3779b97f4a7c15 ^ message.call) | std::uint64_t{1}
                                                                                                                         << 63);
            packets_.put({.track = track,
                          .from = from,
                          .to = message.time,
                          .category = message.error.empty() ? "message" : "error",
                          .name = message.method,
                          .flows = std::move(flows),
                          .note = message.error});
        }
    }

    void call(const Event& enter, const Event& exit) override {
        put_messages(messages_.returned(enter, exit, targets()));
        const auto rendered = decoders::render_call(enter, exit, style(), scope());
        const std::uint64_t woken = note_flow(enter, exit);
        put_call(enter, exit.time, exit.is_error ? "error" : "syscall", [&](Pbf& event) {
            PerfettoPackets::annotate(event, "call", text::printable(rendered.on_entry + rendered.on_exit));
            PerfettoPackets::annotate(event, "result", text::printable(rendered.result));
            PerfettoPackets::annotate(event, "ret", exit.result);
            if (woken != 0) PerfettoPackets::add_flow(event, woken);
        });
    }

    /// Bytes written to a pipe or fifo wake the reader whose read returns next: an arrow from the one slice to the other.
    std::uint64_t note_flow(const Event& enter, const Event& exit) {
        if (enter.fds.empty() || exit.is_error || exit.result <= 0) return 0;
        const OpenFile* target = targets().find(enter.fds.front().target);
        if (target == nullptr || (target->kind != OpenFileKind::pipe && target->kind != OpenFileKind::fifo) || !target->inode) return 0;
        const std::string name = call_name(enter);
        const auto key = std::pair(target->device, target->inode.value);
        const std::uint64_t id = std::hash<std::uint64_t>{}(key.first * 1000003 ^ key.second);
        if (name == "write" || name == "writev") {
            const std::uint64_t flow = packets_.next_flow();
            written_[id] = {flow, exit.time};
            return flow;
        }
        if (name != "read" && name != "readv") return 0;
        const auto found = written_.find(id);
        if (found == written_.end() || found->second.second < enter.time) return 0;  // the bytes were there: nobody was woken
        const std::uint64_t flow = found->second.first;
        written_.erase(found);
        return flow;
    }

    void unfinished(const Event& enter, MonotonicTime last, Unreturned) override {
        put_call(enter, last, "never returned", [&](Pbf& event) {
            PerfettoPackets::annotate(event, "call", text::printable(decoders::render_entry(enter, style(), scope()).on_entry));
        });
    }

    void other(const Event& event) override {
        std::string name;
        switch (event.kind) {
            case EventKind::signal:
                name = decoders::signal_name(event.number);
                break;
            case EventKind::group_stop:
                name = "stopped by " + decoders::signal_name(event.number);
                break;
            case EventKind::still_blocked:
                name = "still blocked in " + call_name(event);
                break;
            case EventKind::exec:
                name = "exec";
                break;
            case EventKind::exited:
                name = fmt::format("exited with {}", event.result);
                break;
            case EventKind::killed:
                name = "killed by " + decoders::signal_name(event.number);
                break;
            case EventKind::lost:
                name = fmt::format("{} events lost", event.result);
                break;
            default:
                return;
        }
        packets_.put({.track = track_of(event),
                      .from = event.time,
                      .category = "event",
                      .name = std::move(name),
                      .note_key = "note",
                      .note = event.note});
    }

    PerfettoPackets packets_;
    PerfettoScheduling scheduling_;
    BlockedCounts blocked_;
    std::map<std::tuple<Pid, int, bool>, std::vector<MonotonicTime>> message_lanes_;  ///< when the last slice of each ends
    MessageReader messages_;
    const Judge judge_;
    std::optional<Snapshot> last_;
    std::unordered_map<std::uint64_t, std::pair<std::uint64_t, MonotonicTime>> written_;  ///< by pipe: flow, and when
};

}  // namespace

std::unique_ptr<EventSink> make_perfetto_exporter(LineWriter& writer, Judge judge) {
    return std::make_unique<PerfettoExporter>(writer, std::move(judge));
}

}  // namespace shimtrace::output
