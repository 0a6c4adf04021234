#include "host/native_call.hpp"

#include "decoders_syscalls/native_call.hpp"
#include "host/remote_memory.hpp"

namespace shimtrace::host {

namespace {

/// nullopt: it has 64-bit calls already.
std::optional<Arch> foreign_arch(const SyscallText& call, const std::function<std::string_view()>& read_auxv) {
    constexpr std::int64_t x32_bit = 0x40000000;
    if (call.number < 0) return std::nullopt;
    if ((call.number & x32_bit) != 0) return Arch::x32;
    if (((call.stack_pointer | call.instruction_pointer) >> 32) != 0) return std::nullopt;
    if (!decoders::is_auxv_of_32_bit(std::as_bytes(std::span(read_auxv())))) return std::nullopt;
    return Arch::i386;
}

}  // namespace

SyscallText native(SyscallText call, std::optional<Pid> readable, const std::function<std::string_view()>& read_auxv) {
    const auto arch = foreign_arch(call, read_auxv);
    if (!arch) return call;
    const RemoteMemory memory(readable.value_or(Pid{}));
    const auto found = decoders::native_call(*arch, call.number, call.args, readable ? &memory : nullptr);
    const auto [number, args] = found.value_or(decoders::NativeCall{});
    call.number = number;
    call.args = args;
    return call;
}

}  // namespace shimtrace::host
