// Goroutines and native stacks as text: Go's own traceback format, folded stacks, groups, JSON. Pure.
#pragma once

#include <shimtrace/goroutine.hpp>
#include <shimtrace/native_stack.hpp>

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::output {

struct StackStyle {
    bool exact = false;           ///< nothing but what a SIGQUIT dump of Go prints, argument values left out
    bool runtime_frames = false;  ///< the runtime's own frames and goroutines too
    bool color = false;
    std::function<std::string(Arch, std::int64_t)> syscall_name;  ///< empty: numbers are shown
    std::function<std::string(Pid)> process_name;                 ///< "runc[4711] (stopped)"; empty: the bare pid
};

/// `goroutine 16 [IO wait, 5 minutes]:` and the frames of each goroutine, as runtime/traceback.go prints them; with what each waits on and
/// what it does added after the state, unless `exact`.
std::string print_goroutines(const GoProgram& program, const StackStyle& style);
/// The same, handed over goroutine by goroutine: a program may have very many.
void print_goroutines(const GoProgram& program, const StackStyle& style, const std::function<void(std::string_view)>& write);
/// The header line alone, without the colon.
std::string goroutine_title(const Goroutine& goroutine, const StackStyle& style);
/// Equal stacks in equal states folded: the biggest group first.
std::string print_goroutine_groups(const GoProgram& program, const StackStyle& style);
/// One line a stack, outermost frame first, and how many have it: what flame graph tools read. Goroutines and threads.
std::string print_folded(const GoProgram* program, const ProcessStacks* native, const StackStyle& style);

/// eu-stack's format: `TID 4711 comm (S):` and `#0  0x… function+0x… - module` for each frame.
std::string print_native_stacks(const ProcessStacks& stacks, const StackStyle& style);

nlohmann::json goroutines_json(const GoProgram& program, const StackStyle& style);
nlohmann::json native_stacks_json(const ProcessStacks& stacks, const StackStyle& style);

/// "futex" also for futex_time64; "syscall 999" where the table has no such number.
std::string syscall_words(Arch arch, std::int64_t number);

/// In a few words, what a goroutine waits on: "write fd 18 /run/…/c1-stdout"; empty: nothing is known beyond its state.
std::string wait_text(const GoWait& wait, const StackStyle& style);

}  // namespace shimtrace::output
