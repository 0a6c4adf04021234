// runc is at work and does not end, or should be and is not.
#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

/// The runtime's process nearest to the end of the chain.
const Process* runtime_on(Input input) {
    for (auto step = input.path.rbegin(); step != input.path.rend(); ++step)
        for (const Pid pid : {step->wait.to.pid, step->from.pid})
            if (const Process* process = input.look.facts.process(pid); process && process->role.role == ProcessRole::runtime)
                return process;
    return nullptr;
}

const RemedyRow end_runtime{
    .name = "end-runtime",
    .what = "end the runtime's command: what it was at fails then, and can be tried again",
    .command = "kill -KILL PID",
    .make =
        [](Input input) { return signal_to(runtime_on(input), "end what the runtime is at (it fails then):", "KILL", Risk::disruptive); },
};

/// What becomes of the operation when a hook is ended: runc's libcontainer, Hooks.Run of each kind.
struct HookKind {
    std::string_view kind, then;
};
constexpr auto hook_kinds = std::to_array<HookKind>({
    {"prestart", "the container's create fails then"},
    {"createRuntime", "the container's create fails then"},
    {"createContainer", "the container's create fails then"},
    {"startContainer", "the container's start fails then"},
    {"poststart", "the container's start fails then, though its program has begun"},
    {"poststop", "the delete goes on then, without what the hook should have taken down"},
});

/// " (createRuntime: /opt/gpu/hook)", as far as it is known which of config.json's it is: what has to be looked at, or left out.
std::string hook_words(const Facts& facts, Pid pid) {
    const Process* process = facts.process(pid);
    if (!process || process->role.operation.empty()) return {};
    std::string words = process->role.operation;
    const auto& containers = facts.snapshot().containers;
    const auto files = std::ranges::find(containers, process->role.container, &ContainerFiles::container);
    if (files != containers.end()) {
        const auto is_run = [&](const OciHook& hook) {
            return hook.path == process->exe || std::ranges::find(process->command_line, hook.path) != process->command_line.end();
        };
        if (const auto hook = std::ranges::find_if(files->hooks, is_run); hook != files->hooks.end()) words += ": " + hook->path;
    }
    return " (" + printable(words, most_shown) + ")";
}

std::vector<Remedy> end_hook(Input input) {
    if (input.culprits.empty()) return {};
    const Process* hook = input.look.facts.process(input.culprits.front().pid);
    const auto row = hook ? std::ranges::find(hook_kinds, hook->role.operation, &HookKind::kind) : hook_kinds.end();
    const std::string_view then = row == hook_kinds.end() ? std::string_view("what it was run for fails then") : row->then;
    return signal_to(hook, fmt::format("end the hook; {}:", then), "TERM", Risk::disruptive);
}

}  // namespace

std::vector<Cause> runtime_causes() {
    return {
        {
            .word = "runtime-stopped",
            .urgency = 100,
            .stuck = true,
            .fits = {{120, {RootCause::stopped, RootCause::traced}, Where::at_runtime}},
            .ends = {},
            .blame = {},
            .sentence =
                [](Input input) {
                    return fmt::format("{} cannot go on: {} is {}", target_words(input.look), waiter(input),
                                       last(input).wait.root_cause == RootCause::traced ? "stopped by " + blamed(input) + ", its tracer"
                                                                                        : "stopped by a signal");
                },
            .remedies = {let_it_go_on, end_runtime},
            .text = {.meaning = "The shim waits for its runc child, and that is stopped by a signal or held by a tracer.",
                     .recognised = "A runtime's command in state T or t under the shim.",
                     .mending = "Let it go on, or end it; a container that was half made is removed by the delete that follows.",
                     .seen = ""},
        },
        {
            .word = "hook-running",
            .urgency = 110,
            .stuck = true,
            .fits = {{50, {RootCause::hook}, Where::anywhere},
                     {51, {RootCause::stopped, RootCause::traced, RootCause::nobody_opens, RootCause::nobody_reads}, Where::at_hook}},
            .ends = {{RootCause::hook, ProvenBy::end}},
            .blame = {{RootCause::hook, Whom::led_to, "hook", "does not end"},
                      {.end = RootCause::hook, .whom = Whom::led_from, .role = "hook", .why = "waits for it", .of_role = ProcessRole::hook},
                      {RootCause::nobody_opens, Whom::led_from, "hook", "waits for a fifo whose other end nobody opens"},
                      {RootCause::nobody_reads, Whom::led_from, "hook", "waits for a pipe that nobody reads"}},
            .sentence =
                [](Input input) {
                    // The hook itself is named behind what it waits for.
                    const bool through =
                        input.culprits.size() > 1 && input.culprits[1].role == "hook" && input.culprits[0].state != ProcessState::stopped;
                    const std::string hook =
                        through ? fmt::format("{}[{}]", printable(input.culprits[1].comm, 32), input.culprits[1].pid.value) : blamed(input);
                    const Pid pid = input.culprits.empty() ? Pid{} : input.culprits[through ? 1 : 0].pid;
                    return fmt::format("{} waits for the OCI hook {}{}, which {}{}does not end", target_words(input.look), hook,
                                       hook_words(input.look.facts, pid),
                                       through ? fmt::format("waits for {}, and that ", blamed(input)) : "",
                                       lasted(input, "has run for ", " and "));
                },
            .remedies = {let_it_go_on,
                         {.name = "end-hook",
                          .what = "end the hook; what becomes of the container depends on when the hook runs",
                          .command = "kill -TERM PID",
                          .make = end_hook}},
            .text = {.meaning = "runc waits for an OCI hook (a network plugin, a GPU's setup …) that does not end.",
                     .recognised = "A child of the runtime that is no runtime itself, by its command a hook of config.json.",
                     .mending = "See what the hook waits for (`shimtrace why PID`) before it is ended: it runs as root, and may leave a "
                                "network or a device "
                                "half made.",
                     .seen = ""},
        },
        {
            .word = "dbus-wait",
            .urgency = 120,
            .stuck = true,
            .fits = {{60, {RootCause::bus}, Where::anywhere}},
            .ends = {{RootCause::bus, ProvenBy::end}},
            .blame = {{RootCause::bus, Whom::led_to, "bus", "does not reply"}},
            .sentence =
                [](Input input) {
                    return fmt::format("{} waits for a reply on {} from {}", waiter(input), last_object(input), blamed(input));
                },
            .remedies = {let_it_go_on,
                         end_runtime,
                         {.name = "reexec-systemd",
                          .what = "where it is systemd that does not reply: let it execute itself anew, which keeps its units",
                          .command = "systemctl daemon-reexec",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (input.culprits.empty() || input.culprits.front().pid.value != 1) return {};
                              return {remedy("let systemd execute itself anew; its units stay", shell_line({"systemctl", "daemon-reexec"}),
                                             Risk::disruptive)};
                          }}},
            .text = {.meaning =
                         "runc, with the systemd cgroup driver, waits for systemd's reply on /run/systemd/private or the system bus.",
                     .recognised = "A runtime that reads or polls a connection to one of these sockets.",
                     .mending = "What does not answer is systemd or the bus: see what it is at. Later runtimes give up after 30 s where "
                                "systemd does not make "
                                "the unit, but wait without end for other replies.",
                     .seen = "runc#3904, runc#4481, runc#1959"},
        },
        {
            .word = "created-not-started",
            .urgency = 160,
            .stuck = true,
            .fits = {{130, {}, Where::over_exec_fifo}},
            .ends = {{RootCause::never_started, ProvenBy::end}},
            .blame = {},
            .sentence =
                [](Input input) {
                    return fmt::format("{} is created and {} at {} for a start that does not come{}", target_words(input.look),
                                       waits(input), last_object(input), input.culprits.empty() ? "" : ": " + blamed_why(input));
                },
            .remedies =
                {let_it_go_on,
                 {.name = "start",
                  .what = "start it",
                  .command = "runc --root ROOT start ID; crictl start ID",
                  .make = [](Input input) -> std::vector<Remedy> {
                      if (!input.look.scope.ref) return {};
                      return {start_it(patient_of(input.look))};
                  }},
                 {.name = "remove",
                  .what = "or delete it",
                  .command =
                      "ctr -n NAMESPACE task delete --force ID && ctr -n NAMESPACE container delete ID; runc --root ROOT delete --force ID",
                  .make = [](Input input) -> std::vector<Remedy> {
                      return input.look.scope.ref ? remove_it(patient_of(input.look)) : std::vector<Remedy>{};
                  }}},
            .text = {.meaning = "runc init waits in its exec.fifo (crun reads it): create was done, and start never came, "
                                "because its caller died "
                                "or gave up between the two.",
                     .recognised = "The container's init in open of exec.fifo, and no start at work.",
                     .mending =
                         "Find out who should have sent the start (its client's log); start it, or delete it so that it can be made anew.",
                     .seen = "runc#2828, runc#2586, runc#3448, containerd#1882"},
        },
        {
            .word = "runtime-blocked",
            .urgency = 170,
            .stuck = true,
            .fits = {{129, {RootCause::runtime_alive, RootCause::inherits_pipe}, Where::over_runtime},
                     {230, {}, Where::over_runtime},
                     {231, {RootCause::runtime_alive}, Where::anywhere}},
            .ends = {{RootCause::runtime_alive, ProvenBy::way}, {RootCause::inherits_pipe, ProvenBy::end}},
            .blame = {{RootCause::runtime_alive, Whom::led_to, "runtime", "does not end"},
                      {RootCause::inherits_pipe, Whom::led_to, "holder", "keeps the pipe open that the runtime reads to its end"}},
            .sentence =
                [](Input input) {
                    // Of a child that does not end there is no object but itself.
                    const std::string object = last_object(input);
                    return fmt::format("{} waits for {}, and that {} {} {}", target_words(input.look), waiter(input), waits(input),
                                       object.empty() ? "for" : "on", object.empty() && !input.culprits.empty() ? blamed(input) : object);
                },
            .remedies = {let_it_go_on, end_runtime},
            .text = {.meaning = "The shim waits for runc, and runc for something that no other cause names: the chain tells what.",
                     .recognised = "A runtime's command on the way, and an end that is none of the others'.",
                     .mending = "The chain's end is what must move. Ending runc lets the shim go on; the operation has failed then.",
                     .seen = "containerd#4434, runc#2530"},
        },
    };
}

}  // namespace shimtrace::diagnosis
