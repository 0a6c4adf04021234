// The shim, its tracer and its containerd.
#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

std::string containerd_sentence(Input input) {
    const Process* end = process_at_end(input.look, input.path);
    const bool lives = end && end->role.role == ProcessRole::containerd;
    const bool is_asked = lives && !input.look.scope.processes.empty() && input.look.scope.processes.front() == end->pid;
    const std::string why = !input.culprits.empty() ? blamed_why(input)
                            : lives                 ? fmt::format("{} waits for {}", who(*end), last_object(input))
                                                    : "it is gone";
    return is_asked ? why : fmt::format("{} waits for containerd: {}", target_words(input.look), why);
}

}  // namespace

std::vector<Cause> shim_causes() {
    return {
        {
            .word = "traced",
            .urgency = 10,
            .stuck = true,
            .fits = {{20, {RootCause::traced}, Where::at_shim}, {220, {RootCause::traced}, Where::anywhere}},
            .ends = {{RootCause::traced, ProvenBy::end}},
            .blame = {{RootCause::traced, Whom::led_to, "tracer", "holds the target stopped as its tracer"},
                      {RootCause::traced, Whom::led_from, "", "stopped by its tracer"}},
            .sentence = [](Input input) { return fmt::format("{} is stopped by its tracer {}", waiter(input), blamed(input)); },
            .remedies = {let_it_go_on,
                         {.name = "end-tracer",
                          .what = "detach, or end, the tracer",
                          .command = "kill -TERM PID",
                          .make = [](Input input) { return signal_first(input, "detach, or end, the tracer", "TERM", Risk::disruptive); }}},
            .text = {.meaning = "The target stands in a stop of another tracer (a debugger, strace, gcore), which does not let it go on.",
                     .recognised = "State t, and the TracerPid of the stopped thread.",
                     .mending =
                         "Tell the tracer to detach. When it ends the kernel lets go of what it traced, unless it asked for the opposite.",
                     .seen = ""},
        },
        {
            .word = "shim-stopped",
            .urgency = 20,
            .stuck = true,
            .fits = {{10, {RootCause::stopped}, Where::at_shim}},
            .ends = {{RootCause::stopped, ProvenBy::end}},
            .blame = {{RootCause::stopped, Whom::led_to, "", "stopped by a signal"}},
            .sentence =
                [](Input input) {
                    return fmt::format("the shim of {}, {}, is stopped by a signal",
                                       container_words(input.look, process_at_end(input.look, input.path)), blamed(input));
                },
            .remedies = {let_it_go_on},
            .text = {.meaning =
                         "The shim itself is stopped by a signal: nobody copies its container's output, reaps it or answers containerd.",
                     .recognised = "The shim in state T.",
                     .mending = "Let it go on.",
                     .seen = ""},
        },
        {
            .word = "shim-deadlock",
            .urgency = 40,
            .stuck = true,
            .fits = {{200, {RootCause::deadlock}, Where::only_in_shim}},
            .ends = {{RootCause::deadlock, ProvenBy::way}},
            .blame = {{RootCause::deadlock, Whom::led_from, "", "waits for itself"}},
            .sentence =
                [](Input input) { return fmt::format("goroutines of {} wait for each other: {}", waiter(input), last_object(input)); },
            .remedies = {let_it_go_on,
                         {.name = "end-shim",
                          .what = "end the shim; containerd cleans up after it",
                          .command = "kill -KILL PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input, "end the shim; containerd cleans up after it:", "KILL", Risk::destroys_data);
                              }}},
            .text = {.meaning = "Goroutines of the shim wait for each other, or for one lock, and no chain leads out of the shim.",
                     .recognised = "A ring of waits among the shim's goroutines, each seen; the holder of a Go lock is inferred.",
                     .mending = "Keep `shimtrace stacks SHIM` and `why --save FILE` for the report, then end the shim. Its container ends "
                                "with the clean-up.",
                     .seen = "containerd#2709, containerd#3572, containerd#9103, containerd#13814, moby#40145"},
        },
        {
            .word = "containerd-unresponsive",
            .urgency = 180,
            .stuck = true,
            .fits = {{110, {}, Where::over_log_fifo}, {140, {}, Where::at_containerd}},
            .ends = {{RootCause::containerd, ProvenBy::way}},
            .blame = {{RootCause::containerd, Whom::led_to, "containerd", "does not read what the shim sent"}},
            .sentence = containerd_sentence,
            .remedies = {let_it_go_on,
                         {.name = "restart-containerd",
                          .what = "restart containerd; containers keep running",
                          .command = "systemctl restart UNIT",
                          .make = [](Input input) -> std::vector<Remedy> {
                              return {restart_daemon(patient_of(input.look), "containers keep running", Risk::disruptive)};
                          },
                          .if_no_other = true}},
            .text =
                {.meaning = "The shim waits for containerd: to publish an event, to write its log fifo, or for a reply that containerd "
                            "does not read. "
                            "containerd is stopped, gone or stuck itself.",
                 .recognised =
                     "Unread bytes on a connection to containerd, a full log fifo, or nobody that listens on containerd's socket while the "
                     "container has ended.",
                 .mending = "`shimtrace why containerd` says what it waits for itself. No client (ctr, crictl, nerdctl) answers as long as "
                            "it does not.",
                 .seen = ""},
        },
    };
}

}  // namespace shimtrace::diagnosis
