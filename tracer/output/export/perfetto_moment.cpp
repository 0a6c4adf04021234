#include "tracer/output/export/perfetto_moment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace shimtrace::output {

namespace {

class MomentTracks {
public:
    MomentTracks(PerfettoPackets& packets, const ReportedMoment& moment) : packets_(packets), snapshot_(moment.snapshot) {}

    void put(const Diagnosis& diagnosis) {
        MonotonicTime step = snapshot_.taken_monotonic;
        std::uint64_t flow = packets_.next_flow();
        packets_.put({.track = packets_.named_track("verdicts", 0),
                      .from = step,
                      .category = "verdict",
                      .name = fmt::format("{}: {}", diagnosis.cause, diagnosis.summary),
                      .flows = {flow}});
        const WaitGraph& graph = diagnosis.graph;
        std::uint64_t last_track = 0;
        for (const std::uint32_t index : graph.chain) {
            if (index >= graph.edges.size()) continue;
            const Edge& edge = graph.edges[index];
            const std::uint64_t track = track_of(graph.nodes[edge.from]);
            if (track == 0 || edge.kind == WaitKind::belongs_to) continue;
            if (track == last_track && graph.nodes[edge.from].pid == Pid{}) continue;
            step += Nanoseconds(1);
            const std::uint64_t next = packets_.next_flow();
            packets_.put({.track = track,
                          .from = step,
                          .category = "verdict",
                          .name = fmt::format("{} {}", edge.waits, graph.nodes[edge.to].label),
                          .flows = {flow, next},
                          .note = edge.evidence});
            flow = next;
            last_track = track;
        }
        for (const Culprit& culprit : diagnosis.culprits) {
            packets_.describe_unseen(culprit.pid, culprit.comm);
            packets_.put({.track = PerfettoPackets::process_track(culprit.pid),
                          .from = step + Nanoseconds(1),
                          .category = "verdict",
                          .name = "to blame: " + culprit.why,
                          .flows = &culprit == &diagnosis.culprits.front() ? std::vector{flow} : std::vector<std::uint64_t>{}});
        }
    }

private:
    /// Where a node of the chain is drawn; 0: it is no process, thread or goroutine.
    std::uint64_t track_of(const Node& node) {
        if (!node.pid) return 0;
        const auto process = std::ranges::find(snapshot_.processes, node.pid, &Process::pid);
        packets_.describe_unseen(node.pid, process == snapshot_.processes.end() ? "" : process->comm);
        if (node.kind == NodeKind::goroutine) return goroutine_track(node, process == snapshot_.processes.end() ? nullptr : &*process);
        if (node.tid && packets_.knows(node.pid, node.tid)) return PerfettoPackets::thread_track(node.pid, node.tid);
        return PerfettoPackets::process_track(node.pid);
    }

    /// With what it waits for, for as long as its program knows.
    std::uint64_t goroutine_track(const Node& node, const Process* process) {
        const std::uint64_t track =
            packets_.named_track(fmt::format("goroutine {}", node.goroutine.value), PerfettoPackets::process_track(node.pid));
        if (process == nullptr || !process->go || !told_.insert(track).second) return track;
        const auto goroutine = std::ranges::find(process->go->goroutines, node.goroutine, &Goroutine::id);
        if (goroutine == process->go->goroutines.end()) return track;
        const MonotonicTime when = snapshot_.taken_monotonic;
        const Nanoseconds waiting = std::clamp(goroutine->waiting.value_or(Nanoseconds(1000)), Nanoseconds(1000),
                                               std::max(Nanoseconds(1000), Nanoseconds(when.time_since_epoch())));
        packets_.put({.track = track,
                      .from = when - waiting,
                      .to = when + Nanoseconds(1000),
                      .category = "goroutine",
                      .name = goroutine->wait_reason.empty() ? "running" : goroutine->wait_reason,
                      .note = goroutine->purpose.what});
        return track;
    }

    PerfettoPackets& packets_;
    const Snapshot& snapshot_;
    std::unordered_set<std::uint64_t> told_;
};

}  // namespace

void put_moment(PerfettoPackets& packets, const ReportedMoment& moment) {
    MomentTracks tracks(packets, moment);
    for (const Diagnosis& diagnosis : moment.diagnoses)
        if (diagnosis.stuck) tracks.put(diagnosis);
}

}  // namespace shimtrace::output
