#include "tracer/engine/descriptor_calls.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/table.hpp"

#include <initializer_list>
#include <string_view>

namespace shimtrace::engine {

namespace {

/// Calls that merely return new descriptors need not be: a cache that saw the close has nothing stored for the number. Nor is what a
/// shutdown or a receive changes a reason to stop a tracee.
bool must_be_heard(Arch arch, std::int64_t number) {
    using enum decoders::DescriptorEffect;
    const decoders::CallFacts* facts = decoders::call_facts(arch, number);
    return facts && facts->effect != none && facts->effect != receives && facts->effect != disconnects;
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
    if (is_32_bit(arch)) {
        static const SyscallSet compat = named(compat_arch, {"prctl", "write"});
        return compat;
    }
    static const SyscallSet native = named(native_arch, {"prctl", "write"});
    return native;
}

const SyscallSet& descriptor_calls(Arch arch) {
    if (is_32_bit(arch)) {
        static const SyscallSet compat = numbers(compat_arch);
        return compat;
    }
    static const SyscallSet native = numbers(native_arch);
    return native;
}

}  // namespace shimtrace::engine
