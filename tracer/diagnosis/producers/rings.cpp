#include "tracer/diagnosis/producers/rings.hpp"

#include <algorithm>
#include <map>
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
        const std::vector<Wait> waits = ring_waits(look_, node);
        const std::size_t depth = path_.size();
        for (const Wait& wait : waits) {
            path_.push_back({node, wait});
            const auto first = ring_of(path_);
            const bool closes = first != path_.end() ? is_deadlock(first, path_.end()) : from(wait.to);
            if (closes && (!has_choice(waits) || is_caught(node))) return true;
            path_.resize(depth);
        }
        return false;
    }

    Path take() {
        Wait& last = path_.back().wait;
        last.root_cause = RootCause::deadlock;
        return std::move(path_);
    }

private:
    /// The end of any child is what is waited for.
    static bool has_choice(const std::vector<Wait>& waits) { return std::ranges::count(waits, WaitKind::child, &Wait::kind) > 1; }

    /// Whichever way it is left, it leads to those on the path again.
    bool is_caught(const NodeKey& node) {
        std::map<NodeKey, bool> known;  // true while it is asked: a way round is no way out
        const auto caught = [&](const auto& self, const NodeKey& here, bool is_first) -> bool {
            if (!is_first && std::ranges::find(path_, here, &Step::from) != path_.end()) return true;
            const auto [place, is_new] = known.emplace(here, true);
            if (!is_new) return place->second;
            const std::vector<Wait> waits = ring_waits(look_, here);
            const auto leads_back = [&](const Wait& wait) { return self(self, wait.to, false); };
            return place->second = has_choice(waits) ? std::ranges::all_of(waits, leads_back) : std::ranges::any_of(waits, leads_back);
        };
        return caught(caught, node, true);
    }

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
