#include "tracer/engine/descriptor_calls.hpp"

#include "decoders/syscalls/descriptor_effects.hpp"
#include "decoders/syscalls/table.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace shimtrace::engine {

namespace {

/// Calls that merely return new descriptors do not: a cache that saw the close has nothing stored for the number.
bool leads_elsewhere(decoders::DescriptorEffect effect) {
    using enum decoders::DescriptorEffect;
    return effect != none && effect != returns && effect != fills_pair && effect != receives;
}

/// Heard besides: an exec closes descriptors, and what ioctl does is the driver's to say.
constexpr std::string_view heard[] = {"execve", "execveat", "ioctl", "accept", "accept4"};
/// Heard where they are traced, but no reason to stop a tracee.
constexpr std::string_view unheard[] = {"shutdown", "timerfd_settime64"};

bool must_be_heard(Arch arch, std::int64_t number) {
    const std::string_view name = *decoders::syscall_name(arch, number);
    if (std::ranges::find(heard, name) != std::end(heard)) return true;
    const decoders::EffectRow* row = decoders::effect_row(arch, number);
    return row != nullptr && leads_elsewhere(row->effect) && std::ranges::find(unheard, name) == std::end(unheard);
}

SyscallSet numbers(Arch arch) {
    SyscallSet set;
    for (const std::int64_t number : decoders::syscall_numbers(arch))
        if (static_cast<std::size_t>(number) < set.size() && must_be_heard(arch, number)) set.set(static_cast<std::size_t>(number));
    return set;
}

SyscallSet named(Arch arch, std::initializer_list<std::string_view> names) {
    SyscallSet set;
    for (const std::string_view name : names) set.set(static_cast<std::size_t>(*decoders::syscall_number(arch, name)));
    return set;
}

}  // namespace

const SyscallSet& naming_calls(Arch arch) {
    static const SyscallSet native = named(Arch::x86_64, {"prctl", "write"});
    static const SyscallSet compat = named(Arch::i386, {"prctl", "write"});
    return arch == Arch::i386 ? compat : native;
}

const SyscallSet& descriptor_calls(Arch arch) {
    static const SyscallSet native = numbers(Arch::x86_64);
    static const SyscallSet compat = numbers(Arch::i386);
    return arch == Arch::i386 ? compat : native;
}

}  // namespace shimtrace::engine
