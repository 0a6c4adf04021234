#include "tracer/diagnosis/causes/phrases.hpp"

#include "decoders/text/container_name.hpp"
#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis {

std::string target_words(const Context& look) {
    if (!look.scope.pod.pod.empty()) return printable(look.scope.pod.pod_namespace + "/" + look.scope.pod.pod, 128);
    if (look.scope.ref) return printable(text::container_label(look.scope.ref), 256);
    for (const auto& list : {look.scope.processes, look.scope.runtimes})
        for (const Pid pid : list) return who(look.facts, pid);
    return look.scope.shim ? who(look.facts, look.scope.shim) : std::string("the target");
}

std::string container_words(const Context& look, const Process* process) {
    if (look.scope.ref || !process || !process->role.container) return target_words(look);
    return printable(text::container_label(process->role.container), 256);
}

std::string blamed(const ExplanationInput& input) {
    if (input.culprits.empty()) return "nobody";
    const Culprit& first = input.culprits.front();
    return fmt::format("{}[{}]", printable(first.comm, 32), first.pid.value);
}

std::string blamed_why(const ExplanationInput& input) {
    return input.culprits.empty() ? std::string("nobody") : fmt::format("{}, {}", blamed(input), printable(input.culprits.front().why, 80));
}

const Step& last(const ExplanationInput& input) {
    return input.path.back();
}

std::string last_object(const ExplanationInput& input) {
    return printable(last(input).wait.object_text, 160);
}

std::string waiter(const ExplanationInput& input) {
    const Process* process = process_at_end(input.look, input.path);
    return process ? who(*process) : target_words(input.look);
}

std::string waits(const ExplanationInput& input) {
    const std::string known = lasted(input, "has waited ", "");
    return known.empty() ? "waits" : known;
}

std::string lasted(const ExplanationInput& input, std::string_view before, std::string_view behind) {
    const double since = last(input).wait.since_s;
    return since > 0 ? fmt::format("{}{}{}", before, text::duration_in_words(since), behind) : std::string();
}

Patient patient_of(const Context& look) {
    const auto& scope = look.scope;
    return patient(look.facts.snapshot(), scope.ref, scope.files, look.facts.process(scope.shim), look.facts.process(scope.init));
}

std::vector<Remedy> signal_to(const Process* process, std::string_view text, std::string_view signal, Risk risk) {
    if (!process) return {};
    const bool dropped = signal == "TERM" && drops_sigterm(*process);
    return {
        remedy(fmt::format("{} {}[{}]{}", text, printable(process->comm, 32), process->pid.value, dropped ? ", which drops SIGTERM" : ""),
               kill_line(dropped ? "KILL" : signal, process->pid), risk, {process})};
}

std::vector<Remedy> signal_first(const ExplanationInput& input, std::string_view text, std::string_view signal, Risk risk) {
    return input.culprits.empty() ? std::vector<Remedy>{}
                                  : signal_to(input.look.facts.process(input.culprits.front().pid), text, signal, risk);
}

const RemedyRow let_it_go_on{
    .name = "go-on",
    .what = "let whoever was stopped by a signal go on",
    .command = "kill -CONT PID",
    .make = [](const ExplanationInput& input) -> std::vector<Remedy> {
        const auto stopped = std::ranges::find(input.culprits, ProcessState::stopped, &Culprit::state);
        const Process* process = stopped == input.culprits.end() ? nullptr : input.look.facts.process(stopped->pid);
        if (!process) return {};
        // A terminal's keeper (script, a shell) stops with what it has started: both must go on.
        const Process* parent = input.look.facts.process(process->parent);
        return {parent && is_stopped(*parent) && parent->pid.value > 1 ? let_go_on(*parent, *process) : let_go_on(*process)};
    },
};

}  // namespace shimtrace::diagnosis
