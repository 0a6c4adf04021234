#include "tracer/diagnosis/producers/walk.hpp"

#include "tracer/diagnosis/graph/describe.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace shimtrace::diagnosis {

namespace {

constexpr std::size_t most_depth = 40;
constexpr std::size_t most_nodes = 20000;
constexpr std::size_t most_paths = 64;

/// The end that somebody else waits for, whatever the one at the end is at.
bool is_owed(RootCause end) {
    return end == RootCause::slow_reader || end == RootCause::peer || end == RootCause::lock_owner || end == RootCause::lock_holder ||
           end == RootCause::kernel_lock || end == RootCause::file_system || end == RootCause::automounter;
}

/// A page of memory that nobody else is known to give: whoever touched it is at the end.
bool is_own_fault(const Wait& end, const NodeKey& owner) {
    return end.root_cause == RootCause::fault_handler && (end.to.kind == NodeKind::nobody || end.to.pid == owner.pid);
}

/// For an answer of whom nothing shows that one is owed: it is followed to what that one waits for, and tells nothing where that is nobody.
bool is_guess(const Wait& wait) {
    return wait.unowed && !wait.guessed;
}

/// What one node's subtree gave.
struct Found {
    std::vector<Path> paths;
    bool busy = false;     ///< something waits for something that will come: not idle
    bool touched = false;  ///< a node further up the path was met: the result holds on this path only
};

/// Where each of several ways leads of which nothing tells the right one.
struct Choice {
    std::vector<std::vector<Path>> leads;

    [[nodiscard]] bool has_one_end() const {
        if (leads.empty() || std::ranges::any_of(leads, &std::vector<Path>::empty)) return false;
        const auto is_same = [&](const Path& path) {
            const Wait &one = path.back().wait, &first = leads.front().front().back().wait;
            return one.root_cause == first.root_cause && one.to == first.to;
        };
        return std::ranges::all_of(leads, [&](const std::vector<Path>& paths) { return std::ranges::any_of(paths, is_same); });
    }
};

class Walker {
public:
    explicit Walker(const Context& look) : look_(look) {}

    Found from(const NodeKey& node) {
        Found found;
        if (dead_ends_.contains(node)) return {.busy = dead_ends_.at(node)};
        if (on_path_.size() >= most_depth || ++visited_ > most_nodes) return {.touched = true};
        on_path_.push_back(node);
        std::vector<Path> weak;
        Choice choice;
        for (const Wait& wait : waits_of(look_, node)) {
            if (wait.normal) continue;
            steps_.push_back({node, wait});
            Rest rest = along(wait, found);
            steps_.pop_back();
            auto& into = wait.one_of ? choice.leads.emplace_back() : wait.inferred || rest.is_fallback ? weak : found.paths;
            if (rest.ends != RootCause::none) {
                into.push_back({Step{node, wait}});
                into.back().back().wait.root_cause = rest.ends;
            }
            for (Path& path : rest.paths) {
                path.insert(path.begin(), Step{node, wait});
                into.push_back(std::move(path));
            }
            if (found.paths.size() >= most_paths) break;
        }
        if (choice.has_one_end()) weak.push_back(std::move(choice.leads.front().front()));
        if (found.paths.empty()) found.paths = std::move(weak);
        if (found.paths.size() > most_paths) found.paths.resize(most_paths);
        on_path_.pop_back();
        if (found.paths.empty() && !found.touched) dead_ends_.emplace(node, found.busy);
        return found;
    }

private:
    /// What one edge leads to: paths, or its own end.
    struct Rest {
        std::vector<Path> paths;
        RootCause ends = RootCause::none;
        bool is_fallback = false;  ///< to be said only where nothing better is found
    };

    Rest along(const Wait& wait, Found& found) {
        if (wait.root_cause != RootCause::none) return {.ends = wait.root_cause};
        const auto met = std::ranges::find(on_path_, wait.to);
        if (met != on_path_.end()) {
            found.touched = true;
            // A ring of waits that are all seen, not guessed, is a deadlock.
            const auto first = steps_.begin() + (met - on_path_.begin());
            const bool hard = std::all_of(first, steps_.end(), [](const Step& step) { return !step.wait.inferred || is_guess(step.wait); });
            const bool waits = std::any_of(first, steps_.end(),
                                           [](const Step& step) { return step.wait.kind != WaitKind::belongs_to && !is_guess(step.wait); });
            if (hard && waits) return {.ends = RootCause::deadlock};
            // Where the holder of a kernel's lock is guessed, that it waits in its turn is no proof that it has nothing.
            return {.ends = wait.kernel_lock.empty() ? RootCause::none : wait.if_idle};
        }
        Found further = from(wait.to);
        found.touched |= further.touched;
        if (wait.if_idle == RootCause::kernel_lock)
            std::erase_if(further.paths, [&](const Path& path) { return is_own_fault(path.back().wait, wait.to); });
        if (!further.paths.empty()) return {.paths = std::move(further.paths)};
        if (wait.if_idle != RootCause::none && !further.busy) return {.ends = wait.if_idle};
        // Who owes something owes it still while another of its threads, or it itself, waits for what leads nowhere.
        if (is_owed(wait.if_idle)) return {.ends = wait.if_idle, .is_fallback = true};
        if (is_guess(wait)) return {};
        found.busy |= further.busy || (wait.kind != WaitKind::belongs_to && !wait.inferred);
        return {};
    }

    const Context& look_;
    std::vector<NodeKey> on_path_;
    std::vector<Step> steps_;
    std::map<NodeKey, bool> dead_ends_;
    std::size_t visited_ = 0;
};

}  // namespace

std::vector<Path> walk(const Context& look, const NodeKey& start) {
    return Walker(look).from(start).paths;
}

namespace {

class Drawing {
public:
    explicit Drawing(const Facts& facts) : facts_(facts) {}

    NodeIndex node(const NodeKey& subject) {
        const auto [at, fresh] = index_.emplace(subject, static_cast<NodeIndex>(graph_.nodes.size()));
        if (fresh)
            graph_.nodes.push_back({.kind = subject.kind,
                                    .pid = subject.pid,
                                    .tid = subject.tid,
                                    .goroutine = subject.goroutine,
                                    .label = label(facts_, subject)});
        return at->second;
    }

    /// Which of the graph's edges it is.
    std::uint32_t edge(const NodeKey& from, const Wait& wait) {
        const NodeIndex source = node(from), root_cause = node(wait.to);
        const auto [drawn, fresh] =
            drawn_.emplace(std::tuple(source, root_cause, wait.kind), static_cast<std::uint32_t>(graph_.edges.size()));
        if (!fresh) return drawn->second;
        graph_.edges.push_back({.from = source,
                                .to = root_cause,
                                .kind = wait.kind,
                                .evidence = wait.evidence,
                                .since_s = wait.since_s,
                                .normal = wait.normal,
                                .inferred = wait.inferred,
                                .waits = std::string(word(wait.kind)),
                                .on = printable(wait.object_text, 160)});
        return drawn->second;
    }
    void chain(const Path& path) {
        for (const Step& step : path) graph_.chain.push_back(edge(step.from, step.wait));
    }

    WaitGraph take() { return std::move(graph_); }

private:
    const Facts& facts_;
    WaitGraph graph_;
    std::map<NodeKey, NodeIndex> index_;
    std::map<std::tuple<NodeIndex, NodeIndex, WaitKind>, std::uint32_t> drawn_;
};

}  // namespace

WaitGraph graph_of(const Facts& facts, const std::vector<Path>& paths) {
    Drawing drawing(facts);
    if (!paths.empty()) drawing.chain(paths.front());
    for (const Path& path : paths)
        for (const Step& step : path) drawing.edge(step.from, step.wait);
    return drawing.take();
}

WaitGraph whole_graph(const Context& look, const std::vector<NodeKey>& starts) {
    Drawing drawing(look.facts);
    std::set<NodeKey> seen(starts.begin(), starts.end());
    std::vector<NodeKey> open = starts;
    while (!open.empty() && seen.size() < most_nodes) {
        const NodeKey here = open.back();
        open.pop_back();
        drawing.node(here);
        for (const Wait& wait : waits_of(look, here)) {
            drawing.edge(here, wait);
            if (seen.insert(wait.to).second) open.push_back(wait.to);
        }
    }
    return drawing.take();
}

}  // namespace shimtrace::diagnosis
