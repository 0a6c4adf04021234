#include "tracer/diagnosis/producers/rings.hpp"

#include <algorithm>
#include <set>

namespace shimtrace::diagnosis {

namespace {

/// The edges of which rings are made: few, and each cheap to tell.
std::vector<Wait> ring_waits(const Context& look, const NodeKey& node) {
    std::vector<Wait> waits;
    if (node.kind == NodeKind::process) {
        const Process* process = look.facts.process(node.pid);
        if (!process) return waits;
        for (const Thread& thread : process->threads)
            if (thread.state == ProcessState::sleeping)
                waits.push_back({.kind = WaitKind::belongs_to, .to = NodeKey::thread(process->pid, thread.tid)});
        return waits;
    }
    for (const auto produce : {produce::thread_in_ring, produce::thread_user_lock, produce::thread_joins, produce::thread_on_socket})
        produce(look, node, waits);
    std::erase_if(waits, [](const Wait& wait) { return (wait.normal && !wait.in_ring_alone) || wait.root_cause != RootCause::none; });
    return waits;
}

bool is_deadlock(Path::const_iterator first, Path::const_iterator end) {
    const auto any = [&](auto predicate) { return std::any_of(first, end, predicate); };
    return any([](const Step& step) { return step.wait.in_ring_alone; }) &&
           any([](const Step& step) { return step.wait.kind != WaitKind::belongs_to && step.wait.kind != WaitKind::reads; });
}

class RingSearch {
public:
    explicit RingSearch(const Context& look) : look_(look) {}

    /// Depth first; what was left without a ring is not entered again.
    bool from(const NodeKey& node) {
        constexpr std::size_t most_nodes = 20000, most_depth = 200;
        if (!entered_.insert(node).second || entered_.size() > most_nodes || path_.size() > most_depth) return false;
        for (Wait& wait : ring_waits(look_, node)) {
            const NodeKey to = wait.to;
            path_.push_back({node, std::move(wait)});
            const auto first = ring_of(path_);
            if (first != path_.end() ? is_deadlock(first, path_.end()) : from(to)) return true;
            path_.pop_back();
        }
        return false;
    }

    Path take() {
        Wait& last = path_.back().wait;
        last.root_cause = RootCause::deadlock;
        return std::move(path_);
    }

private:
    const Context& look_;
    Path path_;
    std::set<NodeKey> entered_;
};

}  // namespace

Path find_ring(const Context& look, const NodeKey& start) {
    RingSearch search(look);
    return search.from(start) ? search.take() : Path{};
}

}  // namespace shimtrace::diagnosis
