#include "tracer/diagnosis/diagnose.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/durations.hpp"
#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/causes/blame.hpp"
#include "tracer/diagnosis/causes/call_words.hpp"
#include "tracer/diagnosis/causes/explanation.hpp"
#include "tracer/diagnosis/causes/idle.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/causes/slow.hpp"
#include "tracer/diagnosis/checks/check.hpp"
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/limits.hpp"
#include "tracer/diagnosis/known_bugs/known_bugs.hpp"
#include "tracer/diagnosis/producers/producers.hpp"
#include "tracer/diagnosis/producers/rings.hpp"
#include "tracer/diagnosis/producers/walk.hpp"
#include "tracer/diagnosis/proof/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace shimtrace::diagnosis {

namespace {

/// All paths that earn the same word.
struct Ailment {
    const Cause* cause;
    std::vector<Path> paths;  ///< the surest first
};

std::vector<NodeKey> starts_of(const Scope& scope) {
    std::vector<NodeKey> starts;
    if (scope.shim) starts.push_back(NodeKey::of(scope.shim));
    for (const Pid pid : scope.runtimes) starts.push_back(NodeKey::of(pid));
    for (const Pid pid : scope.processes) starts.push_back(NodeKey::of(pid));
    starts.insert(starts.end(), scope.calls.begin(), scope.calls.end());
    if (scope.monitor) starts.push_back(NodeKey::of(scope.monitor));
    return starts;
}

/// A job that an interactive shell has stopped is no hang: its process group is its own, at a terminal whose session leader lives. Whatever
/// was asked for by its pid is, and so is what something waits for.
bool is_own_stop(const Context& look, const Path& path) {
    if (path.size() != 1 || path.front().wait.root_cause != RootCause::stopped || !look.scope.shim) return false;
    const Process* process = look.facts.process(path.front().from.pid);
    if (!process || !is_container_role(process->role.role) || process->tty == 0 || process->process_group == process->session) return false;
    const auto& all = look.facts.snapshot().processes;
    return std::ranges::any_of(all, [&](const Process& leader) {
        const bool leads = leader.session == process->session && leader.process_group == leader.session && leader.tty == process->tty;
        return leads && leader.pid != process->pid && !is_zombie(leader) && !is_stopped(leader);
    });
}

/// Who was born between the looks has not been seen to stand still: what it waits for is no hang yet.
bool is_newborn(const Context& look, const Path& path) {
    if (confidence_of(path) != Confidence::possible) return false;
    const Process* process = look.facts.process(path.back().from.pid);
    const auto age = process ? look.facts.age_s(*process) : std::nullopt;
    return age && *age < look.facts.interval_s();
}

/// Who waits in a ring waits for one thing alone: what else was said of that wait (that somebody holds the lock) the ring explains.
void forget_what_rings_explain(std::map<int, Ailment>& by_urgency) {
    std::set<NodeKey> in_ring;
    for (const auto& [urgency, ailment] : by_urgency)
        for (const Path& path : ailment.paths)
            if (path.back().wait.root_cause == RootCause::deadlock)
                for (auto step = ring_of(path); step != path.end(); ++step)
                    if (step->from.kind == NodeKind::thread) in_ring.insert(step->from);
    // Of a pipe it is told by way of the pipe.
    const auto last_to_wait = [](const Path& path) {
        const auto step = std::ranges::find(path.rbegin(), path.rend(), NodeKind::thread, [](const Step& one) { return one.from.kind; });
        return step == path.rend() ? path.back().from : step->from;
    };
    for (auto& [urgency, ailment] : by_urgency)
        std::erase_if(ailment.paths, [&](const Path& path) {
            return path.back().wait.root_cause != RootCause::deadlock && in_ring.contains(last_to_wait(path));
        });
    std::erase_if(by_urgency, [](const auto& one) { return one.second.paths.empty(); });
}

/// A thread of a daemon that is at a call waits for the call's sake: what the call's own path says of that wait the daemon's need not.
void forget_what_calls_explain(const Context& look, std::map<int, Ailment>& by_urgency) {
    const auto is_call = [&](const Path& path) { return is_over(look, path, Where::at_call); };
    std::set<NodeKey> of_calls;
    for (const auto& [urgency, ailment] : by_urgency)
        for (const Path& path : ailment.paths)
            if (is_call(path) && path.back().from.kind == NodeKind::thread) of_calls.insert(path.back().from);
    for (auto& [urgency, ailment] : by_urgency)
        std::erase_if(ailment.paths, [&](const Path& path) {
            return path.back().wait.root_cause == RootCause::nobody_opens && !is_call(path) && of_calls.contains(path.back().from);
        });
    std::erase_if(by_urgency, [](const auto& one) { return one.second.paths.empty(); });
}

/// What a monitor that is stopped leaves undone is told by whoever waits for it, where anybody does.
bool is_told_by_others(const Context& look, const Path& path, const std::map<int, Ailment>& by_urgency) {
    if (!look.scope.monitor || path.front().from.pid != look.scope.monitor || path.back().wait.root_cause != RootCause::stopped)
        return false;
    return std::ranges::any_of(by_urgency, [&](const auto& one) {
        return std::ranges::any_of(one.second.paths, [&](const Path& other) {
            return other.front().from.pid != look.scope.monitor && other.back().wait.root_cause == RootCause::stopped &&
                   other.back().wait.to.pid == path.back().wait.to.pid;
        });
    });
}

/// The chain starts where the first wait is: a path from a start that another path begins with says nothing new.
std::vector<Ailment> ailments_of(const Context& look) {
    std::map<int, Ailment> by_urgency;
    for (const NodeKey& start : starts_of(look.scope)) {
        if (!look.facts.process(start.pid)) continue;
        std::vector<Path> paths = walk(look, start);
        if (Path ring = find_ring(look, start); !ring.empty()) paths.push_back(std::move(ring));
        for (Path& path : paths) {
            if (is_own_stop(look, path) || is_newborn(look, path) || is_told_by_others(look, path, by_urgency)) continue;
            const Cause& cause = cause_of(look, path);
            std::vector<Path>& known = by_urgency.try_emplace(cause.urgency, Ailment{&cause, {}}).first->second.paths;
            const auto same_root = std::ranges::find_if(known, [&](const Path& other) {
                return other.back().wait.root_cause == path.back().wait.root_cause && other.back().wait.to == path.back().wait.to;
            });
            // The same root by another way: the surer way is kept, else the first found.
            if (same_root == known.end())
                known.push_back(std::move(path));
            else if (confidence_of(path) > confidence_of(*same_root))
                *same_root = std::move(path);
        }
    }
    forget_what_rings_explain(by_urgency);
    forget_what_calls_explain(look, by_urgency);
    std::vector<Ailment> ailments;
    for (auto& [urgency, ailment] : by_urgency) {
        std::ranges::stable_sort(ailment.paths, std::ranges::greater{}, confidence_of);
        ailments.push_back(std::move(ailment));
    }
    // One root explains once: what a more urgent cause has named is not named again by a lesser one.
    std::vector<std::pair<RootCause, NodeKey>> named;
    for (Ailment& ailment : ailments) {
        const bool is_unknown = ailment.cause == &unknown_cause();
        std::erase_if(ailment.paths, [&](const Path& path) {
            const Wait& end = path.back().wait;
            return end.to.kind == NodeKind::process && std::ranges::any_of(named, [&](const auto& one) {
                       return one.second == end.to && (is_unknown || one.first == end.root_cause);
                   });
        });
        for (const Path& path : ailment.paths) named.emplace_back(path.back().wait.root_cause, path.back().wait.to);
    }
    std::erase_if(ailments, [](const Ailment& ailment) { return ailment.paths.empty(); });
    return ailments;
}

DiagnosedTarget target_of(const Context& look) {
    DiagnosedTarget target{.container = look.scope.ref, .place = look.scope.place};
    if (const ContainerFiles* files = look.scope.files) {
        target.pod_namespace = files->pod_namespace;
        target.pod = files->pod;
        target.name = files->name.empty() ? files->engine_name : files->name;
    }
    std::vector<Pid> candidates{look.scope.shim, look.scope.init};
    candidates.insert(candidates.end(), look.scope.processes.begin(), look.scope.processes.end());
    candidates.insert(candidates.end(), look.scope.runtimes.begin(), look.scope.runtimes.end());
    candidates.push_back(look.scope.monitor);
    for (const Pid pid : candidates) {
        const Process* process = pid ? look.facts.process(pid) : nullptr;
        if (!process) continue;
        target.pid = process->pid;
        target.comm = process->comm;
        target.role = role_word(*process);
        if (process->ns_pids.size() > 1) target.pid_ns = process->ns_pids.back();
        break;
    }
    if (!look.scope.pod.pod.empty()) {
        target.pod_namespace = look.scope.pod.pod_namespace;
        target.pod = look.scope.pod.pod;
    }
    if (!target.pid) target.role = look.scope.pod.pod.empty() ? "container" : "pod";
    return target;
}

Diagnosis blank(const Context& look, const Cause& cause) {
    Diagnosis diagnosis{.target = target_of(look), .cause = std::string(cause.word)};
    diagnosis.stuck = cause.stuck;
    const auto stopped = std::chrono::duration_cast<std::chrono::microseconds>(look.facts.snapshot().stopped);
    diagnosis.stopped_us = stopped.count();
    return diagnosis;
}

Diagnosis from_paths(const Context& look, const Ailment& ailment) {
    Diagnosis diagnosis = blank(look, *ailment.cause);
    const Path& best = ailment.paths.front();
    diagnosis.confidence = confidence_of(best);
    double since = best.back().wait.since_s;
    for (const Step& step : best)
        if (best.back().wait.since_s < 0) since = std::max(since, step.wait.since_s);
    if (since >= 0) diagnosis.since_s = since;
    constexpr std::size_t most_culprits = 16;
    for (const Path& path : ailment.paths) {
        for (Culprit& one : culprits_of(look, path, *ailment.cause)) {
            const bool known = std::ranges::any_of(diagnosis.culprits, [&](const Culprit& other) { return other.pid == one.pid; });
            if (!known && diagnosis.culprits.size() < most_culprits) diagnosis.culprits.push_back(std::move(one));
        }
        for (std::string& line : evidence_of(path))
            if (diagnosis.evidence.size() < 24 && std::ranges::find(diagnosis.evidence, line) == diagnosis.evidence.end())
                diagnosis.evidence.push_back(std::move(line));
    }
    diagnosis.chain = chain_of(look, best);
    if (ailment.cause->shared_object && !diagnosis.chain.empty()) diagnosis.shared_object = diagnosis.chain.back().on;
    const ExplanationInput input{.look = look, .path = best, .culprits = diagnosis.culprits};
    diagnosis.summary = ailment.cause->sentence(input);
    diagnosis.remedies = remedies(input, *ailment.cause);
    diagnosis.graph = graph_of(look.facts, ailment.paths);
    for (const Path& path : ailment.paths)
        if (const std::string& lock = path.back().wait.owner_unseen; !lock.empty())
            add_limit(diagnosis.limits,
                      {"who has " + lock, "no thread's kernel stack shows it", missing_for_processes(look.facts.snapshot().observer)});
    return diagnosis;
}

/// Its own files do not answer: nothing can be said of what they hold.
std::optional<Ailment> unanswered_files(const Context& look) {
    const ContainerFiles* files = look.scope.files;
    if (!files || files->unresponsive_mount.empty()) return std::nullopt;
    const auto& mounts = look.facts.snapshot().mounts;
    const auto mount = std::ranges::find(mounts, files->unresponsive_mount, &Mount::mount_point);
    const std::string type = mount == mounts.end() ? std::string() : printable(mount->type, 32) + " ";
    const Process* server = mount == mounts.end() ? nullptr : look.facts.process(mount->fuse_server);
    Wait wait{.kind = WaitKind::kept_on,
              .to = server ? NodeKey::of(server->pid) : NodeKey::nobody("its server does not answer"),
              .evidence = fmt::format("the bundle or the state of {} lies on the {}file system at {}, which does not answer",
                                      printable(files->container.id, 128), type, printable(files->unresponsive_mount, most_shown)),
              .root_cause = RootCause::file_system,
              .object_text = printable(files->unresponsive_mount, most_shown),
              .mount_device = mount == mounts.end() ? 0 : mount->device};
    Path path{{NodeKey::nobody(files->container.id), std::move(wait)}};
    const Cause& cause = cause_of(look, path);
    return Ailment{&cause, {std::move(path)}};
}

Diagnosis from_finding(const Context& look, const Finding& finding, const Cause& cause) {
    Diagnosis diagnosis = blank(look, cause);
    diagnosis.confidence = look.facts.interval_s() >= finding.seen_for_s ? Confidence::certain : Confidence::possible;
    diagnosis.summary = printable(fmt::format("{}: {}", target_words(look), finding.summary), 600);
    diagnosis.remedies = finding.remedies;
    for (const Belief& belief : finding.beliefs) {
        diagnosis.chain.push_back({.from = belief.who, .waits = "says", .on = printable(belief.what, 300), .to = {}});
        diagnosis.evidence.push_back(fmt::format("{}: {}", belief.who, printable(belief.what, 300)));
    }
    return diagnosis;
}

/// As it is typed: "default/c1", "c1", "812".
std::string target_argument(const Scope& scope) {
    if (scope.ref) return text::container_name(scope.ref);
    for (const auto& list : {scope.processes, scope.runtimes})
        for (const Pid pid : list) return std::to_string(pid.value);
    return std::to_string(scope.shim.value);
}

/// A request that its shim does not finish, for no reason that another rule knows.
Diagnosis from_call(const Context& look, const Proof& proof) {
    const CallInFlight& call = proof.calls.front();
    Diagnosis diagnosis = blank(look, unknown_cause());
    diagnosis.confidence = Confidence::likely;
    if (call.since_s >= 0) diagnosis.since_s = call.since_s;
    const Process* server = look.facts.process(call.server);
    const bool by_daemon = server && server->role.role != ProcessRole::shim;
    diagnosis.summary =
        by_daemon
            ? fmt::format("{}: {} does not finish {}, for at least {}", target_words(look), who(*server), printable(call.name, 80),
                          text::duration_in_words(call.since_s))
            : fmt::format("{}: its shim does not finish {}, a call of containerd's{}", target_words(look), printable(call.name, 80),
                          call.since_s >= 0 ? fmt::format(", for at least {}", text::duration_in_words(call.since_s)) : std::string());
    for (const CallInFlight& one : proof.calls) {
        diagnosis.evidence.push_back(one.line);
        diagnosis.chain.push_back({by_daemon ? "a client" : "containerd", "call", printable(one.name, 80),
                                   fmt::format("{} goroutine {}", who(look.facts, one.server), one.goroutine.value)});
    }
    diagnosis.remedies.push_back(save_snapshot(target_argument(look.scope)));
    return diagnosis;
}

/// What more rights would show is not seen, however much it moves.
bool is_of_rights(const Limit& limit) {
    return !limit.needs.empty();
}

/// What could not be told of it is told by its coming and going.
void excuse(Proof& proof) {
    const auto excused = std::erase_if(proof.limits, std::not_fn(is_of_rights)) + std::erase_if(proof.unclear, std::not_fn(is_of_rights));
    if (excused != 0) proof.confidence = Confidence::possible;
}

/// Nothing speaks against it; whether all speaks for it, the proof says.
Diagnosis from_proof(const Context& look, Proof proof, bool remade) {
    if (!proof.calls.empty()) return from_call(look, proof);
    if (remade) excuse(proof);
    Idle rests = idle(look);
    std::vector<Limit> open = std::move(proof.limits);
    open.insert(open.end(), std::make_move_iterator(proof.unclear.begin()), std::make_move_iterator(proof.unclear.end()));
    Diagnosis diagnosis = blank(look, open.empty() ? no_cause() : unknown_cause());
    diagnosis.unsettled = proof.unsettled;
    diagnosis.chain = std::move(rests.chain);
    diagnosis.evidence = std::move(rests.evidence);
    if (open.empty()) {
        diagnosis.limits = std::move(proof.doubtful);
        diagnosis.confidence = proof.confidence;
        diagnosis.summary = std::move(rests.summary);
        if (!proof.outside.empty())
            diagnosis.summary +=
                fmt::format("; it waits for {}{}", proof.outside.front(),
                            proof.outside.size() > 1 ? fmt::format(", and {} more", proof.outside.size() - 1) : std::string());
        for (const std::string& one : proof.outside)
            if (diagnosis.evidence.size() < 16) diagnosis.evidence.push_back("outside of it: " + one);
        const Slowness slow = slowness(look.facts, look.scope);
        if (!slow.reasons.empty()) diagnosis.summary += "; slow: " + slow.reasons.front();
        for (const std::string& reason : slow.reasons) diagnosis.evidence.push_back("slow: " + reason);
        diagnosis.unsettled |= slow.second_look_tells;
        return diagnosis;
    }
    diagnosis.stuck = diagnosis.decided = false;
    diagnosis.confidence = Confidence::possible;
    const Limit& first = open.front();
    diagnosis.summary = fmt::format("whether {} is stuck cannot be told: {}: {}{}", target_words(look), first.what, first.why,
                                    open.size() > 1 ? fmt::format(", and {} limits more", open.size() - 1) : std::string());
    diagnosis.limits = std::move(open);
    for (Limit& limit : proof.doubtful) add_limit(diagnosis.limits, std::move(limit));
    return diagnosis;
}

bool leads_by_goroutines(const Diagnosis& diagnosis) {
    return std::ranges::any_of(diagnosis.graph.nodes, [](const Node& node) { return node.kind == NodeKind::goroutine; });
}

/// What containerd's and runc's files contradict: no wait shows that.
void add_findings(const Context& look, std::vector<std::pair<int, Diagnosis>>& all) {
    if (!look.scope.files) return;
    std::set<std::string_view> said;
    for (const audit::CauseFinding& found : audit::findings_of(look.facts, *look.scope.files)) {
        const Cause* cause = find_cause(found.cause);
        if (cause && cause->of_no_call && !look.scope.calls.empty()) continue;
        if (cause && said.insert(cause->word).second) all.emplace_back(cause->urgency, from_finding(look, found.finding, *cause));
    }
}

/// The calls that are about it, with what each waits for.
Diagnosis with_calls(const Context& look, Diagnosis diagnosis) {
    constexpr std::size_t most = 512;
    for (const NodeKey& node : look.scope.calls)
        if (diagnosis.calls.size() < most)
            if (auto call = call_under_way(look, node)) diagnosis.calls.push_back(std::move(*call));
    diagnosis.known_bug = known_bug(look, diagnosis);
    std::ranges::stable_sort(diagnosis.calls, std::ranges::greater{}, [](const CallUnderWay& call) { return call.since_s.value_or(-1); });
    return diagnosis;
}

Diagnosis diagnose_one(const Context& look, bool remade = false) {
    std::vector<std::pair<int, Diagnosis>> all;
    for (const Ailment& ailment : ailments_of(look)) all.emplace_back(ailment.cause->urgency, from_paths(look, ailment));
    if (const auto unanswered = unanswered_files(look))
        all.emplace_back(unanswered->cause->urgency, from_paths(look, *unanswered));
    else
        add_findings(look, all);
    std::ranges::stable_sort(all, {}, [](const auto& one) { return one.first; });
    Proof proof = prove(look);
    if (all.empty()) return with_calls(look, from_proof(look, std::move(proof), remade));
    for (auto& [urgency, one] : all) {
        for (const Limit& limit : proof.limits) add_limit(one.limits, limit);
        if (leads_by_goroutines(one) && !proof.doubtful.empty()) {
            for (const Limit& limit : proof.doubtful) add_limit(one.limits, limit);
            one.confidence = std::min(one.confidence, Confidence::likely);
        }
        // Of an unknown cause nobody is certain; nor that nobody holds an end, where not all descriptors were seen.
        if (urgency == unknown_cause().urgency || !proof.limits.empty()) one.confidence = std::min(one.confidence, Confidence::likely);
    }
    Diagnosis head = std::move(all.front().second);
    for (auto rest = all.begin() + 1; rest != all.end(); ++rest) head.also.push_back(std::move(rest->second));
    return with_calls(look, std::move(head));
}

/// Daemons that hang for a reason which none of the containers and pods has been given.
void add_daemons(const Facts& facts, std::vector<Diagnosis>& diagnoses) {
    for (const Process& process : facts.snapshot().processes) {
        if (!is_daemon(process)) continue;
        const Scope scope = facts.scope(process.pid);
        Diagnosis daemon = diagnose_one({facts, scope});
        const auto same_root = [&](const Diagnosis& other) {
            if (!other.stuck || other.cause != daemon.cause || other.culprits.empty() != daemon.culprits.empty()) return false;
            return daemon.culprits.empty() ||
                   std::ranges::any_of(other.culprits, [&](const Culprit& one) { return one.pid == daemon.culprits.front().pid; });
        };
        if (daemon.stuck && std::ranges::none_of(diagnoses, same_root)) diagnoses.push_back(std::move(daemon));
    }
}

bool is_of_all(const Query& query) {
    return query.containers.empty() && query.pids.empty() && query.pods.empty();
}

}  // namespace

std::vector<Diagnosis> diagnose(const Snapshot& snapshot, const Query& query) {
    const Facts facts(snapshot);
    std::vector<Scope> scopes;
    for (std::size_t i = 0; i < query.containers.size(); ++i)
        scopes.push_back(facts.scope(query.containers[i], i < query.shims.size() ? query.shims[i] : Pid{},
                                     i < query.places.size() ? query.places[i] : std::string()));
    for (const Pid pid : query.pids) scopes.push_back(facts.scope(pid));
    for (const PodRef& pod : query.pods) scopes.push_back(facts.scope(pod));
    const bool all = is_of_all(query);
    if (all) {
        scopes = facts.all_scopes();
        for (const PodRef& pod : pods_without_shim(facts)) scopes.push_back(facts.scope(pod));
    }
    std::vector<Diagnosis> diagnoses;
    diagnoses.reserve(scopes.size());
    for (const Scope& scope : scopes) {
        const bool remade = scope.ref && std::ranges::find(query.remade, scope.ref) != query.remade.end();
        diagnoses.push_back(diagnose_one({facts, scope}, remade));
    }
    if (all) add_daemons(facts, diagnoses);
    return diagnoses;
}

WaitGraph build_wait_graph(const Snapshot& snapshot) {
    const Facts facts(snapshot);
    Scope scope;
    std::vector<NodeKey> starts;
    for (const Process& process : snapshot.processes)
        if (!process.threads.empty()) starts.push_back(NodeKey::of(process.pid));
    for (const Process& process : snapshot.processes)
        if (process.role.role == ProcessRole::runtime) scope.runtimes.push_back(process.pid);
    return whole_graph({facts, scope}, starts);
}

std::vector<Limit> limits_of(const Snapshot& snapshot, const std::vector<Diagnosis>& diagnoses) {
    std::vector<Limit> limits = host_limits(Facts(snapshot));
    for (const Diagnosis& diagnosis : diagnoses)
        for (const Limit& limit : diagnosis.limits) add_limit(limits, limit);
    return limits;
}

bool daemons_are_unsettled(const Snapshot& snapshot, const Query& query) {
    if (!is_of_all(query)) return false;
    const Facts facts(snapshot);
    return std::ranges::any_of(snapshot.processes, [&](const Process& process) {
        if (!is_daemon(process)) return false;
        const Scope scope = facts.scope(process.pid);
        // Calls about a container or a pod are told of with those.
        const bool about_none = std::ranges::any_of(scope.calls, [&](const NodeKey& call) {
            const Goroutine* serves = call.pid == process.pid ? facts.goroutine(process, call.goroutine) : nullptr;
            return serves && serves->serves->container.empty() && serves->serves->pod.empty();
        });
        return about_none && needs_second_look(diagnose_one({facts, scope}));
    });
}

bool is_unsettled(const std::vector<Diagnosis>& diagnoses) {
    return std::ranges::any_of(diagnoses, &Diagnosis::unsettled);
}

bool needs_second_look(const Diagnosis& diagnosis) {
    const auto doubtful = [](const Diagnosis& one) { return one.stuck && one.confidence == Confidence::possible; };
    return diagnosis.unsettled || doubtful(diagnosis) || std::ranges::any_of(diagnosis.also, doubtful);
}

bool needs_second_look(const std::vector<Diagnosis>& diagnoses) {
    return std::ranges::any_of(diagnoses, [](const Diagnosis& one) { return needs_second_look(one); });
}

}  // namespace shimtrace::diagnosis
