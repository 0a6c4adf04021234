// Field numbers are those of protos/perfetto/trace/trace_packet.proto, clock_snapshot.proto and track_event/*.proto of Perfetto.
#include "decoders/syscalls/render.hpp"
#include "tracer/output/call_name.hpp"
#include "tracer/output/export/call_exporter.hpp"
#include "tracer/output/export/exporters.hpp"
#include "tracer/output/messages.hpp"
#include "tracer/output/role_text.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/printable.hpp"

#include <fmt/format.h>
#include <protozero/pbf_writer.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace shimtrace::output {

namespace {

enum Trace : protozero::pbf_tag_type { trace_packet = 1 };
enum Packet : protozero::pbf_tag_type {
    packet_clock_snapshot = 6,
    packet_timestamp = 8,
    packet_sequence = 10,
    packet_track_event = 11,
    packet_sequence_flags = 13,
    packet_timestamp_clock = 58,
    packet_track_descriptor = 60,
};
enum ClockSnapshot : protozero::pbf_tag_type { snapshot_clock = 1, snapshot_primary = 2 };
enum Clock : protozero::pbf_tag_type { clock_id = 1, clock_timestamp = 2 };
enum Track : protozero::pbf_tag_type { track_uuid = 1, track_name = 2, track_process = 3, track_thread = 4, track_parent = 5 };
enum TrackProcess : protozero::pbf_tag_type { process_pid = 1, process_name = 6 };
enum TrackThread : protozero::pbf_tag_type { thread_pid = 1, thread_tid = 2, thread_name = 5 };
enum TrackEvent : protozero::pbf_tag_type {
    event_annotation = 4,
    event_type = 9,
    event_track = 11,
    event_category = 22,
    event_name = 23,
    event_flow = 47,
};
enum Annotation : protozero::pbf_tag_type { annotation_int = 4, annotation_string = 6, annotation_name = 10 };

constexpr std::uint32_t slice_begin = 1, slice_end = 2, instant = 3;
constexpr std::uint32_t realtime_clock = 1, monotonic_clock = 3, sequence_id = 1, state_cleared = 1;
constexpr std::uint64_t recorder_track = 1, first_named_track = 2;  // no process and thread have these: a thread's is beyond 2^32

class PerfettoExporter final : public CallExporter {
public:
    PerfettoExporter(LineWriter& writer, Judge judge) : CallExporter(writer), judge_(std::move(judge)) {}

    /// The clock of all that follows, and which wall-clock time it stands for.
    void session(const SessionInfo& info) override {
        CallStream::session(info);
        put({}, [&](Pbf& out) {
            Pbf snapshot(out, packet_clock_snapshot);
            const auto add = [&](std::uint32_t clock, std::int64_t nanoseconds) {
                Pbf reading(snapshot, snapshot_clock);
                reading.add_uint32(clock_id, clock);
                reading.add_uint64(clock_timestamp, static_cast<std::uint64_t>(nanoseconds));
            };
            add(monotonic_clock, info.monotonic_anchor.time_since_epoch().count());
            if (info.real_anchor != RealTime{}) add(realtime_clock, info.real_anchor.time_since_epoch().count());
            snapshot.add_uint32(snapshot_primary, monotonic_clock);
        });
    }
    void task(const TaskInfo& task) override {
        CallStream::task(task);
        describe(task.pid, task.tid);
    }
    void snapshot(const Snapshot& snapshot) override {
        if (judge_) last_ = snapshot;
    }
    void end() override {
        CallStream::end();
        if (last_) put_moment(judge_(std::move(*last_)));
        writer().flush();
    }

private:
    using Pbf = protozero::pbf_writer;

    static std::uint64_t process_track(Pid pid) { return static_cast<std::uint64_t>(pid.value) << 32 | 0xffffffff; }
    static std::uint64_t thread_track(Pid pid, Tid tid) {
        return static_cast<std::uint64_t>(pid.value) << 32 | static_cast<std::uint32_t>(tid.value);
    }

    /// Clocks and tracks have no time.
    template <typename Fill>
    void put(std::optional<MonotonicTime> time, Fill fill) {
        std::string packet;
        Pbf out(packet);
        if (time) {
            out.add_uint64(packet_timestamp, static_cast<std::uint64_t>(time->time_since_epoch().count()));
            out.add_uint32(packet_timestamp_clock, monotonic_clock);
        }
        out.add_uint32(packet_sequence, sequence_id);
        if (!begun_) out.add_uint32(packet_sequence_flags, state_cleared);
        begun_ = true;
        fill(out);
        std::string framed;
        Pbf(framed).add_message(trace_packet, packet);
        writer().write({}, framed);
    }

    /// A track by its name alone, below another.
    std::uint64_t named_track(const std::string& name, std::uint64_t parent) {
        const auto [at, fresh] = named_tracks_.try_emplace({parent, name}, next_track_);
        if (fresh) {
            ++next_track_;
            put({}, [&](Pbf& out) {
                Pbf track(out, packet_track_descriptor);
                track.add_uint64(track_uuid, at->second);
                if (parent != 0) track.add_uint64(track_parent, parent);
                track.add_string(track_name, text::printable(name));
            });
        }
        return at->second;
    }

    /// Pod and container around what is theirs; 0: of none.
    std::uint64_t group_of(const ContainerRef& container) {
        if (!container) return 0;
        const std::size_t slash = container.name.rfind('/');
        const bool of_pod = slash != std::string::npos && container.name.find('/') != slash;
        const std::uint64_t pod = of_pod ? named_track("pod " + container.name.substr(0, slash), 0) : 0;
        return named_track("container " + text::container_words(container), pod);
    }

    void describe(Pid pid, Tid tid) {
        const TaskInfo* task = find_task(tid);
        const std::string comm = task == nullptr ? std::string() : text::printable(task->comm);
        const std::string role = task == nullptr ? std::string() : role_text(task->role);
        if (tid == leader(pid) || !described_processes_.contains(pid)) {
            described_processes_.insert(pid);
            const std::uint64_t group = task == nullptr ? 0 : group_of(task->role.container);
            put({}, [&](Pbf& out) {
                Pbf track(out, packet_track_descriptor);
                track.add_uint64(track_uuid, process_track(pid));
                if (group != 0) track.add_uint64(track_parent, group);
                Pbf process(track, track_process);
                process.add_int32(process_pid, pid.value);
                process.add_string(process_name, role.empty() ? comm : comm + " (" + text::printable(role) + ")");
            });
        }
        described_threads_.insert(thread_track(pid, tid));
        put({}, [&](Pbf& out) {
            Pbf track(out, packet_track_descriptor);
            track.add_uint64(track_uuid, thread_track(pid, tid));
            track.add_uint64(track_parent, process_track(pid));
            Pbf thread(track, track_thread);
            thread.add_int32(thread_pid, pid.value);
            thread.add_int32(thread_tid, tid.value);
            thread.add_string(thread_name, comm);
        });
    }

    void need_track(const Event& event) {
        if (event.kind == EventKind::lost) return describe_recorder();
        if (!described_threads_.contains(thread_track(event.pid, event.tid))) describe(event.pid, event.tid);
    }

    /// What is of no thread: events that were lost.
    void describe_recorder() {
        if (std::exchange(described_recorder_, true)) return;
        put({}, [&](Pbf& out) {
            Pbf track(out, packet_track_descriptor);
            track.add_uint64(track_uuid, recorder_track);
            track.add_string(track_name, "recorder");
        });
    }
    static std::uint64_t track_of(const Event& event) {
        return event.kind == EventKind::lost ? recorder_track : thread_track(event.pid, event.tid);
    }

    static void annotate(Pbf& event, const char* name, std::string_view value) {
        Pbf annotation(event, event_annotation);
        annotation.add_string(annotation_name, name);
        annotation.add_string(annotation_string, value.data(), value.size());
    }
    static void annotate(Pbf& event, const char* name, std::int64_t value) {
        Pbf annotation(event, event_annotation);
        annotation.add_string(annotation_name, name);
        annotation.add_int64(annotation_int, value);
    }

    template <typename Fill>
    void begin(const Event& enter, const std::string& category, Fill fill) {
        need_track(enter);
        put(enter.time, [&](Pbf& out) {
            Pbf event(out, packet_track_event);
            event.add_uint32(event_type, slice_begin);
            event.add_uint64(event_track, thread_track(enter.pid, enter.tid));
            event.add_string(event_category, category);
            event.add_string(event_name, call_name(enter));
            fill(event);
        });
    }
    void finish(const Event& enter, MonotonicTime time) {
        put(time, [&](Pbf& out) {
            Pbf event(out, packet_track_event);
            event.add_uint32(event_type, slice_end);
            event.add_uint64(event_track, thread_track(enter.pid, enter.tid));
        });
    }

    void add_target(Pbf& event, const Event& from) const {
        if (from.fds.empty()) return;
        if (const OpenFile* target = targets().find(from.fds.front().target))
            annotate(event, "target", text::printable(target_text(*target)));
    }

    void entered(const Event& enter) override { messages_.entered(enter, targets()); }

    /// A slice or, without an end, an instant, on a track of ours.
    void put_stretch(std::uint64_t track, MonotonicTime from, std::optional<MonotonicTime> to, std::string_view category,
                     const std::string& name, const std::vector<std::uint64_t>& flows, const std::string& note) {
        put(from, [&](Pbf& out) {
            Pbf event(out, packet_track_event);
            event.add_uint32(event_type, to ? slice_begin : instant);
            event.add_uint64(event_track, track);
            event.add_string(event_category, category.data(), category.size());
            event.add_string(event_name, text::printable(name));
            if (!note.empty()) annotate(event, "evidence", text::printable(note));
            for (const std::uint64_t flow : flows) event.add_fixed64(event_flow, flow);
        });
        if (!to) return;
        put(*to, [&](Pbf& out) {
            Pbf event(out, packet_track_event);
            event.add_uint32(event_type, slice_end);
            event.add_uint64(event_track, track);
        });
    }

    /// Calls over a socket as slices of their process; where both ends are traced an arrow leads from the one to the other. Slices of one
    /// track may not overlap but by lying within each other: each call gets the first track that is free.
    void put_messages(const std::vector<SeenMessage>& messages) {
        for (const SeenMessage& message : messages) {
            if (!message.reply || message.method.empty() || !message.took || *message.took < Nanoseconds{}) continue;
            if (!described_processes_.contains(message.pid)) describe(message.pid, leader(message.pid));
            const MonotonicTime from = message.time - *message.took;
            std::vector<MonotonicTime>& free = message_lanes_[{message.pid, message.protocol, message.served}];
            auto lane = std::ranges::find_if(free, [&](MonotonicTime end) { return end <= from; });
            if (lane == free.end()) lane = free.insert(free.end(), from);
            *lane = message.time;
            const auto number = lane - free.begin();
            const std::uint64_t track =
                named_track(fmt::format("{} {}{}", protocol_name(message.protocol), message.served ? "answered" : "asked",
                                        number == 0 ? "" : fmt::format(" {}", number + 1)),
                            process_track(message.pid));
            std::vector<std::uint64_t> flows;
            if (message.connection != 0)
                flows.push_back(std::hash<std::uint64_t>{}(message.connection * 0x9e3779b97f4a7c15 ^ message.call) | std::uint64_t{1}
                                                                                                                         << 63);
            put_stretch(track, from, message.time, message.error.empty() ? "message" : "error", message.method, flows, message.error);
        }
    }

    /// The last look: each verdict, its chain as arrows from who waits to who is waited for, and the goroutines on it.
    void put_moment(const ReportedMoment& moment) {
        const MonotonicTime when = moment.snapshot.taken_monotonic;
        for (const Diagnosis& diagnosis : moment.diagnoses) {
            if (!diagnosis.stuck) continue;
            const std::uint64_t verdicts = named_track("verdicts", 0);
            std::uint64_t flow = ++next_flow_;
            put_stretch(verdicts, when, {}, "verdict", fmt::format("{}: {}", diagnosis.cause, diagnosis.summary), {flow}, {});
            MonotonicTime step = when;
            const WaitGraph& graph = diagnosis.graph;
            std::uint64_t last_track = 0;
            for (const std::uint32_t index : graph.chain) {
                if (index >= graph.edges.size()) continue;
                const Edge& edge = graph.edges[index];
                const std::uint64_t track = track_of(graph.nodes[edge.from], moment.snapshot);
                if (track == 0 || edge.kind == WaitKind::belongs_to) continue;
                if (track == last_track && graph.nodes[edge.from].pid == Pid{}) continue;
                step += Nanoseconds(1);
                const std::uint64_t next = ++next_flow_;
                put_stretch(track, step, {}, "verdict", fmt::format("{} {}", edge.waits, graph.nodes[edge.to].label), {flow, next},
                            edge.evidence);
                flow = next;
                last_track = track;
            }
            for (const Culprit& culprit : diagnosis.culprits) {
                if (!described_processes_.contains(culprit.pid)) describe_unseen(culprit.pid, culprit.comm);
                put_stretch(process_track(culprit.pid), step + Nanoseconds(1), {}, "verdict", "to blame: " + culprit.why,
                            &culprit == &diagnosis.culprits.front() ? std::vector{flow} : std::vector<std::uint64_t>{}, {});
            }
        }
    }

    /// Where a node of the chain is drawn; 0: it is no process, thread or goroutine.
    std::uint64_t track_of(const Node& node, const Snapshot& snapshot) {
        if (!node.pid) return 0;
        const auto process = std::ranges::find(snapshot.processes, node.pid, &Process::pid);
        if (!described_processes_.contains(node.pid)) describe_unseen(node.pid, process == snapshot.processes.end() ? "" : process->comm);
        if (node.kind == NodeKind::goroutine)
            return goroutine_track(node, process == snapshot.processes.end() ? nullptr : &*process, snapshot.taken_monotonic);
        if (node.tid && described_threads_.contains(thread_track(node.pid, node.tid))) return thread_track(node.pid, node.tid);
        return process_track(node.pid);
    }

    /// With what it waits for, for as long as its program knows.
    std::uint64_t goroutine_track(const Node& node, const Process* process, MonotonicTime when) {
        const std::uint64_t track = named_track(fmt::format("goroutine {}", node.goroutine.value), process_track(node.pid));
        if (process == nullptr || !process->go || !told_goroutines_.insert(track).second) return track;
        const auto goroutine = std::ranges::find(process->go->goroutines, node.goroutine, &Goroutine::id);
        if (goroutine == process->go->goroutines.end()) return track;
        const Nanoseconds waiting = std::clamp(goroutine->waiting.value_or(Nanoseconds(1000)), Nanoseconds(1000),
                                               std::max(Nanoseconds(1000), Nanoseconds(when.time_since_epoch())));
        put_stretch(track, when - waiting, when + Nanoseconds(1000), "goroutine",
                    goroutine->wait_reason.empty() ? "running" : goroutine->wait_reason, {}, goroutine->purpose.what);
        return track;
    }

    /// Who was not traced, but is on a chain.
    void describe_unseen(Pid pid, const std::string& comm) {
        described_processes_.insert(pid);
        put({}, [&](Pbf& out) {
            Pbf track(out, packet_track_descriptor);
            track.add_uint64(track_uuid, process_track(pid));
            Pbf process(track, track_process);
            process.add_int32(process_pid, pid.value);
            process.add_string(process_name, text::printable(comm));
        });
    }

    void call(const Event& enter, const Event& exit) override {
        put_messages(messages_.returned(enter, exit, targets()));
        const auto rendered = decoders::render_call(enter, exit, style(), scope());
        const std::uint64_t woken = note_flow(enter, exit);
        begin(enter, exit.is_error ? "error" : "syscall", [&](Pbf& event) {
            annotate(event, "call", text::printable(rendered.on_entry + rendered.on_exit));
            annotate(event, "result", text::printable(rendered.result));
            annotate(event, "ret", exit.result);
            add_target(event, enter);
            if (woken != 0) event.add_fixed64(event_flow, woken);
        });
        finish(enter, exit.time);
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
            const std::uint64_t flow = ++next_flow_;
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
        begin(enter, "never returned", [&](Pbf& event) {
            annotate(event, "call", text::printable(decoders::render_entry(enter, style(), scope()).on_entry));
            add_target(event, enter);
        });
        finish(enter, last);
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
        need_track(event);
        put(event.time, [&](Pbf& out) {
            Pbf track_event(out, packet_track_event);
            track_event.add_uint32(event_type, instant);
            track_event.add_uint64(event_track, track_of(event));
            track_event.add_string(event_category, "event");
            track_event.add_string(event_name, name);
            if (!event.note.empty()) annotate(track_event, "note", text::printable(event.note));
        });
    }

    bool begun_ = false, described_recorder_ = false;
    std::unordered_set<Pid> described_processes_;
    std::unordered_set<std::uint64_t> described_threads_;
    std::uint64_t next_flow_ = 0, next_track_ = first_named_track;
    std::map<std::pair<std::uint64_t, std::string>, std::uint64_t> named_tracks_;     ///< by parent and name
    std::map<std::tuple<Pid, int, bool>, std::vector<MonotonicTime>> message_lanes_;  ///< when the last slice of each ends
    std::unordered_set<std::uint64_t> told_goroutines_;
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
