// A Perfetto trace, packet by packet. Field numbers are those of protos/perfetto/trace/trace_packet.proto, clock_snapshot.proto and
// track_event/*.proto of Perfetto.
#pragma once

#include "tracer/output/line_writer.hpp"

#include <shimtrace/event_sink.hpp>

#include <protozero/pbf_writer.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace shimtrace::output {

/// What a stretch of a track is: a slice or, without an end, an instant.
struct PerfettoStretch {
    std::uint64_t track = 0;
    MonotonicTime from;
    std::optional<MonotonicTime> to = {};
    std::string_view category;
    std::string name;
    std::vector<std::uint64_t> flows = {};
    std::string_view note_key = "evidence";
    std::string note = {};
};

class PerfettoPackets {
public:
    using Pbf = protozero::pbf_writer;

    explicit PerfettoPackets(LineWriter& writer) : writer_(writer) {}

    /// The clock of all that follows, and which wall-clock time it stands for.
    void clocks(const SessionInfo& info);

    static std::uint64_t process_track(Pid pid) { return static_cast<std::uint64_t>(pid.value) << 32 | 0xffffffff; }
    static std::uint64_t thread_track(Pid pid, Tid tid) {
        return static_cast<std::uint64_t>(pid.value) << 32 | static_cast<std::uint32_t>(tid.value);
    }
    /// A track by its name alone, below another.
    std::uint64_t named_track(const std::string& name, std::uint64_t parent);
    /// A number that changes over time, below another track.
    std::uint64_t counter_track(const std::string& name, std::uint64_t parent);
    void count(std::uint64_t track, MonotonicTime time, std::int64_t value);
    /// Of a task that is known, below its pod and container.
    void describe(Pid pid, Tid tid, const TaskInfo* task);
    /// Who was not traced, but is spoken of.
    void describe_unseen(Pid pid, const std::string& comm);
    [[nodiscard]] bool knows(Pid pid) const { return processes_.contains(pid); }
    [[nodiscard]] bool knows(Pid pid, Tid tid) const { return threads_.contains(thread_track(pid, tid)); }

    std::uint64_t next_flow() { return ++last_flow_; }
    void put(const PerfettoStretch& stretch);

    /// `fill`: adds a TracePacket's fields. Clocks and tracks have no time.
    template <typename Fill>
    void packet(std::optional<MonotonicTime> time, Fill fill) {
        std::string message;
        Pbf out(message);
        begin_packet(out, time);
        fill(out);
        end_packet(message);
    }
    /// A TrackEvent; `fill`: adds what is its own.
    template <typename Fill>
    void event(MonotonicTime time, std::uint32_t type, std::uint64_t track, Fill fill) {
        packet(time, [&](Pbf& out) {
            Pbf event(out, track_event);
            begin_event(event, type, track);
            fill(event);
        });
    }
    static void name_event(Pbf& event, std::string_view category, std::string_view name);
    static void annotate(Pbf& event, const char* name, std::string_view value);
    static void annotate(Pbf& event, const char* name, std::int64_t value);
    static void add_flow(Pbf& event, std::uint64_t flow);

    static constexpr std::uint32_t slice_begin = 1, slice_end = 2, instant = 3;

private:
    static constexpr protozero::pbf_tag_type track_event = 11;

    void begin_packet(Pbf& out, std::optional<MonotonicTime> time);
    void end_packet(const std::string& message);
    static void begin_event(Pbf& event, std::uint32_t type, std::uint64_t track);
    /// Pod and container around what is theirs; 0: of none.
    std::uint64_t group_of(const ContainerRef& container);
    void define_process(Pid pid, std::uint64_t group, const std::string& name);

    LineWriter& writer_;
    bool begun_ = false;
    std::unordered_set<Pid> processes_;
    std::unordered_set<std::uint64_t> threads_;
    std::uint64_t last_flow_ = 0, next_track_ = 1;                          ///< no process and thread have these: a thread's is beyond 2^32
    std::map<std::pair<std::uint64_t, std::string>, std::uint64_t> named_;  ///< by parent and name
};

}  // namespace shimtrace::output
