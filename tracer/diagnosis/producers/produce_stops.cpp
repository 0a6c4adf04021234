// A stop that waits for an init which does not take its signal.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <shimtrace/container_identity.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace shimtrace::diagnosis::produce {

namespace {

/// Who has asked for the stop, and since when.
struct Stop {
    std::string words;
    double since_s = -1;
};

/// A daemon's goroutine that serves it.
std::optional<Stop> stop_served(const Context& look) {
    constexpr auto methods = std::to_array<std::string_view>({"StopContainer", "postContainersStop", "postContainersRestart"});
    for (const Process& daemon : look.facts.snapshot().processes) {
        if (!daemon.go || daemon.role.role == ProcessRole::shim) continue;
        for (const Goroutine& goroutine : daemon.go->goroutines) {
            const std::string& asked = goroutine.serves->container;
            const bool of_it = asked == look.scope.ref.id || (look.scope.files && !asked.empty() && asked == look.scope.files->name);
            if (!of_it || std::ranges::find(methods, goroutine.serves->method) == methods.end()) continue;
            return Stop{fmt::format("{} goroutine {} serves {}", who(daemon), goroutine.id.value, printable(goroutine.serves->method, 40)),
                        waiting_seconds(goroutine)};
        }
    }
    return std::nullopt;
}

/// True where the words of a command line, after the first, have `stop` or `restart` and then name the container.
bool says_stop(const Context& look, const std::vector<std::string>& words) {
    constexpr std::size_t shortest_prefix = 4;
    const std::string& id = look.scope.ref.id;
    const auto names_it = [&](const std::string& word) {
        return word == id || (word.size() >= shortest_prefix && id.starts_with(word)) ||
               (look.scope.files && !word.empty() && word == look.scope.files->name);
    };
    // Where others have the same id, its namespace must be told.
    const auto& all = look.facts.snapshot().containers;
    const bool namesakes = std::ranges::count_if(all, [&](const ContainerFiles& files) { return files.container.id == id; }) > 1;
    if (namesakes && std::ranges::find(words, look.scope.ref.ns) == words.end()) return false;
    const auto verb = std::ranges::find_if(words, [](const std::string& word) { return word == "stop" || word == "restart"; });
    return verb != words.end() && verb != words.begin() && std::any_of(verb, words.end(), names_it);
}

/// A client on the host that waits for it.
std::optional<Stop> stop_asked(const Context& look) {
    constexpr auto clients = std::to_array<std::string_view>({"docker", "podman", "nerdctl", "crictl", "finch"});
    for (const Process& client : look.facts.snapshot().processes) {
        if (client.ns_pids.size() > 1 || is_container_role(client.role.role) || is_zombie(client)) continue;
        if (std::ranges::find(clients, client.comm) == clients.end() || !says_stop(look, client.command_line)) continue;
        return Stop{fmt::format("{} waits for it to stop", who(client)), look.facts.age_s(client).value_or(-1)};
    }
    return std::nullopt;
}

}  // namespace

void ignored_stop(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* init = look.facts.process(subject.pid);
    // Who has asked for the stop comes here by the daemon's call: then it is asked about its own container.
    if (init && !look.scope.ref && !look.scope.calls.empty() && init->role.role == ProcessRole::container_init) {
        const Scope scope = look.facts.scope(init->pid);
        return scope.init == init->pid && scope.ref ? ignored_stop({look.facts, scope}, subject, out) : void();
    }
    if (!init || init->pid != look.scope.init || init->role.role != ProcessRole::container_init || is_zombie(*init) || is_stopped(*init))
        return;
    if (!is_namespace_init(*init) || !drops_sigterm(*init)) return;
    const bool pending = (init->pending_signals & init->blocked_signals & sigterm) != 0;
    std::optional<Stop> stop = stop_served(look);
    if (!stop) stop = stop_asked(look);
    if (!stop && !pending) return;
    Wait wait{.kind = WaitKind::ends,
              .to = NodeKey::of(init->pid),
              .evidence = stop ? stop->words : std::string("SIGTERM was sent"),
              .root_cause = RootCause::ignores_signal,
              .confidence = Confidence::likely,
              .object_text = "SIGTERM"};
    wait.evidence += pending
                         ? fmt::format("; SIGTERM is pending, {} blocks it", who(*init))
                         : fmt::format("; {} is pid 1 of its namespace and has no handler for SIGTERM: the kernel drops it", who(*init));
    if (stop) wait.since_s = stop->since_s;
    // Who blocks the signal may be about to ask for it; a stop that has just been asked for is none that waits.
    constexpr double short_s = 2;
    if (pending && !stop) settle(wait, look.facts.standstill(*init), look.facts.interval_s(), patience_s);
    if (stop && stop->since_s >= 0 && stop->since_s < short_s && look.facts.interval_s() < patience_s)
        wait.confidence = Confidence::possible;
    if (!wait.normal) out.push_back(std::move(wait));
}

}  // namespace shimtrace::diagnosis::produce
