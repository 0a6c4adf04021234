#include "tracer/engine/interrupted_call.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/unwrapped_call.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace shimtrace::engine {

namespace {

/// The call behind it where it answers every wake-up with EINTR, though no handler ran. Of those that are several in one, ipc alone has
/// some, and has their arguments in registers.
std::optional<decoders::KnownCall> eintr_call(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args) {
    const auto call = decoders::unwrapped({arch, number, args}, nullptr);
    const decoders::CallFacts* facts = call ? decoders::call_facts(call->arch, call->number) : nullptr;
    return facts && facts->ends_with_eintr ? call : std::nullopt;
}

/// Where the fourth argument is passed: all timeouts of milliseconds are.
std::size_t place_of_timeout(Arch arch) {
    return arch == Arch::i386 ? offsetof(user_regs_struct, rsi) : offsetof(user_regs_struct, r10);
}

}  // namespace

std::optional<InterruptedCall> call_of(const user_regs_struct& registers, Arch arch) {
    InterruptedCall call;
    call.arch = arch;
    call.number = static_cast<std::int64_t>(registers.orig_rax);
    if (call.number < 0) return std::nullopt;
    call.result = static_cast<std::int64_t>(registers.rax);
    if (arch == Arch::i386) {
        call.args = {registers.rbx, registers.rcx, registers.rdx, registers.rsi, registers.rdi, registers.rbp};
        for (auto& value : call.args) value &= 0xffffffffU;
        call.result = static_cast<std::int32_t>(registers.rax);
    } else {
        call.args = {registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9};
    }
    return call;
}

bool restarts(const InterruptedCall& call) {
    return call.result == restart_sys || call.result == restart_no_intr || call.result == restart_no_handler ||
           call.result == restart_block;
}

bool ends_with_eintr(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args) {
    return eintr_call(arch, number, args).has_value();
}

bool restart_quietly(Tid tid, const InterruptedCall& call, std::optional<Nanoseconds> elapsed, std::optional<ShortenedTimeout>& shortened) {
    const auto known = call.result == -EINTR ? eintr_call(call.arch, call.number, call.args) : std::nullopt;
    if (!known) return false;

    const decoders::ArgumentPlaces& places = decoders::call_facts(known->arch, known->number)->places;
    const std::uint64_t timeout = places.timeout < 0 ? 0 : known->args[static_cast<std::size_t>(places.timeout)];
    if (places.timeout_is_pointer && timeout != 0) return false;
    if (places.timeout >= 0 && !places.timeout_is_pointer && static_cast<std::int32_t>(timeout) >= 0) {
        if (!elapsed) return false;
        const auto whole = std::chrono::milliseconds(static_cast<std::int32_t>(timeout));
        const auto left = std::max(std::chrono::ceil<std::chrono::milliseconds>(whole - *elapsed), std::chrono::milliseconds(0));
        const std::size_t place = place_of_timeout(call.arch);
        if (!set_register(tid, place, static_cast<std::uint64_t>(left.count()))) return false;
        if (!shortened) shortened = {place, timeout};
    }
    return set_register(tid, offsetof(user_regs_struct, rax), static_cast<std::uint64_t>(restart_no_handler));
}

void restore_timeout(Tid tid, const ShortenedTimeout& timeout) {
    set_register(tid, timeout.place, timeout.value);
}

}  // namespace shimtrace::engine
