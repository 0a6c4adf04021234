#include "tracer/containerd/find_target.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_index.hpp"

#include <shimtrace/container_identity.hpp>
#include <shimtrace/namesakes.hpp>
#include <shimtrace/observed.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
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

void add(std::vector<Pid>& pids, Pid pid) {
    if (pid && std::ranges::find(pids, pid) == pids.end()) pids.push_back(pid);
}

/// Of words joined by slashes, as TARGET joins them; empty where one of them is.
std::string joined(std::initializer_list<std::string_view> words) {
    std::string text;
    for (const std::string_view word : words) {
        if (word.empty()) return "";
        text += (text.empty() ? "" : "/") + std::string(word);
    }
    return text;
}

/// By the names that people give: Kubernetes' with and without what stands before it, the engine's alone or behind containerd's namespace.
bool is_named(const ContainerFiles& files, std::string_view text) {
    return text == files.name || text == files.engine_name || text == joined({files.container.ns, files.engine_name}) ||
           text == joined({files.pod_namespace, files.pod, files.name}) || text == joined({files.pod, files.name});
}

bool is_of_pod(const ContainerFiles& files, std::string_view text) {
    return !files.pod.empty() && (text == files.pod || text == joined({files.pod_namespace, files.pod}));
}

/// A container and, where it is one of several that are called so, where its state is.
using Match = std::pair<ContainerRef, std::string>;

/// What one TARGET may mean: a container, or all of a pod.
struct Meaning {
    std::string said;  ///< as the list of several has it
    std::set<Match> containers;
};
using Meanings = std::map<std::string, Meaning>;

/// Daemons that are asked for by their name.
constexpr auto daemons = std::to_array<std::string_view>({"containerd", "dockerd", "crio", "kubelet"});

class Search {
public:
    Search(const Snapshot& snapshot, std::string_view text, std::string_view ns)
        : snapshot_(snapshot), namesakes_(snapshot), text_(text), ns_(ns) {}

    std::expected<std::vector<FoundTarget>, TargetError> run() const {
        if (text_.empty()) return none("an empty TARGET names nothing");
        if (names_daemon(text_)) return daemon();
        Meanings exact = by_id(&Search::is_exact);
        // A number is a pid before it is a name, or the beginning of an id.
        const auto pid = as_pid(text_);
        const auto process = pid ? std::ranges::find(snapshot_.processes, Pid{*pid}, &Process::pid) : snapshot_.processes.end();
        const bool lives = process != snapshot_.processes.end();
        if (!lives) add_named(exact);
        if (!exact.empty()) return one_of(exact);
        if (lives) return std::vector{FoundTarget{std::string(text_), {}, {}, {}, {}, {Pid{*pid}}, {}}};
        const Meanings prefixed = by_id(&Search::is_prefix);
        if (!prefixed.empty()) return one_of(prefixed);
        const std::string within = ns_.empty() ? "" : fmt::format(" in namespace '{}'", ns_);
        if (pid) return none(fmt::format("no process {} and no container of that id or name{}", text_, within));
        return none(fmt::format("no container '{}', and no pod of that name{}", text_, within));
    }

    std::expected<std::vector<FoundTarget>, TargetError> all_of_namespace() const {
        std::set<Match> found;
        for (const ContainerFiles& files : snapshot_.containers)
            if (is_in_namespace(files, ns_)) found.emplace(files.container, namesakes_.place_among_them(files));
        for (const Process& process : snapshot_.processes)
            if (names_one(process) && process.role.container.ns == ns_ && !is_among(found, process.role.container))
                found.emplace(process.role.container, "");
        if (!found.empty()) return containers(found);
        std::set<std::string> namespaces;
        for (const ContainerFiles& files : snapshot_.containers)
            for (const std::string* one : {&files.container.ns, &files.pod_namespace})
                if (!one->empty()) namespaces.insert(*one);
        std::string others;
        for (const std::string& one : namespaces) others += (others.empty() ? ": there are " : ", ") + text::printable(one);
        return none(fmt::format("no container in a namespace '{}', of containerd's or of Kubernetes'{}", ns_, others));
    }

private:
    static bool is_among(const std::set<Match>& matches, const ContainerRef& container) {
        const auto named = matches.lower_bound({container, std::string()});
        return named != matches.end() && named->first == container;
    }
    static bool names_one(const Process& process) {
        const ProcessRole role = process.role.role;
        return process.role.container && (role == ProcessRole::shim || role == ProcessRole::container_init ||
                                          role == ProcessRole::runtime_init || role == ProcessRole::sandbox);
    }

    static std::string said(const Match& match) {
        const auto& [container, place] = match;
        return text::printable((place.empty() ? "" : place + "/") + text::container_name(container) +
                               (container.name.empty() ? "" : " (" + container.name + ")"));
    }
    static void add(Meanings& meanings, const Match& match) { meanings.try_emplace(said(match)).first->second = {said(match), {match}}; }

    Meanings by_id(bool (Search::*test)(const ContainerRef&) const) const {
        Meanings found;
        std::set<ContainerRef> known;
        for (const ContainerFiles& files : snapshot_.containers) {
            const bool in_full = text_.size() > files.container.id.size() && text_.ends_with(files.container.id);
            if ((!in_full && !(this->*test)(files.container)) || !is_in_namespace(files, ns_)) continue;
            const std::string place = namesakes_.place_among_them(files);
            // In full, with its place: that is one container, whoever else is called so.
            if (in_full && text_ == place_of_state(files) + "/" + text::container_name(files.container)) {
                found.clear();
                add(found, {files.container, place});
                return found;
            }
            if (!(this->*test)(files.container)) continue;
            add(found, {files.container, place});
            known.insert(files.container);
        }
        for (const Process& process : snapshot_.processes) {
            const ContainerRef& container = process.role.container;
            if (names_one(process) && !known.contains(container) && (this->*test)(container) && (ns_.empty() || container.ns == ns_))
                add(found, {container, ""});
        }
        return found;
    }

    /// Who is meant as one of a pod that is meant as a whole adds nothing.
    void add_named(Meanings& meanings) const {
        std::set<ContainerRef> of_pods;
        for (const ContainerFiles& files : snapshot_.containers) {
            if (!is_of_pod(files, text_) || !is_in_namespace(files, ns_)) continue;
            const std::string pod = files.pod_namespace.empty() ? files.pod : files.pod_namespace + "/" + files.pod;
            const std::string sandbox = files.sandbox.empty() ? pod : files.sandbox;
            Meaning& meaning = meanings["pod " + files.container.ns + "/" + sandbox];
            meaning.said = text::printable(
                fmt::format("pod {} (sandbox {})", pod, text::container_name({files.container.ns, std::string(text::short_id(sandbox))})));
            meaning.containers.emplace(files.container, namesakes_.place_among_them(files));
            of_pods.insert(files.container);
        }
        for (const ContainerFiles& files : snapshot_.containers)
            if (is_named(files, text_) && is_in_namespace(files, ns_) && !of_pods.contains(files.container))
                add(meanings, {files.container, namesakes_.place_among_them(files)});
    }

    bool is_exact(const ContainerRef& container) const {
        return container.id == text_ || (!container.ns.empty() && text::container_name(container) == text_);
    }
    bool is_prefix(const ContainerRef& container) const {
        return container.id.starts_with(text_) ||
               (!container.ns.empty() && text_.size() > container.ns.size() + 1 && text::container_name(container).starts_with(text_));
    }

    std::expected<std::vector<FoundTarget>, TargetError> one_of(const Meanings& found) const {
        if (found.size() == 1) return containers(found.begin()->second.containers);
        std::string names;
        bool pods = false;
        for (const auto& [key, meaning] : found) {
            names += (names.empty() ? "" : ", ") + meaning.said;
            pods = pods || key.starts_with("pod ");
        }
        const std::string_view what = pods ? "more than one" : "more than one container";
        return std::unexpected(TargetError{
            {fmt::format("'{}' is, or is the beginning of, {}: {}", text_, what, names), 0, "give more of the id, or one of these in full"},
            true});
    }

    std::vector<FoundTarget> containers(const std::set<Match>& matches) const {
        std::vector<FoundTarget> targets;
        targets.reserve(matches.size());
        for (const auto& [container, place] : matches) targets.push_back(this->container(container, place));
        // A pod's sandbox before its containers, and pod by pod.
        std::ranges::stable_sort(targets, {}, [](const FoundTarget& target) { return target.container.name; });
        return targets;
    }

    FoundTarget container(const ContainerRef& ref, const std::string& place) const {
        FoundTarget target{std::string(text_), ref, {}, {}, {}, {}, place};
        Pid monitor, first;
        for (const ContainerFiles* const each : namesakes_.called(ref)) {
            const ContainerFiles& files = *each;
            if (!place.empty() && place_of_state(files) != place) continue;
            if (files.sandbox_shim) target.shim = files.sandbox_shim;
            if (files.monitor) monitor = files.monitor;
            first = named_init(files);
        }
        for (const Process& process : snapshot_.processes) {
            if (process.role.container != ref || namesakes_.has_another(process, place)) continue;
            switch (process.role.role) {
                case ProcessRole::shim:
                    if (!target.shim && process.role.operation.empty()) target.shim = process.pid;
                    break;
                case ProcessRole::runtime:
                    target.runtimes.push_back(process.pid);
                    break;
                case ProcessRole::container_init:
                case ProcessRole::sandbox:
                    target.init = process.pid;
                    break;
                case ProcessRole::runtime_init:
                    // Created and not started: what will be the init. An exec's is counted with the runtimes.
                    if (!target.init && (process.pid == first || is_namespace_init(process)))
                        target.init = process.pid;
                    else
                        target.runtimes.push_back(process.pid);
                    break;
                default:
                    break;
            }
        }
        containerd::add(target.pids, target.shim);
        containerd::add(target.pids, monitor);
        for (const Pid runtime : target.runtimes) containerd::add(target.pids, runtime);
        containerd::add(target.pids, target.init);
        return target;
    }

    bool is_daemon(const Process& process) const {
        if (text_ == "containerd") return process.role.role == ProcessRole::containerd;
        return process.role.role == ProcessRole::client && (program_name(process.exe) == text_ || process.comm == text_);
    }

    std::expected<std::vector<FoundTarget>, TargetError> daemon() const {
        FoundTarget target{std::string(text_), {}, {}, {}, {}, {}, {}};
        for (const Process& process : snapshot_.processes) {
            if (is_daemon(process) && process.uid == 0) target.pids.push_back(process.pid);
        }
        if (target.pids.empty()) {  // a rootless one
            for (const Process& process : snapshot_.processes)
                if (is_daemon(process)) target.pids.push_back(process.pid);
        }
        if (target.pids.size() == 1) return std::vector{target};
        if (target.pids.empty()) return none(fmt::format("no {} is running", text_));
        std::string pids;
        for (const Pid pid : target.pids) pids += (pids.empty() ? "" : ", ") + std::to_string(pid.value);
        return std::unexpected(TargetError{{fmt::format("more than one {} is running: {}", text_, pids), 0, "give the pid"}, true});
    }

    std::unexpected<TargetError> none(std::string what) const {
        const auto count = [&](ProcessRole role) {
            return std::ranges::count_if(snapshot_.processes, [&](const Process& each) { return each.role.role == role; });
        };
        const auto shims = count(ProcessRole::shim), monitors = count(ProcessRole::monitor);
        std::set<std::string> places;
        for (const ContainerFiles& files : snapshot_.containers) {
            if (!files.state_dir.empty()) places.insert(files.state_dir);
            if (!files.runc_root.empty()) places.insert(files.runc_root);
        }
        if (!sees_hosts_processes(snapshot_))
            return std::unexpected(
                TargetError{{std::move(what), 0,
                             "shimtrace runs in a pid namespace of its own, from which the host's processes are not to be "
                             "seen: it needs hostPID (kubectl debug node/NODE, docker run --pid=host)"},
                            false});
        std::string looked =
            fmt::format("looked at {} shims{} and {} containers", shims,
                        monitors == 0 ? std::string() : fmt::format(", {} conmons", monitors), snapshot_.containers.size());
        for (const std::string& place : places) looked += (place == *places.begin() ? " in " : ", ") + place;
        return std::unexpected(TargetError{{std::move(what), 0, looked + "; 'shimtrace ps' lists them"}, false});
    }

    const Snapshot& snapshot_;
    Namesakes namesakes_;
    std::string_view text_, ns_;
};

}  // namespace

bool names_daemon(std::string_view text) {
    return std::ranges::find(daemons, text) != daemons.end();
}

std::expected<std::vector<FoundTarget>, TargetError> find_targets(const Snapshot& snapshot, std::string_view text, std::string_view ns) {
    return Search(snapshot, text, ns).run();
}

std::expected<std::vector<FoundTarget>, TargetError> find_namespace(const Snapshot& snapshot, std::string_view ns) {
    return Search(snapshot, ns, ns).all_of_namespace();
}

bool is_in_namespace(const ContainerFiles& container, std::string_view ns) {
    return ns.empty() || container.container.ns == ns || container.pod_namespace == ns;
}

}  // namespace shimtrace::containerd
