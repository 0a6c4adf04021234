// Every command that is printed for somebody to type is made here: each word is quoted, and what cannot be typed safely is refused.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/snapshot.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// A line for a shell, or the reason why none is given.
struct ShellLine {
    std::string text;
    std::string refused = {};  ///< not empty: `text` is

    [[nodiscard]] bool empty() const { return text.empty(); }
};

/// Refused where a word cannot be typed: one that is empty or holds control characters or bytes that are no UTF-8.
ShellLine shell_line(const std::vector<std::string>& words);
/// `echo VALUE > PATH`.
ShellLine writing(std::string_view value, std::string_view path);
/// The second where the first has worked. A refusal of either is one of both; an empty line changes nothing.
ShellLine and_then(ShellLine first, ShellLine second);

/// Why containerd or runc would not take this name; empty: they would. Who makes up state makes up names as well.
std::string bad_name(std::string_view kind, std::string_view name);

/// `kill -SIGNAL PID`.
ShellLine kill_line(std::string_view signal, Pid pid);

/// `shimtrace why --save …`, of a TARGET as it is typed.
Remedy save_snapshot(const std::string& target);

/// `kill -CONT` for a process that a signal has stopped.
Remedy let_go_on(const Process& process);
Remedy let_go_on(const Process& one, const Process& other);

/// The remedy with that line; where the line was refused its reason stands in the text instead.
Remedy remedy(std::string text, const ShellLine& line, Risk risk);
/// The same with the processes that the line names: they are compared again when it is printed.
Remedy remedy(std::string text, const ShellLine& line, Risk risk, std::initializer_list<const Process*> named);

}  // namespace shimtrace::diagnosis
