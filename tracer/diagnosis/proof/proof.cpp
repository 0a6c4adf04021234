#include "tracer/diagnosis/proof/proof.hpp"

#include "decoders/text/durations.hpp"
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/sandboxes.hpp"
#include "tracer/diagnosis/graph/shim_tasks.hpp"
#include "tracer/diagnosis/known_bugs/known_bugs.hpp"
#include "tracer/diagnosis/proof/idle_waits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis {

namespace {

/// How long a request to a shim takes, at most, when all is well and its runtime stands still or is not there.
struct UsualTime {
    std::string_view method;
    double seconds;
};

constexpr auto usual_times = std::to_array<UsualTime>({
    // Until the process ends.
    {"Task.Wait", -1},
    {"Sandbox.WaitSandbox", -1},
    // A delete gives stdout and stderr two seconds each to end (process/init.go, process/exec.go: waitTimeout).
    {"Task.Delete", 5},
    {"Task.Shutdown", 5},
});
constexpr double usual_s = patience_s;  ///< of all others: they take milliseconds, or as long as their runtime

double usual_time(std::string_view method) {
    const auto row = std::ranges::find(usual_times, method, &UsualTime::method);
    return row == usual_times.end() ? usual_s : row->seconds;
}

/// Whether the snapshot was taken to tell of others: then who has no threads in it was not looked at closely, and did not end meanwhile.
bool was_taken_for_others(const Context& look) {
    const Snapshot& snapshot = look.facts.snapshot();
    const Scope& scope = look.scope;
    if (snapshot.asked.empty() && snapshot.targets.empty() && snapshot.asked_pods.empty()) return false;  // of all
    if (scope.pod != PodRef{} || std::ranges::find(snapshot.asked, scope.ref) != snapshot.asked.end()) return false;
    return std::ranges::none_of(snapshot.targets, [&](Pid pid) {
        return pid == scope.shim || pid == scope.monitor || std::ranges::find(scope.processes, pid) != scope.processes.end() ||
               std::ranges::find(scope.runtimes, pid) != scope.runtimes.end();
    });
}

class Prover {
public:
    explicit Prover(const Context& look) : look_(look) {}

    Proof prove() {
        prove_shim();
        prove_calls();
        for (const Pid pid : look_.scope.runtimes) prove_runtime(pid);
        for (const Pid pid : look_.scope.processes) prove_process(pid);
        prove_layouts();
        prove_process(look_.scope.monitor);
        prove_presence();
        return std::move(proof_);
    }

private:
    void unseen(std::string what, std::string why = {}) {
        std::string needs = missing_for_processes(look_.facts.snapshot().observer);
        if (why.empty()) why = needs.empty() ? "it could not be read" : "not permitted";
        add_limit(proof_.limits, {std::move(what), std::move(why), std::move(needs)});
    }

    /// Whose Go is not known was read as one that is: its stacks were checked, what its goroutines wait on could not be.
    void prove_layouts() {
        const auto doubt = [&](Pid pid) {
            const Process* process = look_.facts.process(pid);
            if (!process || !process->go || !process->go->derived_layout || !process->go->incomplete.empty()) return;
            const std::string& version = process->go->version;
            add_limit(proof_.doubtful, {fmt::format("goroutines of {}", who(*process)),
                                        fmt::format("how {} lays them out is not known: they were read as the known version that fits",
                                                    version.empty() ? std::string("the Go that it was built by") : printable(version, 40)),
                                        ""});
            weaken(Confidence::likely);
        };
        doubt(look_.scope.shim);
        for (const Pid pid : look_.scope.runtimes) doubt(pid);
        for (const Pid pid : look_.scope.processes) doubt(pid);
        for (const NodeKey& call : look_.scope.calls) doubt(call.pid);
    }

    void weaken(Confidence to) { proof_.confidence = std::min(proof_.confidence, to); }

    /// What comes and goes while it is looked at looks otherwise a moment later.
    void may_pass() { proof_.unsettled |= look_.facts.interval_s() < patience_s; }

    void take(Judgement judged) {
        switch (judged.rest) {
            case Rest::idle:
            case Rest::moves:
                break;
            case Rest::outside:
                weaken(Confidence::likely);
                if (std::ranges::find(proof_.outside, judged.words) == proof_.outside.end())
                    proof_.outside.push_back(std::move(judged.words));
                break;
            case Rest::passing:
                proof_.unsettled = true;
                weaken(Confidence::possible);
                break;
            case Rest::unclear:
                add_limit(proof_.unclear, {std::move(judged.words), "it is no wait that is known to be idle", ""});
                break;
            case Rest::unseen:
                unseen(std::move(judged.words));
                break;
        }
    }

    void prove_process(Pid pid) {
        const Process* process = look_.facts.process(pid);
        if (!process || is_zombie(*process)) return;
        if (process->role.role == ProcessRole::sandbox) return prove_sandbox(*process);
        if (look_.scope.sandbox) return prove_beside_sandbox(*process);
        if (is_daemon(*process) || serves_calls(*process)) return prove_daemon(*process);
        if (process->threads.empty() && was_taken_for_others(look_))
            return add_limit(proof_.limits, {fmt::format("threads of {}", who(*process)), "the snapshot was taken to tell of others",
                                             "one of all: why --all --save FILE"});
        if (process->threads.empty()) {
            // Who ended in the midst of the look has none any more, where all may be read: another look tells, or that it was born since
            // the one before.
            const Observer& observer = look_.facts.snapshot().observer;
            if (observer.known && missing_for_processes(observer).empty()) {
                const double interval_s = look_.facts.interval_s();
                if (look_.facts.age_s(*process).value_or(interval_s) < interval_s) return take({Rest::moves, {}});
                if (interval_s < patience_s) return take({Rest::passing, {}});
            }
            if (process->state != ProcessState::running) unseen(fmt::format("threads of {}", who(*process)));
            return;
        }
        prove_sockets(*process);
        for (const Thread& thread : process->threads) take(judge(look_, *process, thread));
        if (!process->go) return;
        for (const Goroutine& goroutine : process->go->goroutines) take(judge(look_, *process, goroutine));
        if (!process->go->incomplete.empty()) {
            // Its threads were seen: that it is well is as likely as of any other program.
            weaken(Confidence::likely);
            add_limit(proof_.doubtful, {fmt::format("goroutines of {}", who(*process)), process->go->incomplete, ""});
        }
    }

    /// Its containers' processes are its goroutines, where it is gVisor's and they could be read. Whether what those wait for will come is
    /// not to be seen from the host.
    void prove_sandbox(const Process& sandbox) {
        for (const Thread& thread : sandbox.threads)
            if (thread.state == ProcessState::uninterruptible) take(judge(look_, sandbox, thread));
        weaken(Confidence::likely);
        const std::vector<SandboxTask> tasks = sandbox_tasks(sandbox);
        if (tasks.empty() || !sandbox.go->incomplete.empty()) {
            const std::string needs = sandbox.go || sandbox.threads.empty() ? missing_for_processes(look_.facts.snapshot().observer) : "";
            return add_limit(proof_.limits,
                             {fmt::format("processes of {}", printable(look_.scope.ref.id, 128)),
                              fmt::format("they run on the kernel of {}, and do not show on the host", who(sandbox)), needs});
        }
        for (const SandboxTask& task : tasks)
            if (!task.call.empty() && !is_idle_in_sandbox(task.call))
                take({Rest::outside, fmt::format("what a process on the kernel of {} does in {} (its goroutine {})", who(sandbox),
                                                 printable(task.call, 40), task.goroutine.value)});
    }

    /// Its gofer, and the commands that stand for what was exec'd into it: they wait for as long as it lives.
    void prove_beside_sandbox(const Process& process) {
        for (const Thread& thread : process.threads)
            if (thread.state == ProcessState::uninterruptible) take(judge(look_, process, thread));
    }

    /// Whose connections are out of sight may wait for anybody.
    void prove_sockets(const Process& process) {
        if (!sees_sockets_of(look_.facts, process)) add_limit(proof_.limits, unseen_sockets(who(process)));
    }

    /// Its goroutines tell, not its threads: that none serves a call is no proof that each of them rests.
    void prove_daemon(const Process& daemon) {
        weaken(Confidence::likely);
        if (!daemon.go->incomplete.empty()) unseen(fmt::format("goroutines of {}", who(daemon)), daemon.go->incomplete);
        // It starts, and serves nobody yet: a shim that is well answers at once.
        if (std::ranges::any_of(daemon.go->goroutines, loads_shims)) {
            weaken(Confidence::possible);
            proof_.unsettled |= look_.facts.interval_s() < slow_runtime_s;
        }
        for (const Thread& thread : daemon.threads)
            if (thread.state == ProcessState::uninterruptible) take(judge(look_, daemon, thread));
    }

    /// The calls of daemons that are about it: none that lasts is well, unless it goes on for as long as what it works on.
    void prove_calls() {
        for (const NodeKey& node : look_.scope.calls) {
            const Process* daemon = look_.facts.process(node.pid);
            const Goroutine* goroutine = goroutine_of(look_.facts, node);
            if (!daemon || !goroutine) continue;
            if (goroutine->serves->method.empty()) {
                // A client's own: whether the answer is late only more time can tell.
                proof_.unsettled |= !goroutine->wait.reply->protocol.empty() && look_.facts.interval_s() < slow_runtime_s;
                weaken(Confidence::likely);
                continue;
            }
            weaken(Confidence::likely);
            const GoServedCall& call = goroutine->serves;
            const double since = waiting_seconds(*goroutine), usual = usual_seconds(call);
            if (since < usual) {
                // One that was not there at the look before will be over as those before it.
                proof_.unsettled |= look_.facts.interval_s() <= 0 || since > 0;
                continue;
            }
            const std::string line = fmt::format("{} goroutine {} has been at {} for at least {}", who(*daemon), goroutine->id.value,
                                                 printable(call.method, 80), text::duration_in_words(since));
            constexpr double hopeless_s = 30;
            if (goes_on_for_long(call) && !waits_for_the_dead(call) && !has_known_bug(look_.facts, *daemon))
                proof_.outside.push_back(fmt::format("{} of {}, under way for at least {}", printable(call.method, 80), who(*daemon),
                                                     text::duration_in_words(since)));
            else if (since >= hopeless_s)
                proof_.calls.push_back(
                    {.server = daemon->pid, .goroutine = goroutine->id, .name = call.method, .line = line, .since_s = since});
            else
                add_limit(proof_.unclear, {line, "longer than it usually takes, and what it waits for is not known", ""});
        }
        // A pod is asked about by its sandbox: it may have containers that are not there yet.
        const ContainerFiles* files = look_.scope.files;
        if (!files || files->sandbox.empty() || files->sandbox != files->container.id) return;
        for (const NodeKey& node : calls_about_unknown(look_.facts)) {
            const Process* daemon = look_.facts.process(node.pid);
            const Goroutine* goroutine = goroutine_of(look_.facts, node);
            if (!daemon || !goroutine) continue;
            // How long it has been in the kernel its goroutine does not tell: by the next look it may be over.
            const double since = waiting_seconds(*goroutine);
            proof_.unsettled |= look_.facts.interval_s() < patience_s;
            weaken(Confidence::likely);
            if (goroutine->state != GoState::syscall && since >= 0 && since < usual_seconds(goroutine->serves)) continue;
            add_limit(proof_.doubtful, {fmt::format("whose container {} is", printable(goroutine->serves->container, 12)),
                                        fmt::format("{} is at {} of it, and it has no shim yet: ask `why {}`", who(*daemon),
                                                    printable(goroutine->serves->method, 64), daemon->pid.value),
                                        ""});
        }
    }

    /// A stop has its grace period for as long as somebody is there to be stopped.
    bool waits_for_the_dead(const GoServedCall& call) const {
        if (awaited_by(call) != Awaited::all || !waits_for_processes(call) || !look_.facts.sees_hosts_processes()) return false;
        const auto& containers = look_.facts.snapshot().containers;
        const auto files = std::ranges::find(containers, call.container,
                                             [](const ContainerFiles& each) -> const std::string& { return each.container.id; });
        // A pod's call is about all containers of it, and of what runs on another kernel no process shows.
        if (files == containers.end() || call.method.ends_with("PodSandbox")) return false;
        const Scope scope = look_.facts.scope(files->container, files->sandbox_shim);
        const bool known = files->init_pid || files->state_init_pid;
        const auto lives = [&](Pid pid) { return look_.facts.lives(pid); };
        return known && !scope.sandbox && !look_.facts.lives(files->init_pid) && scope.runtimes.empty() &&
               std::ranges::none_of(scope.processes, lives);
    }

    /// A command of the runtime's is over soon, or it moves; one in the foreground waits for the container.
    void prove_runtime(Pid pid) {
        const Process* runtime = look_.facts.process(pid);
        if (!runtime || is_zombie(*runtime)) return;
        const bool foreground =
            runtime->role.operation == "run" || runtime->role.operation == "exec" || runtime->role.operation == "events";
        const bool lives = std::ranges::any_of(look_.facts.children(pid), [](const Process* child) {
            return is_container_role(child->role.role) && child->role.role != ProcessRole::runtime_init;
        });
        if (foreground && lives) return;
        weaken(Confidence::likely);
        if (look_.facts.standstill(*runtime) == Standstill::moved) return;
        if (look_.facts.age_s(*runtime).value_or(0) < 5) {
            proof_.unsettled |= look_.facts.interval_s() < patience_s;
            return;
        }
        if (look_.facts.interval_s() < patience_s)
            proof_.unsettled = true;
        else
            add_limit(proof_.unclear, {fmt::format("what {} waits for", who(*runtime)), "it is no wait that is known to be idle", ""});
    }

    void prove_shim() {
        const Process* shim = look_.facts.process(look_.scope.shim);
        if (!shim || is_zombie(*shim)) return;
        prove_sockets(*shim);
        if (shim->go && shim->go->incomplete.empty()) {
            for (const Goroutine& goroutine : shim->go->goroutines) prove_goroutine(*shim, goroutine);
            return;
        }
        // Not all shims are Go programs: of another the threads tell.
        if (!shim->go &&
            std::ranges::none_of(shim->threads, [&](const Thread& thread) { return judge(look_, *shim, thread).rest == Rest::unseen; })) {
            weaken(Confidence::likely);
            return;
        }
        if (look_.facts.age_s(*shim).value_or(patience_s) < patience_s) may_pass();
        unseen(fmt::format("goroutines of {}", who(*shim)), shim->go ? shim->go->incomplete : std::string());
    }

    void prove_goroutine(const Process& shim, const Goroutine& goroutine) {
        if (goroutine.system || goroutine.state == GoState::dead || goroutine.purpose.what != "RPC handler") return;
        const std::string& method = goroutine.purpose.detail;
        const double usual = usual_time(method);
        const ContainerRef& ref = look_.scope.ref;
        if (usual < 0 || (!goroutine.purpose.container->id.empty() && ref && goroutine.purpose.container->id != ref.id)) return;
        const double waiting = goroutine.waiting ? std::chrono::duration<double>(*goroutine.waiting).count() : 0;
        if (runtime_moves(shim)) return weaken(Confidence::likely);
        // The runtime that is at work on it tells more, once it has lasted.
        if (runtime_is_young(shim)) {
            weaken(Confidence::likely);
            proof_.unsettled = true;
            return;
        }
        if (waiting < usual) {
            weaken(Confidence::likely);
            proof_.unsettled = true;
            return;
        }
        proof_.calls.push_back(
            {.server = shim.pid,
             .goroutine = goroutine.id,
             .name = method,
             .line = fmt::format(
                 "{} goroutine {} [{}, at least {}] has been handling {}{}", who(shim), goroutine.id.value,
                 printable(goroutine.wait_reason, 40), text::duration_in_words(waiting), printable(method, 80),
                 goroutine.purpose.exec_id.empty() ? std::string() : fmt::format(" of exec {}", printable(goroutine.purpose.exec_id, 80))),
             .since_s = waiting});
    }

    /// The runtime at work on the request has moved, or was born between the looks.
    bool runtime_moves(const Process& shim) const {
        return std::ranges::any_of(look_.scope.runtimes, [&](Pid pid) {
            const Process* runtime = look_.facts.process(pid);
            return runtime && !is_zombie(*runtime) && look_.facts.descends_from(pid, shim.pid) &&
                   look_.facts.standstill(*runtime) != Standstill::still;
        });
    }

    bool runtime_is_young(const Process& shim) const {
        return std::ranges::any_of(look_.scope.runtimes, [&](Pid pid) {
            const Process* runtime = look_.facts.process(pid);
            return runtime && !is_zombie(*runtime) && look_.facts.descends_from(pid, shim.pid) &&
                   look_.facts.age_s(*runtime).value_or(slow_runtime_s) < slow_runtime_s;
        });
    }

    /// Where there is nobody to look at, the files and the shim must say why.
    void prove_presence() {
        const Scope& scope = look_.scope;
        if (!scope.pod.pod.empty()) return weaken(Confidence::possible);  // it is being made or torn down
        if (std::ranges::any_of(scope.processes, [&](Pid pid) { return look_.facts.lives(pid); })) return;
        const bool at_work = std::ranges::any_of(scope.runtimes, [&](Pid pid) { return look_.facts.lives(pid); });
        if (at_work || !proof_.calls.empty()) return;
        if (!look_.facts.sees_hosts_processes()) {
            add_limit(proof_.limits, other_pid_namespace());
            return;
        }
        const Process* shim = look_.facts.process(scope.shim);
        if (!shim && !scope.files && missing_for_files(look_.facts.snapshot().observer).empty()) {
            weaken(Confidence::possible);  // it is just being made or removed: nothing of it is there
            return;
        }
        if (!shim) {
            may_pass();
            add_limit(proof_.unclear, {fmt::format("processes of {}", printable(scope.ref.id, 128)), "none was found",
                                       missing_for_files(look_.facts.snapshot().observer)});
            return;
        }
        // A sandbox without a container of its own: its shim is all there is of it.
        if (scope.files && scope.files->bundle.find("/io.containerd.sandbox.controller.v1.shim/") != std::string::npos)
            return weaken(Confidence::likely);
        // That the shim waits to be told to delete it could be normal; that nobody tells it, too long, is not to be seen here.
        weaken(Confidence::likely);
        if (!shim->go || !shim->go->incomplete.empty()) return;
        const bool waited_for = std::ranges::any_of(shim->go->goroutines, [&](const Goroutine& goroutine) {
            const GoroutinePurpose& purpose = goroutine.purpose;
            return purpose.what == "RPC handler" && purpose.detail == "Task.Wait" && purpose.exec_id.empty() &&
                   purpose.container->id == scope.ref.id;
        });
        const ContainerFiles* files = scope.files;
        if (waited_for)
            lost_exit();
        else if (!files || !files->init_pid) {
            may_pass();
            add_limit(proof_.unclear,
                      {fmt::format("whether {} was ever started", printable(scope.ref.id, 128)),
                       "its shim serves no process, and no init.pid tells of one", missing_for_files(look_.facts.snapshot().observer)});
        } else {
            told_exit(*shim);
        }
    }

    /// Nobody waits for its end, so that only what the shim holds of it tells whether the shim was told.
    void told_exit(const Process& shim) {
        const ShimTask* task = task_of(shim, look_.scope.ref);
        if (!task || is_told(*task)) return;  // not read, as in snapshots of older versions; or it was told
        if (look_.facts.interval_s() < patience_s)
            proof_.unsettled = true;
        else if (task->state.empty())
            add_limit(proof_.limits, {fmt::format("whether {} was told of the end of {}", who(shim), printable(look_.scope.ref.id, 128)),
                                      "nobody waits for it, and what the shim holds of it was not found in its memory", ""});
        else
            add_limit(proof_.unclear, {fmt::format("the exit of {}", printable(look_.scope.ref.id, 128)),
                                       fmt::format("its process is gone, and its shim holds it as {}", task->state), ""});
    }

    /// A Wait that outlives the process it is for: the exit did not reach the shim, unless it is just on its way.
    void lost_exit() {
        if (look_.facts.interval_s() < patience_s)
            proof_.unsettled = true;
        else
            add_limit(proof_.unclear, {fmt::format("the exit of {}", printable(look_.scope.ref.id, 128)),
                                       "its process is gone, and its shim still waits for it", ""});
    }

    const Context& look_;
    Proof proof_;
};

}  // namespace

Proof prove(const Context& look) {
    return Prover(look).prove();
}

}  // namespace shimtrace::diagnosis
