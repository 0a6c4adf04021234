#include "tracer/diagnosis/causes/explanation.hpp"

#include "tracer/diagnosis/causes/remedy_commands.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace shimtrace::diagnosis {

namespace {

/// The culprits as a phrase: "ctr[5205], stopped by a signal".
std::string blamed(const ExplanationInput& verdict) {
    if (verdict.culprits.empty()) return "nobody";
    const Culprit& first = verdict.culprits.front();
    return fmt::format("{}[{}]", printable(first.comm, 32), first.pid.value);
}

std::string blamed_why(const ExplanationInput& verdict) {
    return verdict.culprits.empty() ? std::string("nobody")
                                    : fmt::format("{}, {}", blamed(verdict), printable(verdict.culprits.front().why, 80));
}

const Step& last(const ExplanationInput& verdict) {
    return verdict.path->back();
}

std::string last_object(const ExplanationInput& verdict) {
    return printable(last(verdict).wait.object_text, 160);
}

std::string waiter(const ExplanationInput& verdict) {
    const Process* process = process_at_end(verdict.look, *verdict.path);
    return process ? who(*process) : target_words(verdict.look);
}

std::string lasting(const ExplanationInput& verdict) {
    const double since = last(verdict).wait.since_s;
    return since > 0 ? fmt::format(" for {}", duration_words(since)) : std::string();
}

/// The stream that is full, the last of the objects written to, and by whom it is not read.
std::string backpressure(const ExplanationInput& verdict) {
    std::string full;
    OpenFileRoleInfo role;
    for (const Step& step : *verdict.path) {
        if (step.wait.kind != WaitKind::writes) continue;
        full = step.wait.object_text;
        if (step.wait.role.role != OpenFileRole::none) role = step.wait.role;
    }
    const std::string stream = role.role == OpenFileRole::none ? std::string("output") : std::string(stream_word(role.role));
    const std::string start = who(verdict.look.facts, verdict.path->front().from.pid);
    const std::string fate = last(verdict).wait.root_cause == RootCause::nobody_reads ? std::string("nobody reads it")
                             : verdict.culprits.empty()
                                 ? std::string("its reader does not read it")
                                 : fmt::format("its reader {} ({})", blamed(verdict), printable(verdict.culprits.front().why, 80));
    const std::string verb = verdict.culprits.empty() || last(verdict).wait.root_cause == RootCause::nobody_reads ? "" : " does not read";
    return fmt::format("{} waits to write its {}: {} is full and {}{}", start, stream, printable(full, 160), fate,
                       verb.empty() || fate.find("does not read") != std::string::npos ? "" : verb);
}

struct SentenceRow {
    std::string_view cause;
    std::string (*say)(const ExplanationInput&);
};

using V = const ExplanationInput&;

constexpr auto sentences = std::to_array<SentenceRow>({
    {"stdio-backpressure", backpressure},
    {"console-backpressure", backpressure},
    {"stdio-copier-gone",
     [](V v) { return fmt::format("{} is full and nothing in {} reads it any more: its copier is gone", last_object(v), blamed(v)); }},
    {"stdio-held-open",
     [](V v) {
         return fmt::format("{} never comes: {} still has it open, though the process it was made for has exited", last_object(v),
                            blamed(v));
     }},
    {"created-not-started",
     [](V v) {
         return fmt::format("{} is created and waits{} at {} for a start that does not come{}", target_words(v.look), lasting(v),
                            last_object(v), v.culprits.empty() ? "" : ": " + blamed_why(v));
     }},
    {"fifo-open", [](V v) { return fmt::format("{} waits in open of {}: nobody opens its other end", waiter(v), last_object(v)); }},
    {"runtime-stopped",
     [](V v) {
         return fmt::format(
             "{} cannot go on: {} is {}", target_words(v.look), waiter(v),
             last(v).wait.root_cause == RootCause::traced ? "stopped by " + blamed(v) + ", its tracer" : "stopped by a signal");
     }},
    {"runtime-blocked",
     [](V v) {
         return fmt::format("{} waits for {}, and that waits{} on {}", target_words(v.look), waiter(v), lasting(v), last_object(v));
     }},
    {"hook-running",
     [](V v) { return fmt::format("{} waits for the OCI hook {}, which does not end{}", target_words(v.look), blamed(v), lasting(v)); }},
    {"dbus-wait", [](V v) { return fmt::format("{} waits for a reply on {} from {}", waiter(v), last_object(v), blamed(v)); }},
    {"seccomp-notify", [](V v) { return fmt::format("{} waits in a system call for its seccomp agent {}", waiter(v), blamed(v)); }},
    {"container-frozen", [](V v) { return fmt::format("{} is frozen: {}", target_words(v.look), last_object(v)); }},
    {"uninterruptible", [](V v) { return fmt::format("{} is in uninterruptible sleep in the kernel, on {}", waiter(v), last_object(v)); }},
    {"filesystem-unresponsive",
     [](V v) {
         if (v.path == nullptr)
             return fmt::format("{}'s bundle or state lies on {}, which does not answer{}", target_words(v.look), v.detail,
                                v.culprits.empty() ? "" : ": " + blamed_why(v));
         return v.culprits.empty() ? fmt::format("{} waits for {}, whose server does not answer", waiter(v), last_object(v))
                                   : fmt::format("{} waits for {}, whose server {} does not answer", waiter(v), last_object(v), blamed(v));
     }},
    {"pidns-teardown",
     [](V v) {
         return fmt::format("{}'s init is dying and waits for the last processes of its pid namespace: {}", target_words(v.look),
                            blamed_why(v));
     }},
    {"zombie-unreaped", [](V v) { return fmt::format("{} has exited and {} does not reap it", waiter(v), blamed(v)); }},
    {"memory-limit", [](V v) { return fmt::format("{} waits in its {}: it is at its limit", waiter(v), last_object(v)); }},
    {"file-lock", [](V v) { return fmt::format("{} waits for the {}, which {} holds", waiter(v), last_object(v), blamed(v)); }},
    {"shim-stopped", [](V v) { return fmt::format("the shim of {}, {}, is stopped by a signal", target_words(v.look), blamed(v)); }},
    {"traced", [](V v) { return fmt::format("{} is stopped by its tracer {}", waiter(v), blamed(v)); }},
    {"shim-deadlock", [](V v) { return fmt::format("goroutines of {} wait for each other: {}", waiter(v), last_object(v)); }},
    {"containerd-unresponsive",
     [](V v) {
         return fmt::format("{} waits for containerd: {}", target_words(v.look),
                            v.culprits.empty() ? std::string("it is gone") : blamed_why(v));
     }},
    {"orphaned-container", [](V v) { return fmt::format("{} still runs but its shim is gone", target_words(v.look)); }},
    {"leftover", [](V v) { return fmt::format("{} is gone, and remains of it are left: {}", target_words(v.look), v.detail); }},
    {"state-corrupt", [](V v) { return fmt::format("runc's state of {} cannot be used: {}", target_words(v.look), v.detail); }},
    {"config-invalid", [](V v) { return fmt::format("config.json of {} is invalid: {}", target_words(v.look), v.detail); }},
    {"unknown",
     [](V v) {
         const auto& wait = last(v).wait;
         return wait.root_cause == RootCause::stopped
                    ? fmt::format("{} is stopped by a signal", waiter(v))
                    : fmt::format("{} waits for {}", waiter(v), wait.object_text.empty() ? label(v.look.facts, wait.to) : last_object(v));
     }},
});

std::string runc_command(const ExplanationInput& verdict, std::string_view rest) {
    const ContainerFiles* files = verdict.files;
    const std::string root = files && !files->runc_root.empty() ? fmt::format(" --root {}", printable(files->runc_root)) : std::string();
    return fmt::format("runc{} {} {}", root, rest, printable(verdict.look.scope.ref.id, 128));
}

std::string ctr_command(const ExplanationInput& verdict, std::string_view rest) {
    const ContainerFiles* files = verdict.files;
    const std::string address =
        files && !files->containerd_address.empty() ? fmt::format(" -a {}", printable(files->containerd_address)) : std::string();
    return fmt::format("ctr{} -n {} {} {}", address, printable(verdict.look.scope.ref.ns, 64), rest,
                       printable(verdict.look.scope.ref.id, 128));
}

bool under_containerd(const ExplanationInput& verdict) {
    return !verdict.look.scope.ref.ns.empty();
}

void remedy_for_culprit(const ExplanationInput& verdict, std::vector<Remedy>& out) {
    for (const Culprit& one : verdict.culprits) {
        const std::string name = fmt::format("{}[{}]", printable(one.comm, 32), one.pid.value);
        if (one.state == 'T') {
            out.push_back({fmt::format("let {} go on", name), fmt::format("kill -CONT {}", one.pid.value), Risk::safe});
            return;
        }
    }
}

/// Where a cgroup above the container's own is frozen, the container cannot be resumed by itself.
std::optional<Remedy> thaw_above(const ExplanationInput& verdict) {
    const Process* process = verdict.look.facts.process(last(verdict).from.pid);
    const Cgroup* cgroup = process ? verdict.look.facts.cgroup(process->cgroup) : nullptr;
    const ContainerFiles* files = verdict.look.scope.files;
    if (!cgroup || !files || !files->cgroup.starts_with(cgroup->frozen_by + (cgroup->frozen_by.ends_with('/') ? "" : "/")))
        return std::nullopt;
    return Remedy{"thaw the cgroup above it, with all that is in there", thaw_command(*cgroup), Risk::disruptive};
}

}  // namespace

std::string target_words(const Context& look) {
    if (look.scope.ref) return printable(look.scope.ref.id, 128);
    for (const auto& list : {look.scope.processes, look.scope.runtimes})
        for (const Pid pid : list) return who(look.facts, pid);
    return look.scope.shim ? who(look.facts, look.scope.shim) : std::string("the target");
}

std::string summary(const ExplanationInput& verdict) {
    const auto row = std::ranges::find(sentences, verdict.cause, &SentenceRow::cause);
    return row == sentences.end() ? std::string(verdict.cause) : row->say(verdict);
}

std::vector<Remedy> remedies(const ExplanationInput& verdict) {
    std::vector<Remedy> out;
    const std::string_view cause = verdict.cause;
    const auto kill_first = [&](std::string_view text, std::string_view signal, Risk risk) {
        if (verdict.culprits.empty()) return;
        out.push_back(
            {fmt::format("{} {}", text, blamed(verdict)), fmt::format("kill -{} {}", signal, verdict.culprits.front().pid.value), risk});
    };
    remedy_for_culprit(verdict, out);
    if (cause == "stdio-backpressure" || cause == "console-backpressure") {
        if (verdict.culprits.empty()) {
            std::string fifo;
            for (const Step& step : *verdict.path)
                if (step.wait.kind == WaitKind::writes && step.wait.to.name.starts_with('/')) fifo = step.wait.to.name;
            if (!fifo.empty())
                out.push_back(
                    {"read what is queued, so that it moves on", fmt::format("cat {} > /dev/null", printable(fifo)), Risk::destroys_data});
        } else if (verdict.culprits.front().role == "containerd") {
            out.push_back({"restart containerd: it opens the fifos again, containers keep running", "systemctl restart containerd",
                           Risk::disruptive});
        }
    } else if (cause == "stdio-copier-gone") {
        if (under_containerd(verdict))
            out.push_back({"end the container: the shim cannot start its copier again", ctr_command(verdict, "task kill -s SIGKILL"),
                           Risk::disruptive});
    } else if (cause == "stdio-held-open") {
        kill_first("end the process that keeps it open,", "TERM", Risk::disruptive);
    } else if (cause == "created-not-started") {
        out.push_back({"start it", under_containerd(verdict) ? ctr_command(verdict, "task start") : runc_command(verdict, "start"),
                       Risk::disruptive});
        out.push_back({"or delete it",
                       under_containerd(verdict) ? ctr_command(verdict, "task delete --force") : runc_command(verdict, "delete --force"),
                       Risk::destroys_data});
    } else if (cause == "fifo-open") {
        out.push_back({"open the other end of the fifo, or end the process that waits", "", Risk::disruptive});
    } else if (cause == "runtime-blocked" || cause == "runtime-stopped") {
        kill_first("end", "KILL", Risk::disruptive);
    } else if (cause == "hook-running") {
        kill_first("end the hook; the container's start fails then:", "TERM", Risk::disruptive);
    } else if (cause == "dbus-wait") {
        out.push_back({"look at systemd, or restart it", "systemctl daemon-reexec", Risk::disruptive});
    } else if (cause == "seccomp-notify") {
        kill_first("end the agent, its calls fail with ENOSYS then:", "TERM", Risk::disruptive);
    } else if (cause == "container-frozen") {
        if (std::optional<Remedy> thaw = thaw_above(verdict))
            out.push_back(std::move(*thaw));
        else if (under_containerd(verdict))
            out.push_back({"thaw it", ctr_command(verdict, "task resume"), Risk::safe});
        else
            out.push_back({"thaw it", runc_command(verdict, "resume"), Risk::safe});
    } else if (cause == "uninterruptible") {
        const bool frozen = last(verdict).wait.evidence.find("fsfreeze") != std::string::npos;
        out.push_back({frozen ? "thaw the file system" : "mend the device or file system; no signal can end it",
                       frozen ? "fsfreeze -u MOUNTPOINT" : "", frozen ? Risk::safe : Risk::disruptive});
    } else if (cause == "filesystem-unresponsive") {
        out.push_back(
            {"restart the file system's server, or give the mount up: calls on it fail then", "umount -f MOUNTPOINT", Risk::disruptive});
    } else if (cause == "pidns-teardown") {
        if (!verdict.culprits.empty() && verdict.culprits.front().role == "tracer")
            kill_first("end the tracer", "TERM", Risk::disruptive);
        else
            out.push_back({"free what is in state D; init ends by itself then", "", Risk::safe});
    } else if (cause == "traced") {
        kill_first("detach, or end, the tracer", "TERM", Risk::disruptive);
    } else if (cause == "file-lock") {
        kill_first("end the lock's holder", "TERM", Risk::disruptive);
    } else if (cause == "memory-limit") {
        out.push_back({"raise the limit", under_containerd(verdict) ? "" : runc_command(verdict, "update --memory BYTES"), Risk::safe});
    } else if (cause == "zombie-unreaped" || cause == "shim-deadlock") {
        kill_first("end the shim; containerd cleans up after it:", "KILL", Risk::destroys_data);
    } else if (cause == "containerd-unresponsive") {
        if (out.empty()) out.push_back({"restart containerd; containers keep running", "systemctl restart containerd", Risk::disruptive});
    } else if (cause == "orphaned-container") {
        out.push_back(
            {"restart containerd, which kills what has no shim and cleans up", "systemctl restart containerd", Risk::destroys_data});
        out.push_back({"or end it by hand", runc_command(verdict, "delete --force"), Risk::destroys_data});
    } else if (cause == "leftover") {
        if (under_containerd(verdict))
            out.push_back({"restart containerd, which removes what has no shim", "systemctl restart containerd", Risk::disruptive});
        out.push_back({"remove runc's state", runc_command(verdict, "delete --force"), Risk::destroys_data});
    } else if (cause == "state-corrupt") {
        out.push_back({"runc can no longer act on it: end its processes, then remove the state's directory", "", Risk::destroys_data});
    } else if (cause == "config-invalid") {
        out.push_back({"mend config.json at that place: strict JSON, no comments, no trailing commas", "", Risk::safe});
    } else if (cause == "unknown" && out.empty()) {
        out.push_back(
            {"keep the snapshot for who knows more", fmt::format("shimtrace why --save FILE {}", target_words(verdict.look)), Risk::safe});
    }
    return out;
}

std::vector<ChainLink> chain_of(const Context& look, const Path& path) {
    std::vector<ChainLink> chain;
    const auto is_actor = [](const NodeKey& subject) {
        return subject.kind == NodeKind::process || subject.kind == NodeKind::thread || subject.kind == NodeKind::goroutine;
    };
    NodeKey actor = path.front().from;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const Step& step = path[i];
        if (is_actor(step.from)) actor = step.from;
        if (step.wait.kind == WaitKind::belongs_to) continue;
        const bool through_object = !is_actor(step.wait.to) && step.wait.to.kind != NodeKind::nobody && i + 1 < path.size();
        const Step& arrives = through_object ? path[i + 1] : step;
        ChainLink link{.from = label(look.facts, actor),
                       .waits = std::string(word(step.wait.kind)),
                       .on = printable(step.wait.object_text, 160),
                       .to = label(look.facts, arrives.wait.to)};
        if (link.to == link.on || link.to == link.from) link.to.clear();
        chain.push_back(std::move(link));
        if (through_object) ++i;
    }
    return chain;
}

std::vector<std::string> evidence_of(const Path& path) {
    std::vector<std::string> lines;
    for (const Step& step : path)
        if (!step.wait.evidence.empty() && std::ranges::find(lines, step.wait.evidence) == lines.end()) lines.push_back(step.wait.evidence);
    return lines;
}

}  // namespace shimtrace::diagnosis
