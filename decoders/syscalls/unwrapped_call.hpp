// Calls of i386 that are several in one (socketcall, ipc, the old select): the one that is meant, which has a number of its own since.
// Pure.
#pragma once

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/event.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace shimtrace::decoders {

/// A call as its own table has it. Pointers of i386's lead to 32-bit structs.
struct KnownCall {
    Arch arch = Arch::x86_64;
    std::int64_t number = -1;
    std::array<std::uint64_t, 6> args{};
};

/// The call that is meant; any other call as it is. nullopt: its arguments are in memory that cannot be read. `memory`: nullptr where it
/// may not be. Of msgrcv by way of ipc the first argument alone is told.
std::optional<KnownCall> unwrapped(const KnownCall& call, const Memory* memory);

/// Of which table a call is that /proc/TID/syscall tells. `read_auxv` gives the process's auxiliary vector; it is asked only where the
/// thread stands where one of a 32-bit program has to.
Arch arch_of_call(std::int64_t number, std::uint64_t stack_pointer, std::uint64_t instruction_pointer,
                  const std::function<std::string_view()>& read_auxv);

/// Whether a program with this /proc/PID/auxv is a 32-bit one.
bool is_auxv_of_32_bit(std::span<const std::byte> auxv);

}  // namespace shimtrace::decoders
