#include "tracer/output/export/html_text.hpp"
#include "tracer/output/export/report.hpp"

#include "decoders/text/printable.hpp"
#include "tracer/output/role_text.hpp"
#include "tracer/output/text/goroutine_traceback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace shimtrace::output {

namespace {

/// A daemon may have ten thousand goroutines: those concerned are always told.
constexpr std::size_t most_resting_bytes = 60'000, most_processes = 24;

struct Concerned {
    std::set<GoroutineId> goroutines;
    std::set<Tid> threads;
};

/// Who is on a chain of a verdict that is not `healthy`, or to blame, in the order of their first mention.
class ConcernedProcesses {
public:
    explicit ConcernedProcesses(const std::vector<Diagnosis>& diagnoses) {
        for (const Diagnosis& diagnosis : diagnoses) {
            if (!diagnosis.stuck && diagnosis.decided) continue;
            add(diagnosis);
            for (const Diagnosis& also : diagnosis.also) add(also);
        }
    }

    std::vector<Pid> order;
    std::map<Pid, Concerned> of;

private:
    void add(const Diagnosis& diagnosis) {
        for (const std::uint32_t edge : diagnosis.graph.chain) {
            add(diagnosis.graph.nodes[diagnosis.graph.edges[edge].from]);
            add(diagnosis.graph.nodes[diagnosis.graph.edges[edge].to]);
        }
        for (const Culprit& culprit : diagnosis.culprits) mention(culprit.pid);
        for (const CallUnderWay& call : diagnosis.calls)
            if (call.pid) mention(call.pid).goroutines.insert(call.goroutine);
        if (diagnosis.target.pid) mention(diagnosis.target.pid);
    }
    void add(const Node& node) {
        if (!node.pid) return;
        Concerned& concerned = mention(node.pid);
        if (node.goroutine) concerned.goroutines.insert(node.goroutine);
        if (node.tid) concerned.threads.insert(node.tid);
    }
    Concerned& mention(Pid pid) {
        if (!of.contains(pid)) order.push_back(pid);
        return of[pid];
    }
};

std::string goroutines(const GoProgram& program, const Concerned& concerned, const StackStyle& style) {
    GoProgram waiting, rest;
    waiting.pid = rest.pid = program.pid;
    for (const Goroutine& goroutine : program.goroutines)
        (concerned.goroutines.contains(goroutine.id) ? waiting : rest).goroutines.push_back(goroutine);
    std::string out;
    if (!waiting.goroutines.empty()) out += "<pre tabindex=\"0\">" + html_lines(print_goroutines(waiting, style)) + "</pre>\n";
    if (rest.goroutines.empty()) return out;
    std::string folded = print_goroutine_groups(rest, style);
    const std::size_t whole = folded.size();
    if (whole > most_resting_bytes) {
        const std::size_t end = folded.find_last_of('\n', most_resting_bytes);
        folded.resize(end == std::string::npos ? 0 : end);
    }
    out += fmt::format("<details><summary>{} other goroutines</summary><pre tabindex=\"0\">{}{}</pre></details>\n", rest.goroutines.size(),
                       html_lines(folded), whole > folded.size() ? "\n… (the rest is left out)" : "");
    if (!program.incomplete.empty()) out += "<p class=\"faint\">" + html(program.incomplete) + "</p>\n";
    return out;
}

std::string threads(const Process& process, const Concerned& concerned) {
    std::string told, rest;
    std::size_t others = 0;
    for (const Thread& thread : process.threads) {
        std::string line =
            fmt::format("<li><b>{}[{}]</b> {}", html(thread.comm), thread.tid.value, html(std::string(1, letter(thread.state))));
        if (thread.syscall >= 0)
            line += fmt::format(" in {}({:#x}, {:#x}, {:#x})", html(syscall_words(thread.arch, thread.syscall)), thread.args[0],
                                thread.args[1], thread.args[2]);
        if (!thread.wchan.empty() && thread.wchan != "0") line += " <span class=\"faint\">" + html(thread.wchan) + "</span>";
        if (!thread.kernel_stack.empty()) {
            line += "<br><code>";
            for (std::size_t i = 0; i < thread.kernel_stack.size(); ++i) line += (i == 0 ? "" : " ← ") + html(thread.kernel_stack[i]);
            line += "</code>";
        }
        line += "</li>\n";
        if (concerned.threads.contains(thread.tid) || (!process.go && process.threads.size() <= 4)) {
            told += line;
        } else if (++others <= 60) {
            rest += line;
        }
    }
    std::string out;
    if (!told.empty()) out += "<ul>" + told + "</ul>\n";
    if (others != 0) out += fmt::format("<details><summary>{} other threads</summary><ul>{}</ul></details>\n", others, rest);
    return out;
}

}  // namespace

std::string report_stacks(const ReportedMoment& moment) {
    const ConcernedProcesses concerned(moment.diagnoses);
    StackStyle style;
    style.syscall_name = syscall_words;
    style.process_name = [&moment](Pid pid) {
        const auto found = std::ranges::find(moment.snapshot.processes, pid, &Process::pid);
        return found == moment.snapshot.processes.end() ? fmt::format("{}", pid.value)
                                                        : fmt::format("{}[{}]", text::printable(found->comm), pid.value);
    };
    std::string out;
    std::size_t told = 0;
    for (const Pid pid : concerned.order) {
        const auto process = std::ranges::find(moment.snapshot.processes, pid, &Process::pid);
        if (process == moment.snapshot.processes.end() || ++told > most_processes) continue;
        const Concerned& those = concerned.of.at(pid);
        const std::string stacks = (process->go ? goroutines(*process->go, those, style) : std::string()) + threads(*process, those);
        if (stacks.empty()) continue;
        const std::string role = role_text(process->role);
        out += fmt::format("<h3>{}[{}]{}{}</h3>\n", html(process->comm), pid.value, role.empty() ? "" : ": " + html(role),
                           process->go ? ", " + html(process->go->version) : std::string());
        if (!process->command_line.empty()) {
            std::string line;
            for (const std::string& word : process->command_line) line += (line.empty() ? "" : " ") + word;
            out += "<p class=\"name faint\">" + html(line.substr(0, 400)) + "</p>\n";
        }
        out += stacks;
    }
    if (out.empty()) return {};
    if (told > most_processes) out += fmt::format("<p class=\"faint\">and {} more processes</p>\n", told - most_processes);
    return "<section aria-labelledby=\"stacks\"><h2 id=\"stacks\">Stacks of those concerned</h2>\n" + out + "</section>\n";
}

}  // namespace shimtrace::output
