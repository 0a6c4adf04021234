#include "tracer/output/export/perfetto_packets.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/output/role_text.hpp"

namespace shimtrace::output {

namespace {

enum Trace : protozero::pbf_tag_type { trace_packet = 1 };
enum Packet : protozero::pbf_tag_type {
    packet_clock_snapshot = 6,
    packet_timestamp = 8,
    packet_sequence = 10,
    packet_sequence_flags = 13,
    packet_timestamp_clock = 58,
    packet_track_descriptor = 60,
};
enum ClockSnapshot : protozero::pbf_tag_type { snapshot_clock = 1, snapshot_primary = 2 };
enum Clock : protozero::pbf_tag_type { clock_id = 1, clock_timestamp = 2 };
enum Track : protozero::pbf_tag_type {
    track_uuid = 1,
    track_name = 2,
    track_process = 3,
    track_thread = 4,
    track_parent = 5,
    track_counter = 8
};
enum TrackProcess : protozero::pbf_tag_type { process_pid = 1, process_name = 6 };
enum TrackThread : protozero::pbf_tag_type { thread_pid = 1, thread_tid = 2, thread_name = 5 };
enum TrackCounter : protozero::pbf_tag_type { counter_unit = 3 };
enum TrackEvent : protozero::pbf_tag_type {
    event_annotation = 4,
    event_type = 9,
    event_track = 11,
    event_category = 22,
    event_name = 23,
    event_counter_value = 30,
    event_flow = 47,
};
enum Annotation : protozero::pbf_tag_type { annotation_int = 4, annotation_string = 6, annotation_name = 10 };

constexpr std::uint32_t type_counter = 4, unit_count = 2;
constexpr std::uint32_t realtime_clock = 1, monotonic_clock = 3, boottime_clock = 6, sequence_id = 1, state_cleared = 1;

}  // namespace

void PerfettoPackets::begin_packet(Pbf& out, std::optional<MonotonicTime> time) {
    if (time) {
        out.add_uint64(packet_timestamp, static_cast<std::uint64_t>(time->time_since_epoch().count()));
        out.add_uint32(packet_timestamp_clock, monotonic_clock);
    }
    out.add_uint32(packet_sequence, sequence_id);
    if (!begun_) out.add_uint32(packet_sequence_flags, state_cleared);
    begun_ = true;
}

void PerfettoPackets::end_packet(const std::string& message) {
    std::string framed;
    Pbf(framed).add_message(trace_packet, message);
    writer_.write({}, framed);
}

void PerfettoPackets::clocks(const SessionInfo& info) {
    packet({}, [&](Pbf& out) {
        Pbf snapshot(out, packet_clock_snapshot);
        const auto add = [&](std::uint32_t clock, std::int64_t nanoseconds) {
            Pbf reading(snapshot, snapshot_clock);
            reading.add_uint32(clock_id, clock);
            reading.add_uint64(clock_timestamp, static_cast<std::uint64_t>(nanoseconds));
        };
        const std::int64_t now = info.monotonic_anchor.time_since_epoch().count();
        add(monotonic_clock, now);
        // The times of ftrace's events are taken for boot times. Those that the recording has are monotonic ones: here both are one.
        if (info.scheduling) add(boottime_clock, now);
        if (info.real_anchor != RealTime{}) add(realtime_clock, info.real_anchor.time_since_epoch().count());
        snapshot.add_uint32(snapshot_primary, monotonic_clock);
    });
}

std::uint64_t PerfettoPackets::named_track(const std::string& name, std::uint64_t parent) {
    const auto [at, fresh] = named_.try_emplace({parent, name}, next_track_);
    if (!fresh) return at->second;
    ++next_track_;
    packet({}, [&](Pbf& out) {
        Pbf track(out, packet_track_descriptor);
        track.add_uint64(track_uuid, at->second);
        if (parent != 0) track.add_uint64(track_parent, parent);
        track.add_string(track_name, text::printable(name));
    });
    return at->second;
}

std::uint64_t PerfettoPackets::counter_track(const std::string& name, std::uint64_t parent) {
    const std::uint64_t uuid = next_track_++;
    packet({}, [&](Pbf& out) {
        Pbf track(out, packet_track_descriptor);
        track.add_uint64(track_uuid, uuid);
        if (parent != 0) track.add_uint64(track_parent, parent);
        track.add_string(track_name, text::printable(name));
        Pbf counter(track, track_counter);
        counter.add_uint32(counter_unit, unit_count);
    });
    return uuid;
}

void PerfettoPackets::count(std::uint64_t track, MonotonicTime time, std::int64_t value) {
    event(time, type_counter, track, [&](Pbf& out) { out.add_int64(event_counter_value, value); });
}

std::uint64_t PerfettoPackets::group_of(const ContainerRef& container) {
    if (!container) return 0;
    const std::size_t slash = container.name.rfind('/');
    const bool of_pod = slash != std::string::npos && container.name.find('/') != slash;
    const std::uint64_t pod = of_pod ? named_track("pod " + container.name.substr(0, slash), 0) : 0;
    return named_track("container " + text::container_words(container), pod);
}

void PerfettoPackets::define_process(Pid pid, std::uint64_t group, const std::string& name) {
    processes_.insert(pid);
    packet({}, [&](Pbf& out) {
        Pbf track(out, packet_track_descriptor);
        track.add_uint64(track_uuid, process_track(pid));
        if (group != 0) track.add_uint64(track_parent, group);
        Pbf process(track, track_process);
        process.add_int32(process_pid, pid.value);
        process.add_string(process_name, text::printable(name));
    });
}

void PerfettoPackets::describe(Pid pid, Tid tid, const TaskInfo* task) {
    const std::string comm = task == nullptr ? std::string() : task->comm;
    const std::string role = task == nullptr ? std::string() : role_text(task->role);
    if (tid == leader(pid) || !knows(pid))
        define_process(pid, task == nullptr ? 0 : group_of(task->role.container), role.empty() ? comm : comm + " (" + role + ")");
    threads_.insert(thread_track(pid, tid));
    packet({}, [&](Pbf& out) {
        Pbf track(out, packet_track_descriptor);
        track.add_uint64(track_uuid, thread_track(pid, tid));
        track.add_uint64(track_parent, process_track(pid));
        Pbf thread(track, track_thread);
        thread.add_int32(thread_pid, pid.value);
        thread.add_int32(thread_tid, tid.value);
        thread.add_string(thread_name, text::printable(comm));
    });
}

void PerfettoPackets::describe_unseen(Pid pid, const std::string& comm) {
    if (!knows(pid)) define_process(pid, 0, comm);
}

void PerfettoPackets::begin_event(Pbf& event, std::uint32_t type, std::uint64_t track) {
    event.add_uint32(event_type, type);
    event.add_uint64(event_track, track);
}

void PerfettoPackets::name_event(Pbf& event, std::string_view category, std::string_view name) {
    event.add_string(event_category, category.data(), category.size());
    event.add_string(event_name, name.data(), name.size());
}

void PerfettoPackets::annotate(Pbf& event, const char* name, std::string_view value) {
    Pbf annotation(event, event_annotation);
    annotation.add_string(annotation_name, name);
    annotation.add_string(annotation_string, value.data(), value.size());
}
void PerfettoPackets::annotate(Pbf& event, const char* name, std::int64_t value) {
    Pbf annotation(event, event_annotation);
    annotation.add_string(annotation_name, name);
    annotation.add_int64(annotation_int, value);
}
void PerfettoPackets::add_flow(Pbf& event, std::uint64_t flow) {
    event.add_fixed64(event_flow, flow);
}

void PerfettoPackets::put(const PerfettoStretch& stretch) {
    event(stretch.from, stretch.to ? slice_begin : instant, stretch.track, [&](Pbf& out) {
        name_event(out, stretch.category, text::printable(stretch.name));
        if (!stretch.note.empty()) annotate(out, std::string(stretch.note_key).c_str(), text::printable(stretch.note));
        for (const std::uint64_t flow : stretch.flows) add_flow(out, flow);
    });
    if (stretch.to) event(*stretch.to, slice_end, stretch.track, [](Pbf&) {});
}

}  // namespace shimtrace::output
