#include "tracer/containerd/find_target.hpp"

#include "tracer/containerd/container_index.hpp"

#include <shimtrace/namesakes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace shimtrace::containerd {

namespace {

std::optional<std::int32_t> as_pid(std::string_view text) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
    return number;
}

std::string spoken(const ContainerRef& container) {
    return container.ns.empty() ? container.id : container.ns + "/" + container.id;
}

void add(std::vector<Pid>& pids, Pid pid) {
    if (pid && std::ranges::find(pids, pid) == pids.end()) pids.push_back(pid);
}

class Search {
public:
    Search(const Snapshot& snapshot, std::string_view text) : snapshot_(snapshot), text_(text) {}

    std::expected<FoundTarget, TargetError> run() const {
        if (text_.empty()) return none("an empty TARGET names nothing");
        if (text_ == "containerd") return daemon();
        const auto exact = matches(&Search::is_exact);
        if (!exact.empty()) return one_of(exact);
        // A number is a pid before it is the beginning of an id.
        if (const auto pid = as_pid(text_)) {
            const auto found = std::ranges::find(snapshot_.processes, Pid{*pid}, &Process::pid);
            if (found != snapshot_.processes.end()) return FoundTarget{std::string(text_), {}, {}, {}, {}, {Pid{*pid}}};
        }
        const auto prefixed = matches(&Search::is_prefix);
        if (!prefixed.empty()) return one_of(prefixed);
        if (as_pid(text_)) return none(fmt::format("no process {} and no container of that id", text_));
        return none(fmt::format("no container '{}'", text_));
    }

private:
    /// A container and, where it is one of several that are called so, where its state is.
    using Match = std::pair<ContainerRef, std::string>;
    using Matches = std::set<Match>;

    Matches matches(bool (Search::*test)(const ContainerRef&) const) const {
        Matches found;
        for (const ContainerFiles& files : snapshot_.containers) {
            const std::string place = place_among_namesakes(snapshot_, files);
            // In full, with its place: that is one container, whoever else is called so.
            if (!place.empty() && text_ == place + "/" + spoken(files.container)) return {{files.container, place}};
            if ((this->*test)(files.container)) found.emplace(files.container, place);
        }
        for (const Process& process : snapshot_.processes) {
            const ContainerRef& container = process.role.container;
            const bool names_one = process.role.role == ProcessRole::shim || process.role.role == ProcessRole::container_init ||
                                   process.role.role == ProcessRole::runtime_init;
            const bool known = std::ranges::any_of(found, [&](const Match& match) { return match.first == container; });
            if (names_one && container && !known && (this->*test)(container)) found.emplace(container, "");
        }
        return found;
    }

    bool is_exact(const ContainerRef& container) const {
        return container.id == text_ || (!container.ns.empty() && spoken(container) == text_);
    }
    bool is_prefix(const ContainerRef& container) const {
        return container.id.starts_with(text_) ||
               (!container.ns.empty() && text_.size() > container.ns.size() + 1 && spoken(container).starts_with(text_));
    }

    std::expected<FoundTarget, TargetError> one_of(const Matches& found) const {
        if (found.size() == 1) return container(found.begin()->first, found.begin()->second);
        std::string names;
        for (const auto& [each, place] : found) names += (names.empty() ? "" : ", ") + (place.empty() ? "" : place + "/") + spoken(each);
        return std::unexpected(TargetError{{fmt::format("'{}' is, or is the beginning of, more than one container: {}", text_, names), 0,
                                            "give more of the id, or one of these in full"},
                                           true});
    }

    FoundTarget container(const ContainerRef& ref, const std::string& place) const {
        FoundTarget target{std::string(text_), ref, {}, {}, {}, {}, place};
        for (const ContainerFiles& files : snapshot_.containers) {
            const bool meant = place.empty() || place_of_state(files) == place;
            if (files.container == ref && meant && files.sandbox_shim) target.shim = files.sandbox_shim;
        }
        for (const Process& process : snapshot_.processes) {
            if (process.role.container != ref || is_of_namesake(snapshot_, process, place)) continue;
            switch (process.role.role) {
                case ProcessRole::shim:
                    if (!target.shim && process.role.operation.empty()) target.shim = process.pid;
                    break;
                case ProcessRole::runtime:
                    target.runtimes.push_back(process.pid);
                    break;
                case ProcessRole::container_init:
                    target.init = process.pid;
                    break;
                case ProcessRole::runtime_init:
                    // Created and not started: what will be the init. An exec's is counted with the runtimes.
                    if (!target.init && process.ns_pids.size() > 1 && process.ns_pids.back() == 1)
                        target.init = process.pid;
                    else
                        target.runtimes.push_back(process.pid);
                    break;
                default:
                    break;
            }
        }
        add(target.pids, target.shim);
        for (const Pid runtime : target.runtimes) add(target.pids, runtime);
        add(target.pids, target.init);
        return target;
    }

    std::expected<FoundTarget, TargetError> daemon() const {
        FoundTarget target{std::string(text_), {}, {}, {}, {}, {}};
        for (const Process& process : snapshot_.processes) {
            if (process.role.role == ProcessRole::containerd && process.uid == 0) target.pids.push_back(process.pid);
        }
        if (target.pids.empty()) {  // a rootless one
            for (const Process& process : snapshot_.processes)
                if (process.role.role == ProcessRole::containerd) target.pids.push_back(process.pid);
        }
        if (target.pids.size() == 1) return target;
        if (target.pids.empty()) return none("no containerd is running");
        std::string pids;
        for (const Pid pid : target.pids) pids += (pids.empty() ? "" : ", ") + std::to_string(pid.value);
        return std::unexpected(TargetError{{fmt::format("more than one containerd is running: {}", pids), 0, "give the pid"}, true});
    }

    std::unexpected<TargetError> none(std::string what) const {
        const auto shims =
            std::ranges::count_if(snapshot_.processes, [](const Process& each) { return each.role.role == ProcessRole::shim; });
        std::set<std::string> places;
        for (const ContainerFiles& files : snapshot_.containers) {
            if (!files.state_dir.empty()) places.insert(files.state_dir);
            if (!files.runc_root.empty()) places.insert(files.runc_root);
        }
        if (const Observer& observer = snapshot_.observer; observer.known && !observer.host_pids && shims == 0)
            return std::unexpected(
                TargetError{{std::move(what), 0,
                             "shimtrace runs in a pid namespace of its own, from which the host's processes are not to be "
                             "seen: it needs hostPID (kubectl debug node/NODE, docker run --pid=host)"},
                            false});
        std::string looked = fmt::format("looked at {} shims and {} containers", shims, snapshot_.containers.size());
        for (const std::string& place : places) looked += (place == *places.begin() ? " in " : ", ") + place;
        return std::unexpected(TargetError{{std::move(what), 0, looked + "; 'shimtrace ps' lists them"}, false});
    }

    const Snapshot& snapshot_;
    std::string_view text_;
};

}  // namespace

std::expected<FoundTarget, TargetError> find_target(const Snapshot& snapshot, std::string_view text) {
    return Search(snapshot, text).run();
}

}  // namespace shimtrace::containerd
