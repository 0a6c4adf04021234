#include "tracer/diagnosis/remedies/shell_line.hpp"

#include "decoders/text/shell_quoted.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

constexpr std::size_t most_word = 4096;

}  // namespace

ShellLine shell_line(const std::vector<std::string>& words) {
    ShellLine line;
    for (const std::string& word : words) {
        const std::string shown = printable(word, most_word);
        if (word.empty() || shown != word)
            return {.text = {},
                    .refused = word.empty() ? "a name in it is empty" : fmt::format("'{}' cannot be typed", printable(word, 80))};
        line.text += (line.text.empty() ? "" : " ") + text::shell_quoted(word);
    }
    return line;
}

ShellLine writing(std::string_view value, std::string_view path) {
    const ShellLine to = shell_line({std::string(path)});
    return to.refused.empty() ? ShellLine{.text = fmt::format("echo {} > {}", text::shell_quoted(value), to.text)} : to;
}

ShellLine and_then(ShellLine first, ShellLine second) {
    if (!first.refused.empty()) return {.text = {}, .refused = std::move(first.refused)};
    if (!second.refused.empty()) return {.text = {}, .refused = std::move(second.refused)};
    if (first.empty()) return second;
    if (second.empty()) return first;
    return {.text = fmt::format("{} && {}", first.text, second.text)};
}

std::string bad_name(std::string_view kind, std::string_view name) {
    // containerd/pkg/identifiers: letters and digits, between them single '.', '_' or '-'; runc's validateID
    // (libcontainer/factory_linux.go) takes more of these, and '+'. Both take no slash, no space and nothing of a shell's.
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    constexpr std::size_t longest = 1024;  // runc's own limit
    const auto is_one_of = [](std::string_view set) { return [set](char c) { return set.find(c) != set.npos; }; };
    const bool fits = !name.empty() && name.size() <= longest && is_one_of(letters)(name.front()) &&
                      std::ranges::all_of(name, [&](char c) { return is_one_of(letters)(c) || is_one_of(".-+")(c); });
    return fits ? std::string() : fmt::format("the {} '{}' is none that containerd or runc would take", kind, printable(name, 80));
}

ShellLine kill_line(std::string_view signal, Pid pid) {
    if (pid.value <= 1) return {.text = {}, .refused = "it is no process to be ended"};
    return {.text = fmt::format("kill -{} {}", signal, pid.value)};
}

Remedy save_snapshot(const std::string& target) {
    Remedy made = remedy("keep the snapshot for who knows more", shell_line({"shimtrace", "why", "--force", "--save", "why.strec", target}),
                         Risk::safe);
    made.name = "save-snapshot";
    return made;
}

Remedy let_go_on(const Process& process) {
    return remedy(fmt::format("let {}[{}] go on", printable(process.comm, 32), process.pid.value), kill_line("CONT", process.pid),
                  Risk::safe, {&process});
}

Remedy let_go_on(const Process& one, const Process& other) {
    return remedy(
        fmt::format("let {}[{}] and {}[{}] go on", printable(one.comm, 32), one.pid.value, printable(other.comm, 32), other.pid.value),
        shell_line({"kill", "-CONT", std::to_string(one.pid.value), std::to_string(other.pid.value)}), Risk::safe, {&one, &other});
}

Remedy remedy(std::string text, const ShellLine& line, Risk risk) {
    if (!line.refused.empty()) text += fmt::format(" (no command is given: {})", line.refused);
    return {.text = std::move(text), .command = line.text, .risk = risk};
}

Remedy remedy(std::string text, const ShellLine& line, Risk risk, std::initializer_list<const Process*> named) {
    Remedy made = remedy(std::move(text), line, risk);
    if (made.command.empty()) return made;
    for (const Process* process : named)
        if (process) made.named.push_back({process->pid, process->start_time});
    return made;
}

}  // namespace shimtrace::diagnosis
