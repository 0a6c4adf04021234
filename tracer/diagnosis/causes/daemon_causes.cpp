// A daemon waits for what it has started or calls.
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

/// The plugin that the daemon waits for: the first on the way, or whoever is at the connection's other end.
const Process* plugin_on(Input input) {
    for (const Step& step : input.path)
        if (const Process* process = input.look.facts.process(step.wait.to.pid))
            if (step.wait.to_plugin || process->role.role == ProcessRole::plugin) return process;
    return nullptr;
}

/// The last on the way that was run as a plugin; nullptr: the daemon calls it over a socket.
const Process* started_on(Input input) {
    const Process* found = nullptr;
    for (const Step& step : input.path)
        for (const Pid pid : {step.from.pid, step.wait.to.pid})
            if (const Process* process = input.look.facts.process(pid); process && process->role.role == ProcessRole::plugin)
                found = process;
    return found;
}

constexpr std::string_view end_it = "end it (the call that waits for it fails then, and is tried again):";

/// Where the plugin waits for a server, the server is not what one ends.
std::vector<Remedy> end_plugin(Input input) {
    const Process* started = started_on(input);
    if (!started || (!input.culprits.empty() && input.culprits.front().pid == started->pid))
        return signal_first(input, end_it, "TERM", Risk::disruptive);
    std::vector<Remedy> remedies = signal_to(started, end_it, "TERM", Risk::disruptive);
    if (!input.culprits.empty() && input.culprits.front().state != ProcessState::stopped)
        remedies.insert(remedies.begin(),
                        remedy("find out what it waits for itself",
                               shell_line({"shimtrace", "why", std::to_string(input.culprits.front().pid.value)}), Risk::safe));
    return remedies;
}

/// "RunPodSandbox of containerd[812]"; empty: no call is on the way.
std::string call_on(Input input) {
    for (const Step& step : input.path) {
        const Goroutine* goroutine = goroutine_of(input.look.facts, step.from);
        const Process* process = input.look.facts.process(step.from.pid);
        if (goroutine && process && !goroutine->serves->method.empty())
            return fmt::format("{} of {}", printable(goroutine->serves->method, 64), who(*process));
    }
    return {};
}

std::string plugin_sentence(Input input) {
    const Process* plugin = plugin_on(input);
    const std::string call = call_on(input);
    std::string said = fmt::format("{} waits for the plugin {}", target_words(input.look), plugin ? who(*plugin) : blamed(input));
    if (plugin && !plugin->role.operation.empty()) said += fmt::format(" ({})", printable(plugin->role.operation, 32));
    const bool is_called = std::ranges::any_of(input.path, [](const Step& step) { return step.wait.to_plugin; });
    const bool is_written_to = input.path.back().wait.root_cause == RootCause::slow_reader;
    said += is_written_to                                                       ? ", which does not read what is written to it"
            : plugin && (is_called || plugin->role.role != ProcessRole::plugin) ? ", which does not answer"
                                                                                : ", which does not end";
    if (!call.empty()) said += fmt::format(": {}", call);
    if (plugin && !input.culprits.empty() && input.culprits.front().pid != plugin->pid)
        said += fmt::format("; it waits for {}", blamed(input));
    else if (plugin && input.culprits.empty())
        said += fmt::format("; it waits for {}", last_object(input));
    return said + lasted(input, "; for ", "");
}

}  // namespace

std::vector<Cause> daemon_causes() {
    return {
        {
            .word = "plugin-unresponsive",
            .urgency = 115,
            .stuck = true,
            .fits = {{54, {RootCause::plugin}, Where::anywhere},
                     {56, {RootCause::peer}, Where::over_plugin},
                     {57, {RootCause::slow_reader}, Where::at_plugin},
                     {55, {RootCause::stopped, RootCause::traced, RootCause::frozen}, Where::over_plugin}},
            .ends = {{RootCause::plugin, ProvenBy::way}},
            .blame = {{RootCause::plugin, Whom::led_to, "plugin", "does not end or answer"},
                      {RootCause::peer, Whom::led_to, "peer", "does not answer"},
                      {RootCause::slow_reader, Whom::led_to, "plugin", "does not read what is written to it"},
                      {RootCause::stopped, Whom::led_to, "plugin", "stopped by a signal"},
                      {RootCause::traced, Whom::led_to, "tracer", "holds the plugin stopped as its tracer"},
                      {RootCause::traced, Whom::led_from, "plugin", "stopped by its tracer"},
                      {RootCause::frozen, Whom::led_from, "plugin", "in a frozen cgroup"}},
            .sentence = plugin_sentence,
            .remedies = {let_it_go_on,
                         {.name = "end-plugin",
                          .what = "end the plugin: the call that waits for it fails then, and is tried again",
                          .command = "kill -TERM PID",
                          .make = end_plugin}},
            .text = {.meaning =
                         "containerd, dockerd, CRI-O or a kubelet waits for a plugin: a program that it has started (CNI, an image "
                         "verifier, a credential helper, what unpacks a layer, a shim's `start`), or one that it calls over a socket "
                         "(NRI, a proxy snapshotter or content store).",
                     .recognised =
                         "The daemon's goroutine that serves the call, by its stack: it waits for a child that is no shim and no "
                         "runtime, for what that one writes or has yet to read, or for a reply on a connection whose other end the "
                         "plugin has. The plugin is followed to what "
                         "it waits for itself: a lock, a child, or the server that a thin plugin asks (multus, Cilium, an IPAM), and "
                         "what that server's goroutine is at.",
                     .mending = "Nothing gives CNI plugins a time limit: a pod stays in ContainerCreating, or Terminating, for as long as "
                                "the plugin does, and go-cni's lock is held meanwhile. See what the plugin waits for before it is ended.",
                     .seen = "containerd#11511, containerd#12462"},
        },
    };
}

}  // namespace shimtrace::diagnosis
