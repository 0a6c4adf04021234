// A process that does not run, does not end, or has ended unheard.
#include "decoders/text/container_name.hpp"
#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

/// Whose exit was lost, where a daemon's call has led to its shim.
std::string ended_words(const ExplanationInput& input) {
    for (const Step& step : input.path) {
        const Goroutine* call = goroutine_of(input.look.facts, step.from);
        if (input.look.scope.ref || !call) continue;
        for (const ContainerFiles& files : input.look.facts.snapshot().containers)
            if (names_container(call->serves->container, files.container.id)) return printable(text::container_label(files.container), 256);
    }
    return target_words(input.look);
}

}  // namespace

std::vector<Cause> process_causes() {
    return {
        {
            .word = "process-stopped",
            .urgency = 205,
            .stuck = true,
            .fits = {{235, {RootCause::stopped}, Where::anywhere}},
            .ends = {},
            .blame = {},
            .sentence =
                [](Input input) {
                    const Process* stopped = process_at_end(input.look, input.path);
                    const bool named = waiter(input).starts_with(target_words(input.look) + " ");
                    // What a daemon writes to, or asks, is no part of the target.
                    const Process* from = input.look.facts.process(last(input).from.pid);
                    if (stopped && from && from->pid != stopped->pid && is_daemon(*from))
                        return fmt::format("{} waits for {}[{}], which is stopped by a signal", who(*from), printable(stopped->comm, 32),
                                           stopped->pid.value);
                    if (!stopped || named || !input.look.scope.ref) return fmt::format("{} is stopped by a signal", waiter(input));
                    return fmt::format("{}: {}[{}] is stopped by a signal", target_words(input.look), printable(stopped->comm, 32),
                                       stopped->pid.value);
                },
            .remedies = {let_it_go_on},
            .text = {.meaning =
                         "A process of the container, neither its shim nor its runtime, is stopped by a signal: what it should do, or "
                         "answer, waits.",
                     .recognised = "State T. A job that an interactive shell has stopped (a process group of its own at a terminal whose "
                                   "session leader lives) is no hang.",
                     .mending = "Find out who stopped it (a debugger, a snapshot of its memory, an operator), and let it go on.",
                     .seen = ""},
        },
        {
            .word = "exit-lost",
            .urgency = 152,
            .stuck = true,
            .fits = {{45, {RootCause::lost_exit}, Where::anywhere}},
            .ends = {{RootCause::lost_exit, ProvenBy::end}},
            .blame = {{RootCause::lost_exit, Whom::led_to, "shim", "was not told that the process has ended, and still waits for it"}},
            .sentence =
                [](Input input) {
                    return fmt::format("{} has ended, and its shim {} was not told: it waits for {}", ended_words(input), blamed(input),
                                       last_object(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "end-shim",
                          .what = "end the shim that has lost the exit; containerd cleans up after it",
                          .command = "kill -KILL PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input, "end the shim, with all that still runs in it; containerd cleans up after it:",
                                                      "KILL", Risk::destroys_data);
                              }}},
            .text =
                {.meaning = "The container's init, or an exec's process, is gone from the kernel, and its shim still counts it as running: "
                            "somebody else has taken its exit status (a debugger in the shim's name, another thread's wait), or the shim "
                            "has dropped it.",
                 .recognised = "A Wait of the shim's that is under way for a process that init.pid or EXEC.pid names and that the kernel "
                               "does not have any more, in two looks. Where nobody waits: the shim's own memory, which holds the task as "
                               "running; one that was told holds it as stopped.",
                 .mending = "The shim does not find the exit again: delete and wait never return. Ending the shim lets containerd clean "
                            "up; of an exec in a container that must live on, only the client can be ended.",
                 .seen = ""},
        },
        {
            .word = "signal-ignored",
            .urgency = 232,
            .stuck = true,
            .fits = {{46, {RootCause::ignores_signal}, Where::anywhere}},
            .ends = {{RootCause::ignores_signal, ProvenBy::end}},
            .blame = {{RootCause::ignores_signal, Whom::led_to, "init", "does not take SIGTERM"}},
            .sentence =
                [](Input input) {
                    return fmt::format(
                        "{} has been told to stop{}, but its init {} does not take SIGTERM: it goes on until the grace period ends "
                        "and SIGKILL comes",
                        container_words(input.look, input.look.facts.process(last(input).wait.to.pid)), lasted(input, ", ", " ago"),
                        blamed(input));
                },
            .remedies = {{.name = "kill-container",
                          .what = "end it now; it would not have ended in order anyway",
                          .command = "ctr -n NAMESPACE task kill -s SIGKILL ID",
                          .make = [](Input input) -> std::vector<Remedy> {
                              const std::string why = "end it now; it would not have ended in order anyway";
                              if (input.look.scope.ref) return {kill_it(patient_of(input.look), why)};
                              // A daemon's call has led to it.
                              const Scope scope = input.look.facts.scope(last(input).wait.to.pid);
                              if (!scope.ref) return {};
                              return {kill_it(patient_of({input.look.facts, scope}), why)};
                          }}},
            .text =
                {.meaning = "A stop waits for the container's init, and that is pid 1 of its namespace without a handler for the signal: "
                            "the kernel drops it. Nothing happens until the grace period ends and SIGKILL is sent.",
                 .recognised = "A stop that a daemon's goroutine serves or a client on this host waits for, and SigCgt of the init without "
                               "the signal; or the signal is pending, because the init blocks it.",
                 .mending = "Give the image an init that passes signals on (tini, `docker run --init`), a handler, or a STOPSIGNAL that "
                            "it takes; `exec` in a script makes the program itself pid 1.",
                 .seen = ""},
        },
    };
}

}  // namespace shimtrace::diagnosis
