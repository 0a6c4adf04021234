// Nothing hangs; and what hangs for no reason that is known.
#include "decoders/text/container_name.hpp"
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

/// What names the target at the prompt.
std::string target_argument(Input input) {
    const ContainerRef& ref = input.look.scope.ref;
    if (ref) return text::container_name(ref);
    return std::to_string(input.path.front().from.pid.value);
}

}  // namespace

std::vector<Cause> other_causes() {
    return {
        {
            .word = "unknown",
            .urgency = 270,
            .stuck = true,
            .fits = {{1000, {}, Where::anywhere}},
            .ends = {{RootCause::fault_handler, ProvenBy::way}},
            .blame = {{RootCause::fault_handler, Whom::led_to, "fault-handler",
                       "is to give a page of memory that was touched, and does not"}},
            .sentence =
                [](Input input) {
                    const auto& wait = last(input).wait;
                    return wait.root_cause == RootCause::stopped
                               ? fmt::format("{} is stopped by a signal", waiter(input))
                               : fmt::format("{} waits for {}", waiter(input),
                                             wait.object_text.empty() ? label(input.look.facts, wait.to) : last_object(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "save-snapshot",
                          .what = "keep the snapshot for who knows more",
                          .command = "shimtrace why --force --save why.strec TARGET",
                          .make = [](Input input) -> std::vector<Remedy> { return {save_snapshot(target_argument(input))}; },
                          .if_no_other = true}},
            .text = {.meaning = "It is stuck, and none of the other causes names the way that it is.",
                     .recognised = "A chain of waits that ends, and whose end no other cause declares.",
                     .mending = "The chain tells what it waits for. `why --save FILE` keeps all that was seen, for whoever knows more.",
                     .seen = ""},
        },
        {
            .word = "healthy",
            .urgency = 1000,
            .stuck = false,
            .fits = {},
            .ends = {},
            .blame = {},
            .sentence = [](Input input) { return fmt::format("{} is healthy", target_words(input.look)); },
            .remedies = {},
            .text = {.meaning = "Nothing is wrong: the shim waits for calls, the workload sleeps, computes, or waits for its own sockets, "
                                "pipes and timers.",
                     .recognised = "Every chain ends in a wait that is normal for who waits.",
                     .mending = "Nothing. What the workload waits for is said: it may be what you are looking for all the same.",
                     .seen = ""},
        },
    };
}

}  // namespace shimtrace::diagnosis
