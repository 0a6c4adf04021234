// What belongs to a container, a pod or a process that is asked about.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include <shimtrace/container_identity.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace shimtrace::diagnosis {

const Process* Facts::shim_above(const Process& process) const {
    const Process* here = &process;
    for (int steps = 0; steps < 256 && here; ++steps) {
        if (here->role.role == ProcessRole::shim) return here;
        here = this->process(here->parent);
    }
    return nullptr;
}

const ContainerFiles* Facts::files_of(const ContainerRef& ref, const Process* shim, Pid init, const std::string& place) const {
    const ContainerFiles* named = nullptr;
    int same_name = 0;
    for (const ContainerFiles* files : namesakes_.called(ref)) {
        if (!place.empty() && place_of_state(*files) != place) continue;
        if (shim && files->sandbox_shim == shim->pid) return files;
        if (shim && !shim->cwd.empty() && !files->bundle.empty() && shim->cwd == files->bundle) return files;
        if (init && (files->init_pid == init || files->state_init_pid == init)) return files;
        named = files;
        ++same_name;
    }
    return same_name == 1 ? named : nullptr;
}

const Process* Facts::one_sandbox(std::span<const Process* const> claimants, Pid shim) const {
    if (claimants.size() == 1) return claimants.front();
    const auto is_of_shim = [&](const Process* each) { return shim && descends_from(each->pid, shim); };
    const auto found = std::ranges::find_if(claimants, is_of_shim);
    return std::ranges::count_if(claimants, is_of_shim) == 1 ? *found : nullptr;
}

Scope Facts::scope(const ContainerRef& ref, Pid shim, const std::string& place) const {
    Scope scope{.ref = ref, .place = place, .shim = shim};
    std::vector<const Process*> own, sandboxes;
    for (const Process* each : processes_.of(ref)) {
        const Process& process = *each;
        if (namesakes_.has_another(process, place)) continue;
        const Process* above = shim_above(process);
        if (shim && above && above->pid != shim) continue;  // same name under another shim
        switch (process.role.role) {
            case ProcessRole::shim:
                // `shim start` and `shim delete` are passing commands, not the server.
                if (!scope.shim && process.role.operation.empty()) scope.shim = process.pid;
                break;
            case ProcessRole::runtime:
                scope.runtimes.push_back(process.pid);
                break;
            case ProcessRole::container_init:
                scope.init = process.pid;
                own.insert(own.begin(), &process);
                break;
            case ProcessRole::runtime_init:
                // Pid 1 of its namespace will be the init; another is an exec's.
                if (!scope.init && (process.ns_pids.size() < 2 || process.ns_pids.back() == 1)) scope.init = process.pid;
                own.push_back(&process);
                break;
            case ProcessRole::sandbox:
                sandboxes.push_back(&process);
                break;
            case ProcessRole::container_exec:
            case ProcessRole::container_process:
            case ProcessRole::gofer:
                own.push_back(&process);
                break;
            default:
                break;
        }
        if (!scope.shim && above) scope.shim = above->pid;
    }
    if (const Process* sandbox = one_sandbox(sandboxes, scope.shim)) {
        scope.init = scope.sandbox = sandbox->pid;
        own.insert(own.begin(), sandbox);
    }
    scope.files = files_of(ref, process(scope.shim), scope.init, place);
    if (scope.files) {
        if (process(scope.files->monitor)) scope.monitor = scope.files->monitor;
        if (!scope.shim && process(scope.files->sandbox_shim)) scope.shim = scope.files->sandbox_shim;
        if (!scope.init && process(scope.files->init_pid) && scope.files->state_init_pid == scope.files->init_pid)
            scope.init = scope.files->init_pid;
    }
    // A pod's containers share its sandbox, which is of one of them alone by its role.
    if (const Process* init = process(scope.init); init && init->role.role == ProcessRole::sandbox && !scope.sandbox) {
        scope.sandbox = init->pid;
        own.insert(own.begin(), init);
    }
    // What a sandbox has made to run its containers' code in waits for nothing of its own.
    if (scope.sandbox)
        std::erase_if(own, [&](const Process* each) {
            return each->role.role == ProcessRole::container_process && descends_from(each->pid, scope.sandbox);
        });
    for (const Process* process : own) scope.processes.push_back(process->pid);
    scope.calls = calls_about(*this, ref, scope.files);
    return scope;
}

Scope Facts::scope(const PodRef& pod) const {
    Scope scope;
    scope.pod = pod;
    scope.calls = calls_about(*this, pod);
    for (const Process& process : snapshot_.processes)
        if (process.role.role == ProcessRole::plugin && process.role.container) {
            const PodRef of = pod_of_plugin(process);
            if (of.pod == pod.pod && of.pod_namespace == pod.pod_namespace) scope.ref = process.role.container;
        }
    return scope;
}

Scope Facts::scope(Pid pid) const {
    const Process* asked = process(pid);
    Scope scope{.ref = asked ? asked->role.container : ContainerRef{}};
    if (!asked) return scope;
    switch (asked->role.role) {
        case ProcessRole::shim:
            return this->scope(asked->role.container, pid);
        case ProcessRole::runtime:
            // In the foreground it is there for as long as its container, and stands for it.
            if (asked->role.operation == "run")
                for (const Process* child : children(pid))
                    if (child->role.role == ProcessRole::container_init && !is_zombie(*child)) return this->scope(child->pid);
            scope.runtimes.push_back(pid);
            break;
        default:
            scope.processes.push_back(pid);
            break;
    }
    // An init stands for its container, with files and shim: that its shim is gone is what ails it.
    const bool is_init = asked->role.role == ProcessRole::container_init || asked->role.role == ProcessRole::sandbox ||
                         (asked->role.role == ProcessRole::runtime_init && is_namespace_init(*asked));
    if (is_init && asked->role.container) {
        const Process* shim = shim_above(*asked);
        // Of several namesakes it is of the one whose state names it.
        std::string place;
        for (const ContainerFiles* files : namesakes_.called(asked->role.container))
            if (named_init(*files) == pid) place = namesakes_.place_among_them(*files);
        return this->scope(asked->role.container, shim ? shim->pid : Pid{}, place);
    }
    if (serves_calls(*asked))
        for (const Goroutine* call : calls_under_way(*asked)) scope.calls.push_back(NodeKey::of(pid, call->id));
    for (NodeKey& call : calls_made_by(*this, *asked)) scope.calls.push_back(std::move(call));
    return scope;
}

std::vector<Scope> Facts::all_scopes() const {
    std::set<std::pair<ContainerRef, Pid>> found;
    for (const Process& process : snapshot_.processes) {
        if (!process.role.container) continue;
        if (process.role.role == ProcessRole::shim) {
            if (process.role.operation.empty()) found.emplace(process.role.container, process.pid);
        } else if (is_container_role(process.role.role) || process.role.role == ProcessRole::runtime) {
            const Process* shim = shim_above(process);
            found.emplace(process.role.container, shim ? shim->pid : Pid{});
        }
    }
    for (const ContainerFiles& files : snapshot_.containers) {
        const auto named = found.lower_bound({files.container, Pid{}});
        if (named == found.end() || named->first != files.container) found.emplace(files.container, files.sandbox_shim);
    }
    std::vector<Scope> scopes;
    for (const auto& [ref, shim] : found) {
        std::set<std::string> places;
        for (const ContainerFiles* files : namesakes_.called(ref))
            if (!shim || !files->sandbox_shim || files->sandbox_shim == shim) places.insert(namesakes_.place_among_them(*files));
        if (places.empty()) places.emplace();
        for (const std::string& place : places) scopes.push_back(scope(ref, shim, place));
    }
    // Plain runc's processes under no shim are found once by their name, and must not hide those of a shim's namesake.
    std::erase_if(scopes,
                  [](const Scope& scope) { return !scope.shim && scope.processes.empty() && scope.runtimes.empty() && !scope.files; });
    return scopes;
}

}  // namespace shimtrace::diagnosis
