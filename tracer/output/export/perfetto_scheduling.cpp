// Field numbers are those of protos/perfetto/trace/ftrace/{ftrace_event_bundle,ftrace_event,sched}.proto, ps/process_tree.proto and
// common/system_info.proto of Perfetto.
#include "tracer/output/export/perfetto_scheduling.hpp"

#include "decoders/text/printable.hpp"

#include <vector>

namespace shimtrace::output {

namespace {

enum KernelPacket : protozero::pbf_tag_type { packet_ftrace = 1, packet_process_tree = 2, packet_system_info = 45 };
enum Bundle : protozero::pbf_tag_type { bundle_cpu = 1, bundle_event = 2, bundle_lost = 3 };
enum Ftrace : protozero::pbf_tag_type { ftrace_time = 1, ftrace_pid = 2, ftrace_switch = 4, ftrace_flags = 5, ftrace_waking = 20 };
enum Switch : protozero::pbf_tag_type {
    switch_from_comm = 1,
    switch_from = 2,
    switch_from_priority = 3,
    switch_state = 4,
    switch_to_comm = 5,
    switch_to = 6,
    switch_to_priority = 7,
};
enum Waking : protozero::pbf_tag_type { waking_comm = 1, waking_tid = 2, waking_priority = 3, waking_success = 4, waking_cpu = 5 };
enum Tree : protozero::pbf_tag_type { tree_thread = 2 };
enum TreeThread : protozero::pbf_tag_type { tree_tid = 1, tree_name = 2, tree_pid = 3 };
enum System : protozero::pbf_tag_type { system_utsname = 1 };
enum Utsname : protozero::pbf_tag_type { uts_sysname = 1, uts_release = 3 };

}  // namespace

void PerfettoScheduling::put_system(PerfettoPackets& packets, const HostInfo& host) {
    packets.packet({}, [&](PerfettoPackets::Pbf& out) {
        PerfettoPackets::Pbf system(out, packet_system_info);
        PerfettoPackets::Pbf names(system, system_utsname);
        names.add_string(uts_sysname, "Linux");
        names.add_string(uts_release, text::printable(host.kernel));
    });
}

const std::string& PerfettoScheduling::comm(Tid tid) const {
    static const std::string idle = "swapper", unknown;
    if (!tid) return idle;
    const auto task = tasks_.find(tid);
    return task == tasks_.end() ? unknown : task->second.comm;
}

void PerfettoScheduling::put_tasks(PerfettoPackets& packets, const Scheduling& stretch) {
    std::vector<const ScheduledTask*> fresh;
    for (const ScheduledTask& task : stretch.tasks) {
        ScheduledTask& known = tasks_[task.tid];
        if (known.tid && known.comm == task.comm && (known.pid == task.pid || !task.pid)) continue;
        const Pid before = known.pid;
        known = task;
        known.comm = text::printable(task.comm);
        if (!known.pid) known.pid = before;
        if (known.pid && known.tid) fresh.push_back(&known);
    }
    if (fresh.empty()) return;
    packets.packet({}, [&](PerfettoPackets::Pbf& out) {
        PerfettoPackets::Pbf tree(out, packet_process_tree);
        for (const ScheduledTask* task : fresh) {
            PerfettoPackets::Pbf thread(tree, tree_thread);
            thread.add_int32(tree_tid, task->tid.value);
            thread.add_string(tree_name, task->comm);
            thread.add_int32(tree_pid, task->pid.value);
        }
    });
}

void PerfettoScheduling::put(PerfettoPackets& packets, const Scheduling& stretch) {
    put_tasks(packets, stretch);
    std::map<std::uint32_t, std::vector<const SchedulingEvent*>> by_cpu;
    for (const SchedulingEvent& event : stretch.events) by_cpu[event.cpu].push_back(&event);
    for (const auto& [cpu, events] : by_cpu)
        packets.packet({}, [&](PerfettoPackets::Pbf& out) {
            PerfettoPackets::Pbf bundle(out, packet_ftrace);
            bundle.add_uint32(bundle_cpu, cpu);
            if (stretch.lost != 0) bundle.add_bool(bundle_lost, true);
            for (const SchedulingEvent* event : events) {
                std::int64_t time = 0;
                if (__builtin_add_overflow(stretch.first.time_since_epoch().count(), event->after.count(), &time) || time < 0) continue;
                PerfettoPackets::Pbf ftrace(bundle, bundle_event);
                ftrace.add_uint64(ftrace_time, static_cast<std::uint64_t>(time));
                ftrace.add_uint32(ftrace_pid, static_cast<std::uint32_t>(event->from.value));
                if (event->waking) {
                    constexpr std::uint32_t in_interrupt = 0x08;  // TRACE_FLAG_HARDIRQ
                    if (!event->from) ftrace.add_uint32(ftrace_flags, in_interrupt);
                    PerfettoPackets::Pbf waking(ftrace, ftrace_waking);
                    waking.add_string(waking_comm, comm(event->to));
                    waking.add_int32(waking_tid, event->to.value);
                    waking.add_int32(waking_priority, event->to_priority);
                    waking.add_int32(waking_success, 1);
                    waking.add_int32(waking_cpu, static_cast<std::int32_t>(event->target_cpu));
                } else {
                    PerfettoPackets::Pbf switched(ftrace, ftrace_switch);
                    switched.add_string(switch_from_comm, comm(event->from));
                    switched.add_int32(switch_from, event->from.value);
                    switched.add_int32(switch_from_priority, event->from_priority);
                    switched.add_int64(switch_state, event->state);
                    switched.add_string(switch_to_comm, comm(event->to));
                    switched.add_int32(switch_to, event->to.value);
                    switched.add_int32(switch_to_priority, event->to_priority);
                }
            }
        });
}

}  // namespace shimtrace::output
