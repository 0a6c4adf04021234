#include "tracer/output/export/picture_plan.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace shimtrace::output {

namespace {

/// Beside the chain; more are a list of their own, not a picture.
constexpr std::size_t most_beside = 24;

bool is_actor(NodeKind kind) {
    return kind == NodeKind::process || kind == NodeKind::thread || kind == NodeKind::goroutine;
}

class Planner {
public:
    Planner(const Diagnosis& diagnosis, const Snapshot& snapshot) : diagnosis_(diagnosis), snapshot_(snapshot) {}

    PicturePlan plan() && {
        const WaitGraph& graph = diagnosis_.graph;
        if (graph.chain.empty()) {
            for (const ChainLink& link : diagnosis_.chain) add(link);
            return std::move(plan_);
        }
        for (const std::uint32_t edge : graph.chain)
            if (edge < graph.edges.size() && graph.edges[edge].kind == WaitKind::belongs_to && is_known(graph.edges[edge]) &&
                graph.nodes[graph.edges[edge].from].kind == NodeKind::process &&
                graph.nodes[graph.edges[edge].to].kind != NodeKind::process)
                inner_of_.emplace(graph.edges[edge].from, graph.edges[edge].to);
        std::vector<bool> drawn(graph.edges.size());
        for (const std::uint32_t edge : graph.chain)
            if (edge < graph.edges.size() && !drawn[edge]) {
                drawn[edge] = true;
                add(graph.edges[edge], true);
            }
        for (std::size_t edge = 0; edge < graph.edges.size(); ++edge) {
            if (drawn[edge]) continue;
            if (plan_.arrows.size() < graph.chain.size() + most_beside)
                add(graph.edges[edge], false);
            else
                ++plan_.left_out;
        }
        return std::move(plan_);
    }

private:
    const Process* process(Pid pid) const {
        const auto found = pid ? std::ranges::find(snapshot_.processes, pid, &Process::pid) : snapshot_.processes.end();
        return found == snapshot_.processes.end() ? nullptr : &*found;
    }

    [[nodiscard]] bool is_known(const Edge& edge) const {
        return edge.from < diagnosis_.graph.nodes.size() && edge.to < diagnosis_.graph.nodes.size();
    }

    /// A process that waits as its thread or goroutine does is the frame around that one.
    void add(const Edge& edge, bool on_chain) {
        if (!is_known(edge)) return;
        if (edge.kind == WaitKind::belongs_to) {
            box(edge.to, on_chain);
            return;
        }
        const std::size_t from = box(edge.from, on_chain);
        std::size_t to = box(edge.to, on_chain);
        std::string on = edge.on;
        // "stopped by a signal": what it waits for is no node of the graph.
        if (from == to && !on.empty()) {
            to = plan_.boxes.size();
            plan_.boxes.push_back(
                {.shape = BoxShape::nobody, .title = std::exchange(on, {}), .notes = {}, .frames = {}, .on_chain = on_chain});
        }
        // An object's own box says it.
        if (plan_.boxes[from].shape == BoxShape::object || plan_.boxes[to].shape == BoxShape::object || on == plan_.boxes[to].title)
            on.clear();
        plan_.arrows.push_back({.from = from,
                                .to = to,
                                .waits = edge.waits,
                                .on = std::move(on),
                                .evidence = edge.evidence,
                                .told = std::ranges::find(diagnosis_.evidence, edge.evidence) != diagnosis_.evidence.end(),
                                .since_s = edge.since_s,
                                .inferred = edge.inferred,
                                .normal = edge.normal && !on_chain,
                                .on_chain = on_chain});
    }

    /// Of a verdict that comes from files or from a call: words alone.
    void add(const ChainLink& link) {
        const std::size_t from = box(link.from, BoxShape::actor);
        if (link.to.empty() && link.on.empty()) return;
        const bool to_object = link.to.empty();
        const std::size_t to = box(to_object ? link.on : link.to, to_object ? BoxShape::object : BoxShape::actor);
        plan_.arrows.push_back({.from = from, .to = to, .waits = link.waits, .on = to_object ? std::string() : link.on, .evidence = {}});
    }

    std::size_t box(const std::string& words, BoxShape shape) {
        const auto known = std::ranges::find(plan_.boxes, words, &PictureBox::title);
        if (known != plan_.boxes.end()) return static_cast<std::size_t>(known - plan_.boxes.begin());
        plan_.boxes.push_back({.shape = shape, .title = words, .notes = {}, .frames = {}});
        return plan_.boxes.size() - 1;
    }

    std::size_t box(NodeIndex index, bool on_chain) {
        if (const auto inner = inner_of_.find(index); inner != inner_of_.end()) index = inner->second;
        if (const auto known = box_of_.find(index); known != box_of_.end()) return known->second;
        const Node& node = diagnosis_.graph.nodes[index];
        PictureBox box{.title = node.label, .notes = {}, .frames = {}, .on_chain = on_chain};
        if (node.kind == NodeKind::nobody)
            box.shape = BoxShape::nobody;
        else if (!is_actor(node.kind))
            box.shape = BoxShape::object;
        else
            describe(node, box);
        plan_.boxes.push_back(std::move(box));
        return box_of_[index] = plan_.boxes.size() - 1;
    }

    void describe(const Node& node, PictureBox& box) const {
        const Process* owner = process(node.pid);
        if (owner != nullptr) add_container(*owner, box);
        const std::string inner = node.kind == NodeKind::goroutine ? fmt::format("goroutine {}", node.goroutine.value)
                                  : node.kind == NodeKind::thread && node.tid != leader(node.pid) ? fmt::format("thread {}", node.tid.value)
                                                                                                  : std::string();
        if (!inner.empty() && box.title.ends_with(" " + inner)) {
            box.frames.push_back(box.title.substr(0, box.title.size() - inner.size() - 1));
            box.title = inner;
        }
        if (node.kind == NodeKind::goroutine && owner != nullptr && owner->go) add_purpose(*owner->go, node.goroutine, box);
        const auto culprit = std::ranges::find(diagnosis_.culprits, node.pid, &Culprit::pid);
        if (culprit != diagnosis_.culprits.end()) {
            box.to_blame = true;
            box.notes.push_back(
                fmt::format("{}{}state {}: {}", culprit->role, culprit->role.empty() ? "" : ", ", letter(culprit->state), culprit->why));
        }
    }

    void add_container(const Process& owner, PictureBox& box) const {
        const ContainerRef& ref = owner.role.container;
        if (!ref || !runs_inside(owner.role.role)) return;
        const auto files = std::ranges::find(snapshot_.containers, ref, &ContainerFiles::container);
        if (files != snapshot_.containers.end() && !files->pod.empty())
            box.frames.push_back(fmt::format("pod {}/{}", files->pod_namespace, files->pod));
        box.frames.push_back("container " + text::container_label(ref));
    }

    static void add_purpose(const GoProgram& program, GoroutineId id, PictureBox& box) {
        const auto goroutine = std::ranges::find(program.goroutines, id, &Goroutine::id);
        if (goroutine == program.goroutines.end()) return;
        const GoroutinePurpose& purpose = goroutine->purpose;
        if (!purpose.what.empty())
            box.notes.push_back(purpose.detail.empty() ? purpose.what.str() : fmt::format("{}: {}", purpose.what, purpose.detail));
        else if (!goroutine->serves->method.empty())
            box.notes.push_back(fmt::format("serves {}.{}", goroutine->serves->service, goroutine->serves->method));
    }

    const Diagnosis& diagnosis_;
    const Snapshot& snapshot_;
    PicturePlan plan_;
    std::map<NodeIndex, NodeIndex> inner_of_;  ///< of a process: the thread or goroutine on the chain that it waits as
    std::map<NodeIndex, std::size_t> box_of_;
};

}  // namespace

PicturePlan plan_picture(const Diagnosis& diagnosis, const Snapshot& snapshot) {
    return Planner(diagnosis, snapshot).plan();
}

}  // namespace shimtrace::output
