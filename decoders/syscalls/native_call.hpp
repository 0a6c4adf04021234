// A 32-bit program's system call as a 64-bit program would have made it: who asks what a thread waits for needs one table. Pure.
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

/// By x86-64's numbers (or aarch64's, where the program is of that). Pointers may still lead to 32-bit structs.
struct NativeCall {
    std::int64_t number = -1;
    std::array<std::uint64_t, 6> args{};
};

/// nullopt: x86-64 has no such call, or one call in another's clothes (socketcall, the old select) has its arguments in memory that cannot
/// be read. `memory`: nullptr where it may not be. Of msgrcv by way of ipc the first argument alone is told.
std::optional<NativeCall> native_call(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args, const Memory* memory);

/// Of which table a call is that /proc/TID/syscall tells. `read_auxv` gives the process's auxiliary vector; it is asked only where the
/// thread stands where one of a 32-bit program has to.
Arch arch_of_call(std::int64_t number, std::uint64_t stack_pointer, std::uint64_t instruction_pointer,
                  const std::function<std::string_view()>& read_auxv);

/// Whether a program with this /proc/PID/auxv is a 32-bit one.
bool is_auxv_of_32_bit(std::span<const std::byte> auxv);

}  // namespace shimtrace::decoders
