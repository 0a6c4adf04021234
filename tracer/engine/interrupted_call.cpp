#include "tracer/engine/interrupted_call.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/unwrapped_call.hpp"
#include "tracer/procfs/task_files.hpp"

#include <algorithm>
#include <cerrno>

namespace shimtrace::engine {

namespace {

/// The call behind it where it answers every wake-up with EINTR, though no handler ran. Of those that are several in one, ipc alone has
/// some, and has their arguments in registers.
std::optional<decoders::KnownCall> eintr_call(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args) {
    const auto call = decoders::unwrapped({arch, number, args}, nullptr);
    const decoders::CallFacts* facts = call ? decoders::call_facts(call->arch, call->number) : nullptr;
    return facts && facts->ends_with_eintr ? call : std::nullopt;
}

/// All timeouts of milliseconds are the fourth argument.
constexpr std::size_t timeout_argument = 3;
/// svc #0; in Thumb it has two bytes.
constexpr std::uint64_t call_instruction = 4, thumb_call_instruction = 2;

std::optional<InterruptedCall> forgotten_call(const Registers& registers, Arch arch, const FoundCall& seen) {
    if (seen.number < 0 || seen.number != registers.syscall() || seen.stack_pointer != registers.sp()) return std::nullopt;
    const std::uint64_t behind = seen.instruction_pointer - registers.pc();
    const bool before_it = behind == call_instruction || (arch == Arch::arm && behind == thumb_call_instruction);
    if (!before_it && behind != 0) return std::nullopt;
    return InterruptedCall{arch,
                           seen.number,
                           seen.args,
                           before_it ? std::int64_t{restart_sys} : registers.result(arch),
                           seen.instruction_pointer,
                           seen.stack_pointer};
}

/// Whether a signal that is not blocked waits for the thread.
bool has_signal(Tid tid) {
    const auto status = host::task_status(tid);
    return !status || (status->pending & ~status->blocked) != 0;
}

/// To before the call, with the argument that its result has replaced.
bool step_back(Tid tid, const Registers& registers, const InterruptedCall& call) {
    if (call.arch != Arch::aarch64 || has_signal(tid)) return false;
    return set_register(tid, registers.place_of_argument(call.arch, 0), call.args[0]) &&
           set_register(tid, registers.place_of_pc(), call.instruction_pointer - call_instruction);
}

}  // namespace

std::optional<InterruptedCall> call_of(const Registers& registers, Arch arch, const FoundCall& seen) {
    if (arch == Arch::aarch64 || arch == Arch::arm) return forgotten_call(registers, arch, seen);
    if (registers.syscall() < 0) return std::nullopt;
    return InterruptedCall{arch, registers.syscall(), registers.arguments(arch), registers.result(arch), registers.pc(), registers.sp()};
}

bool restarts(const InterruptedCall& call) {
    return call.result == restart_sys || call.result == restart_no_intr || call.result == restart_no_handler ||
           call.result == restart_block;
}

bool ends_with_eintr(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args) {
    return eintr_call(arch, number, args).has_value();
}

bool restart_quietly(Tid tid, const Registers& registers, const InterruptedCall& call, std::optional<Nanoseconds> elapsed,
                     std::optional<ShortenedTimeout>& shortened) {
    const auto known = call.result == -EINTR ? eintr_call(call.arch, call.number, call.args) : std::nullopt;
    if (!known) return false;

    const decoders::ArgumentPlaces& places = decoders::call_facts(known->arch, known->number)->places;
    const std::uint64_t timeout = places.timeout < 0 ? 0 : known->args[static_cast<std::size_t>(places.timeout)];
    if (places.timeout_is_pointer && timeout != 0) return false;
    if (places.timeout >= 0 && !places.timeout_is_pointer && static_cast<std::int32_t>(timeout) >= 0) {
        if (!elapsed) return false;
        const auto whole = std::chrono::milliseconds(static_cast<std::int32_t>(timeout));
        const auto left = std::max(std::chrono::ceil<std::chrono::milliseconds>(whole - *elapsed), std::chrono::milliseconds(0));
        const std::size_t place = registers.place_of_argument(call.arch, timeout_argument);
        if (!set_register(tid, place, static_cast<std::uint64_t>(left.count()))) return false;
        if (!shortened) shortened = {place, timeout};
    }
    if (native_arch == Arch::aarch64) return step_back(tid, registers, call);
    return set_register(tid, registers.place_of_result(), static_cast<std::uint64_t>(restart_no_handler));
}

void restore_timeout(Tid tid, const ShortenedTimeout& timeout) {
    set_register(tid, timeout.place, timeout.value);
}

}  // namespace shimtrace::engine
