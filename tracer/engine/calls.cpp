// The engine between a call's entry and its return.
#include "decoders/syscalls/table.hpp"
#include "decoders/syscalls/unwrapped_call.hpp"
#include "tracer/engine/engine.hpp"
#include "tracer/procfs/task_files.hpp"

#include <algorithm>

namespace shimtrace::engine {

namespace {

bool is_restart_syscall(Arch arch, std::int64_t number) {
    return decoders::syscall_name(arch, number) == "restart_syscall";
}

bool is_exec(Arch arch, std::int64_t number) {
    return decoders::syscall_name(arch, number) == "execve";
}

}  // namespace

void Engine::on_syscall_stop(Tracee& tracee) {
    tracee.found = false;
    if (tracee.in_call) {
        leave(tracee);
    } else {
        SyscallInfo info;
        if (!syscall_info(tracee.tid(), info)) return;  // killed
        // The exit of a call whose entry was before our time has no entry to go with.
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) enter(tracee, info);
    }
    go_on(tracee);
}

void Engine::on_seccomp_stop(Tracee& tracee) {
    SyscallInfo info;
    if (!syscall_info(tracee.tid(), info)) return;
    // Where the call's entry was stopped at as well, it is known already.
    if (!tracee.in_call) enter(tracee, info);
    go_on(tracee);
}

bool Engine::resumes_call(Tracee& tracee, const SyscallInfo& info, std::int64_t number) {
    if (!tracee.reenters) return false;
    tracee.reenters = false;
    const Event& before = tracee.enter;
    if (info.stack_pointer == before.stack_pointer && info.instruction_pointer == before.instruction_pointer &&
        (number == before.number || is_restart_syscall(before.arch, number))) {
        return true;
    }
    // A signal's handler came first, and with it the end of the call.
    if (tracee.reported) reporter_.returned(tracee, restart_sys, true, before.instruction_pointer, before.stack_pointer);
    return false;
}

void Engine::enter(Tracee& tracee, const SyscallInfo& info) {
    // entry and seccomp share their layout up to the arguments (linux/ptrace.h).
    std::uint64_t number = info.entry.nr;
    const Arch arch = call_arch(info.arch, number);
    const auto signed_number = is_32_bit(arch) ? std::int64_t{static_cast<std::int32_t>(number)} : static_cast<std::int64_t>(number);
    const bool same_call = resumes_call(tracee, info, signed_number);
    tracee.in_call = true;
    if (same_call) return;

    if (tracee.silent && is_exec(arch, signed_number)) tracee.silent = false;
    tracee.reported = !tracee.silent && reporter_.reports(arch, signed_number);
    tracee.returns = tracee.reported || reporter_.needs_return(arch, signed_number);
    Event& enter = tracee.enter;
    enter.clear();
    enter.arch = arch;
    enter.number = signed_number;
    std::copy_n(std::begin(info.entry.args), enter.args.size(), enter.args.begin());
    enter.instruction_pointer = info.instruction_pointer;
    enter.stack_pointer = info.stack_pointer;
    spaces_.entered(tracee);
    reporter_.entered(tracee);
    watch_for_blocking(tracee);
}

void Engine::leave(Tracee& tracee) {
    tracee.in_call = false;
    tracee.next_blocked_report = MonotonicTime::max();
    if (!tracee.returns && !tracee.shortened_timeout && !tracee.maps_file) return;
    SyscallInfo info;
    if (!syscall_info(tracee.tid(), info) || info.op != PTRACE_SYSCALL_INFO_EXIT) return;
    if (tracee.shortened_timeout) restore_timeout(tracee.tid(), *std::exchange(tracee.shortened_timeout, std::nullopt));
    spaces_.returned(tracee, info.exit.rval, info.exit.is_error != 0);
    if (!tracee.returns) return;
    reporter_.returned(tracee, info.exit.rval, info.exit.is_error != 0, info.instruction_pointer, info.stack_pointer);
    // Until the command has been exec'd, what runs is our own code.
    if (tracee.tid() == command_ && info.exit.is_error != 0 && !tracee.executed) tracee.silent = true;
}

void Engine::watch_for_blocking(Tracee& tracee) {
    if (!tracee.reported || request_.blocked_after <= Nanoseconds{}) return;
    tracee.blocked_for = request_.blocked_after;
    tracee.next_blocked_report = tracee.enter.time + tracee.blocked_for;
    alarm_.ring_by(tracee.next_blocked_report);
}

std::optional<InterruptedCall> Engine::interrupted_call(Tracee& tracee, const Registers& values, const FoundCall& seen) const {
    SyscallInfo info;
    if (!syscall_info(tracee.tid(), info)) return std::nullopt;
    auto number = static_cast<std::uint64_t>(values.syscall());
    return call_of(values, call_arch(info.arch, number), seen);
}

void Engine::show_found_call(Tracee& tracee, bool group_stopped) {
    tracee.found = false;
    const auto values = registers(tracee.tid());
    const auto call = values ? interrupted_call(tracee, *values, tracee.found_call) : std::nullopt;
    const bool shown = std::exchange(tracee.reenters, false);  // from /proc, as the thread could not be stopped
    if (!call) return;
    const FoundCall& seen = tracee.found_call;
    const bool same = seen.number == call->number && seen.stack_pointer == call->stack_pointer;
    const auto since = same ? seen.since : std::nullopt;

    bool blocks = restarts(*call);
    if (!blocks && !group_stopped) {
        const auto elapsed = since ? std::optional(reporter_.now() - *since) : std::nullopt;
        blocks = restart_quietly(tracee.tid(), *values, *call, elapsed, tracee.shortened_timeout);
    }
    if (!blocks && !same) return;  // it had returned before we came
    if (!shown) {
        Event& enter = tracee.enter;
        enter.clear();
        enter.arch = call->arch;
        enter.number = call->number;
        enter.args = call->args;
        enter.at_attach = true;
        enter.since = since;
        enter.instruction_pointer = call->instruction_pointer;
        enter.stack_pointer = call->stack_pointer;
        tracee.reported = reporter_.reports(call->arch, call->number);
        tracee.returns = tracee.reported || reporter_.needs_return(call->arch, call->number);
        reporter_.entered(tracee);
        watch_for_blocking(tracee);
    }
    tracee.reenters = blocks;
    if (!blocks && tracee.reported)
        reporter_.returned(tracee, call->result, call->result < 0, call->instruction_pointer, call->stack_pointer);
}

void Engine::show_unreachable(Tracee& tracee) {
    const FoundCall& seen = tracee.found_call;
    if (!tracee.found || tracee.reenters || seen.number < 0) return;
    Event& enter = tracee.enter;
    enter.clear();
    std::string auxv;
    const Arch arch = decoders::arch_of_call(seen.number, seen.stack_pointer, seen.instruction_pointer,
                                             [&] { return std::string_view(auxv = host::task_file(tracee.tid(), "auxv")); });
    constexpr std::int64_t x32_bit = 0x40000000;
    enter.arch = arch;
    enter.number = arch == Arch::x32 ? seen.number & ~x32_bit : seen.number;
    enter.args = seen.args;
    enter.at_attach = true;
    enter.since = seen.since;
    enter.instruction_pointer = seen.instruction_pointer;
    enter.stack_pointer = seen.stack_pointer;
    tracee.reported = reporter_.reports(enter.arch, enter.number);
    tracee.returns = tracee.reported || reporter_.needs_return(enter.arch, enter.number);
    tracee.reenters = true;
    reporter_.entered(tracee);
    watch_for_blocking(tracee);
}

}  // namespace shimtrace::engine
