// What a container writes is not taken.
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

/// The stream that is full, the last of the objects written to, and by whom it is not read.
std::string backpressure(Input input) {
    std::string full;
    OpenFileRoleInfo role;
    for (const Step& step : input.path) {
        if (step.wait.kind != WaitKind::writes) continue;
        full = step.wait.object_text;
        if (step.wait.role.role != OpenFileRole::none) role = step.wait.role;
    }
    const std::string stream = role.role == OpenFileRole::none ? std::string("output") : std::string(stream_word(role.role));
    const std::string start = who(input.look.facts, input.path.front().from.pid);
    const bool nobody = last(input).wait.root_cause == RootCause::nobody_reads;
    const std::string fate = nobody ? std::string("nobody reads it")
                             : input.culprits.empty()
                                 ? std::string("its reader does not read it")
                                 : fmt::format("its reader {} ({})", blamed(input), printable(input.culprits.front().why, 80));
    const std::string verb = input.culprits.empty() || nobody || fate.find("does not read") != std::string::npos ? "" : " does not read";
    return fmt::format("{} waits to write its {}: {} is full and {}{}", start, stream, printable(full, 160), fate, verb);
}

/// The fifo that nobody reads.
std::string unread_fifo(Input input) {
    std::string fifo;
    for (const Step& step : input.path)
        if (step.wait.kind == WaitKind::writes && step.wait.to.name.starts_with('/')) fifo = step.wait.to.name;
    return fifo;
}

const RemedyRow read_it{
    .name = "read-fifo",
    .what = "read the fifo that nobody reads, and throw away what comes",
    .command = "setsid cat FIFO >/dev/null 2>&1 </dev/null &",
    .make = [](Input input) -> std::vector<Remedy> {
        const std::string fifo = input.culprits.empty() ? unread_fifo(input) : std::string();
        if (fifo.empty()) return {};
        ShellLine line = shell_line({"setsid", "cat", fifo});
        if (line.refused.empty()) line.text += " >/dev/null 2>&1 </dev/null &";
        return {remedy("read it from now on, so that its writer moves; what it writes is lost", line, Risk::destroys_data)};
    },
};

/// The descriptor of a terminal whose output is stopped, by who waits to write there.
std::string stopped_terminal(Input input) {
    for (const Step& step : input.path) {
        const Process* writer = step.wait.to.kind == NodeKind::pty ? input.look.facts.process(step.from.pid) : nullptr;
        if (!writer) continue;
        for (const FdEntry& entry : writer->fds)
            if (entry.target.kind == OpenFileKind::pty && entry.target.inode == step.wait.to.inode)
                return fmt::format("/proc/{}/fd/{}", writer->pid.value, entry.fd.value);
    }
    return {};
}

/// linux/drivers/tty/n_tty.c, n_tty_set_termios(): without IXON nothing stays stopped by ^S. Not by `stty` as it is: that waits until all
/// is written, first.
const RemedyRow start_terminal{
    .name = "start-terminal",
    .what = "start the terminal's output again, as ^Q typed there does",
    .command = "stty -F /proc/PID/fd/N -drain -ixon && stty -F /proc/PID/fd/N -drain ixon",
    .make = [](Input input) -> std::vector<Remedy> {
        const std::string terminal = last(input).wait.root_cause == RootCause::flow_stopped ? stopped_terminal(input) : std::string();
        if (terminal.empty()) return {};
        ShellLine line = shell_line({"stty", "-F", terminal, "-drain", "-ixon"});
        line.text += " && " + shell_line({"stty", "-F", terminal, "-drain", "ixon"}).text;
        return {remedy("start the terminal's output again, as ^Q typed there does", line, Risk::safe)};
    },
};

std::string console(Input input) {
    if (last(input).wait.root_cause != RootCause::flow_stopped) return backpressure(input);
    return fmt::format("{} waits to write to its terminal, whose output is stopped, as ^S does: ^Q typed there starts it",
                       who(input.look.facts, input.path.front().from.pid));
}

const RemedyRow restart_its_reader{
    .name = "restart-containerd",
    .what = "restart containerd, where it is the reader: it opens the fifos again, containers keep running",
    .command = "systemctl restart UNIT",
    .make = [](Input input) -> std::vector<Remedy> {
        if (input.culprits.empty() || input.culprits.front().role != "containerd") return {};
        return {restart_daemon(patient_of(input.look), "it opens the fifos again, containers keep running", Risk::disruptive)};
    },
};

}  // namespace

std::vector<Cause> stdio_causes() {
    return {
        {
            .word = "console-backpressure",
            .urgency = 190,
            .stuck = true,
            .fits = {{90, {}, Where::over_console}},
            .ends = {{RootCause::flow_stopped, ProvenBy::way}},
            .blame = {{RootCause::flow_stopped, Whom::led_to, "terminal", "has the terminal, whose output is stopped (^S)"}},
            .sentence = console,
            .remedies = {let_it_go_on, start_terminal, read_it, restart_its_reader},
            .text = {.meaning = "A process of the container waits to write to its terminal. The shim copies what comes out of the pty to "
                                "the console's "
                                "fifo, that is full, and whoever reads it (the client, or the terminal in which the client runs) is "
                                "stopped, slow or gone. Or the terminal's output is stopped: somebody has typed ^S (XOFF).",
                     .recognised =
                         "A write to a pty's slave that sleeps, a full console fifo behind the shim's copier, and what its reader is at. "
                         "Where whoever reads at the master waits for output himself, the output is stopped.",
                     .mending = "Let the reader go on, or end it: the container's terminal stays, and another client can attach. Output "
                                "that is stopped ^Q starts.",
                     .seen = ""},
        },
        {
            .word = "stdio-backpressure",
            .urgency = 200,
            .stuck = true,
            .fits = {{100, {}, Where::over_stdio}},
            .ends = {{RootCause::nobody_reads, ProvenBy::end}, {RootCause::slow_reader, ProvenBy::way}},
            .blame = {{RootCause::slow_reader, Whom::led_to, "reader", "has the read end, and reads too little or nothing"}},
            .sentence = backpressure,
            .remedies = {let_it_go_on, read_it, restart_its_reader},
            .text = {.meaning = "A process of the container waits to write its stdout or stderr: the pipe is full, the shim's copier waits "
                                "to write the "
                                "fifo, that is full too, and its reader (containerd, ctr, dockerd, a log agent) is stopped, slow or gone.",
                     .recognised = "A full pipe with the stream's role, the shim's copier in a write to a full fifo, and the processes "
                                   "that hold its read "
                                   "end. Where no process but the shim has it nobody reads, and nobody is to blame.",
                     .mending = "What must go on is the reader at the end of the chain. Restarting the container does not help: its output "
                                "has the same reader.",
                     .seen = "containerd#11511, containerd#9342"},
        },
        {
            .word = "stdio-copier-gone",
            .urgency = 210,
            .stuck = true,
            .fits = {{70, {RootCause::copier_gone}, Where::anywhere}},
            .ends = {{RootCause::copier_gone, ProvenBy::end}},
            .blame = {{RootCause::copier_gone, Whom::led_to, "shim", "has the read end, and nothing in it reads"}},
            .sentence =
                [](Input input) {
                    return fmt::format("{} is full and nothing in {} reads it any more: its copier is gone", last_object(input),
                                       blamed(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "kill-container",
                          .what = "end the container: its shim cannot start the copier again",
                          .command = "ctr -n NAMESPACE task kill -s SIGKILL ID",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (!input.look.scope.ref) return {};
                              return {kill_it(patient_of(input.look), "end the container: the shim cannot start its copier again")};
                          }}},
            .text = {.meaning =
                         "The container's output pipe is full, its shim holds the read end, and no goroutine of the shim reads it any "
                         "more: the "
                         "copier gave up after an error of a write (a full disk, a log file that was rotated away or made immutable).",
                     .recognised = "A full stdio pipe whose only reader is the shim, and goroutines of the shim of which none reads that "
                                   "descriptor. No tool "
                                   "that sees threads alone can tell.",
                     .mending = "The shim does not start a copier again. What the container has not written yet is lost either way; end "
                                "it, or, where losing "
                                "it is worse, hold on until it can be moved. Give its log room.",
                     .seen = "containerd#12462"},
        },
        {
            .word = "stdio-held-open",
            .urgency = 220,
            .stuck = true,
            .fits = {{80, {RootCause::holds_open}, Where::anywhere}},
            .ends = {{RootCause::holds_open, ProvenBy::end}},
            .blame = {{RootCause::holds_open, Whom::led_to, "holder", "keeps the write end open"}},
            .sentence =
                [](Input input) {
                    return fmt::format("{} never comes: {} still has it open, though the process it was made for has exited",
                                       last_object(input), blamed(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "end-holder",
                          .what = "end the process that keeps the stream open",
                          .command = "kill -TERM PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input, "end the process that keeps it open,", "TERM", Risk::disruptive);
                              }}},
            .text = {.meaning = "A process has exited, but its stdout or stderr is still open elsewhere, often in a daemon that it left "
                                "behind. So the copy "
                                "never sees its end, and the exec or the delete that waits for that never returns.",
                     .recognised = "An exec whose process is gone, a pipe of its stdout that the shim still reads, and the process that "
                                   "holds its write end.",
                     .mending = "End the holder, or give it a stdout of its own (`cmd >/dev/null 2>&1 &`) in the first place.",
                     .seen = "containerd#2823"},
        },
        {
            .word = "fifo-open",
            .urgency = 230,
            .stuck = true,
            .fits = {{139, {RootCause::nobody_opens}, Where::at_call}, {240, {RootCause::nobody_opens}, Where::anywhere}},
            .ends = {{RootCause::nobody_opens, ProvenBy::end}},
            .blame = {},
            .sentence =
                [](Input input) {
                    return fmt::format("{} waits in open of {}: nobody opens its other end", waiter(input), last_object(input));
                },
            .remedies = {{.name = "open-other-end",
                          .what = "open the other end of the fifo, or end the process that waits",
                          .command = "",
                          .make = [](Input) -> std::vector<Remedy> {
                              return {remedy("open the other end of the fifo, or end the process that waits", {}, Risk::disruptive)};
                          }}},
            .text = {.meaning =
                         "A thread waits in open of a fifo whose other end nobody opens: a workload's own fifo, or a log or stdio fifo of "
                         "containerd's or the shim's.",
                     .recognised = "A thread in open that sleeps in the kernel's wait_for_partner, and no process with the other end open.",
                     .mending = "Start what should open the other end, or end what waits. shimtrace prints no command that would open it: "
                                "the path belongs to "
                                "the container.",
                     .seen = "containerd#4905"},
        },
    };
}

}  // namespace shimtrace::diagnosis
