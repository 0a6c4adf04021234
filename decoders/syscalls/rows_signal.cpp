// Signals.
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow signal_table[] = {
    {"kill", class_process | class_signal, {pid("pid"), signal("sig")}},
    {"tkill", class_process | class_signal, {pid("tid"), signal("sig")}},
    {"tgkill", class_process | class_signal, {pid("tgid"), pid("tid"), signal("sig")}},
    {"pidfd_send_signal",
     class_desc | class_process | class_signal,
     {fd("pidfd"), signal("sig"), of("info", kinds::siginfo_in), of("flags", kinds::hex32)}},
    {"rt_sigaction",
     class_signal,
     {signal("signum"), of("act", kinds::sigaction_in), of("oldact", kinds::sigaction_out), size("sigsetsize")}},
    {"rt_sigprocmask",
     class_signal,
     {constant("how", sigprocmask_how), of("set", kinds::signal_set_in), of("oldset", kinds::signal_set_out), size("sigsetsize")}},
    {"rt_sigpending", class_signal, {of("set", kinds::signal_set_out), size("sigsetsize")}},
    {"rt_sigsuspend", class_signal, {of("mask", kinds::signal_set_in), size("sigsetsize")}, {.waits = {signals}}},
    {"rt_sigtimedwait",
     class_signal,
     {of("set", kinds::signal_set_in), of("info", kinds::siginfo_out), of("timeout", kinds::timespec_in), size("sigsetsize")},
     results::signal_number,
     {.waits = {signals}, .ends_with_eintr = true}},
    {"rt_sigqueueinfo", class_process | class_signal, {pid("tgid"), signal("sig"), of("info", kinds::siginfo_in)}},
    {"rt_tgsigqueueinfo", class_process | class_signal, {pid("tgid"), pid("tid"), signal("sig"), of("info", kinds::siginfo_in)}},
    {"rt_sigreturn", 0, {of("frame", kinds::signal_return)}},
    {"sigaltstack", class_signal, {of("ss", kinds::signal_stack_in), of("old_ss", kinds::signal_stack_out)}},
    {"pause", class_signal, {}, {.waits = {signals}}},
    {"restart_syscall", 0, {of("", kinds::restart)}, {.waits = {sleeps}}},
};

std::span<const SyscallRow> signal_rows() {
    return signal_table;
}

}  // namespace shimtrace::decoders
