#include "tracer/diagnosis/causes/file_findings.hpp"

#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <shimtrace/container_identity.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace shimtrace::diagnosis {

namespace {

/// The container's init, where it lives and is the one that the files mean: a pid may have been used again.
const Process* living_init(const Context& look, const ContainerFiles& files) {
    for (const Pid pid : {look.scope.init, files.state_init_pid, files.init_pid}) {
        const Process* process = pid ? look.facts.process(pid) : nullptr;
        if (!process || is_zombie(*process)) continue;
        const bool ours = is_container_role(process->role.role) && process->role.container == files.container;
        if (ours || (pid == files.state_init_pid && is_init_of_state(files, *process))) return process;
    }
    for (const Pid pid : look.scope.processes)
        if (const Process* process = look.facts.process(pid); process && !is_zombie(*process)) return process;
    return nullptr;
}

bool at_work(const Context& look) {
    return std::ranges::any_of(look.scope.runtimes, [&](Pid pid) {
        const Process* runtime = look.facts.process(pid);
        return runtime && !is_zombie(*runtime);
    });
}

const Process* shim_of(const Context& look, const ContainerFiles& files) {
    for (const Pid pid : {look.scope.shim, files.sandbox_shim})
        if (const Process* shim = pid ? look.facts.process(pid) : nullptr; shim && !is_zombie(*shim)) return shim;
    return nullptr;
}

/// A container of containerd's, whose shim should be there; plain runc's have none.
bool wants_shim(const ContainerFiles& files) {
    return !files.container.ns.empty() && (!files.bundle.empty() || !files.state_dir.empty());
}

std::string place_of(const ContainerFiles& files) {
    std::vector<std::string> places;
    if (files.bundle_exists && !files.bundle.empty()) places.push_back("the bundle " + printable(files.bundle));
    if (files.state_json_exists)
        places.push_back("runc's state " + (files.state_path.empty() ? printable(files.runc_root) : printable(files.state_path)));
    return fmt::format("{}", fmt::join(places, " and "));
}

using Finding = std::optional<FileFinding>;

/// A container that is just being made or removed looks for moments as a broken one does: what one look alone shows is no proof.
Confidence after_two_looks(const Context& look, double needed_s = 0.1) {
    return look.facts.interval_s() >= needed_s ? Confidence::certain : Confidence::possible;
}

Finding orphaned(const Context& look, const ContainerFiles& files) {
    if (!wants_shim(files) || shim_of(look, files)) return std::nullopt;
    const Process* init = living_init(look, files);
    if (!init || at_work(look)) return std::nullopt;
    FileFinding found{.cause = "orphaned-container", .detail = {}};
    found.evidence.push_back(
        fmt::format("{} lives ({}), its parent is {}", who(*init), state_words(init->state), who(look.facts, init->parent)));
    found.evidence.push_back("no shim process serves it");
    if (const std::string places = place_of(files); !places.empty()) found.evidence.push_back("still there: " + places);
    found.chain.push_back({who(*init), "served by", "its shim", "nobody: the shim is gone"});
    return found;
}

Finding leftover(const Context& look, const ContainerFiles& files) {
    if (at_work(look) || living_init(look, files)) return std::nullopt;
    const Process* shim = shim_of(look, files);
    const bool remains = files.bundle_exists || files.state_json_exists || files.exec_fifo;
    if (shim || !remains) return std::nullopt;
    if (!wants_shim(files) && !files.state_json_exists) return std::nullopt;
    FileFinding found{.cause = "leftover", .detail = place_of(files)};
    found.evidence.push_back("neither a shim nor an init process of it lives");
    found.evidence.push_back("still there: " + found.detail);
    // containerd removes the bundle last, when the shim is gone: with runc's state gone that may be under way.
    found.confidence = after_two_looks(look, files.state_json_exists ? 0.1 : patience_s);
    if (files.init_pid) found.evidence.push_back(fmt::format("init.pid names {}, which is not its process any more", files.init_pid.value));
    found.chain.push_back({found.detail, "left by", printable(files.container.id, 128), "nobody: its processes are gone"});
    return found;
}

Finding state_corrupt(const Context& look, const ContainerFiles& files) {
    const Process* init = living_init(look, files);
    FileFinding found{.cause = "state-corrupt"};
    found.confidence = after_two_looks(look);
    const std::string path = files.state_path.empty() ? std::string("state.json") : printable(files.state_path);
    if (files.state_json_exists && !files.state_json_error.empty()) {
        found.detail = fmt::format("{}: {}", path, printable(files.state_json_error, 300));
        // runc writes the file anew and renames it: between, it is whole. Only its first moments are no proof.
        if (at_work(look)) found.confidence = Confidence::possible;
    } else if (!files.state_json_exists) {
        if (!init || init->role.role == ProcessRole::runtime_init || at_work(look) || files.runc_root.empty() || !shim_of(look, files))
            return std::nullopt;
        found.detail = fmt::format("{} is missing, while {} lives", path, who(*init));
        if (look.facts.age_s(*init).value_or(10) < 2) found.confidence = Confidence::possible;
    } else {
        if (at_work(look)) return std::nullopt;
        const Process* named = look.facts.process(files.state_init_pid);
        if (files.state_init_pid && files.init_pid && files.init_pid != files.state_init_pid) {
            found.detail = fmt::format("it says that init is {}, init.pid says {}", files.state_init_pid.value, files.init_pid.value);
        } else if (named && files.state_init_start != 0 && named->start_time != 0 && named->start_time != files.state_init_start) {
            found.detail = fmt::format("it names pid {} started at tick {}, and the kernel's {} was started at {}",
                                       files.state_init_pid.value, files.state_init_start, who(*named), named->start_time);
        } else if (init && look.scope.init && files.state_init_pid && files.state_init_pid != look.scope.init &&
                   init->pid == look.scope.init) {
            found.detail = fmt::format("it says that init is {}, which is {}", files.state_init_pid.value, who(*init));
        } else {
            return std::nullopt;
        }
    }
    found.evidence.push_back(found.detail);
    if (init) found.evidence.push_back(fmt::format("{} is {}", who(*init), state_words(init->state)));
    found.chain.push_back({printable(files.container.id, 128), "described by", path, found.detail});
    return found;
}

Finding config_invalid(const Context& look, const ContainerFiles& files) {
    if (files.config_json_error.empty()) return std::nullopt;
    FileFinding found{.cause = "config-invalid", .detail = printable(files.config_json_error, 300)};
    found.confidence = after_two_looks(look);
    found.evidence.push_back(fmt::format("{}/config.json: {}", printable(files.bundle), found.detail));
    for (const std::string& line : files.log_errors) found.evidence.push_back("runc's log: " + printable(line, 300));
    found.chain.push_back({printable(files.container.id, 128), "described by", "config.json", found.detail});
    return found;
}

/// Its own files do not answer: nothing can be said of what they hold.
Finding silent(const Context& look, const ContainerFiles& files) {
    if (files.unresponsive_mount.empty()) return std::nullopt;
    FileFinding found{.cause = "filesystem-unresponsive", .detail = printable(files.unresponsive_mount)};
    const auto& mounts = look.facts.snapshot().mounts;
    const auto mount = std::ranges::find(mounts, files.unresponsive_mount, &Mount::mount_point);
    const std::string type = mount == mounts.end() ? std::string() : printable(mount->type, 32) + " ";
    found.evidence.push_back(fmt::format("the bundle or the state of {} lies on the {}file system at {}, which does not answer",
                                         printable(files.container.id, 128), type, found.detail));
    const Process* server = mount == mounts.end() ? nullptr : look.facts.process(mount->fuse_server);
    if (server)
        found.culprits.push_back({.pid = server->pid,
                                  .comm = server->comm,
                                  .role = "server",
                                  .state = server->state,
                                  .why = fmt::format("serves {}, and is {}", found.detail, state_words(server->state))});
    found.chain.push_back(
        {printable(files.container.id, 128), "kept on", found.detail, server ? who(*server) : "its server does not answer"});
    return found;
}

constexpr auto checks =
    std::to_array<Finding (*)(const Context&, const ContainerFiles&)>({orphaned, leftover, state_corrupt, config_invalid});

}  // namespace

std::vector<FileFinding> file_findings(const Context& look) {
    std::vector<FileFinding> all;
    if (!look.scope.files) return all;
    if (Finding found = silent(look, *look.scope.files)) return {std::move(*found)};
    for (const auto check : checks)
        if (Finding found = check(look, *look.scope.files)) all.push_back(std::move(*found));
    return all;
}

}  // namespace shimtrace::diagnosis
