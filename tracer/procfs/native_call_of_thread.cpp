#include "tracer/procfs/native_call_of_thread.hpp"

#include "decoders/syscalls/native_call.hpp"
#include "tracer/procfs/process_memory.hpp"

namespace shimtrace::host {

SyscallText native(SyscallText call, std::optional<Tid> readable, const std::function<std::string_view()>& read_auxv) {
    const Arch arch = decoders::arch_of_call(call.number, call.stack_pointer, call.instruction_pointer, read_auxv);
    const RemoteMemory memory(readable.value_or(Tid{}));
    const auto found = decoders::native_call(arch, call.number, call.args, readable ? &memory : nullptr);
    const auto [number, args] = found.value_or(decoders::NativeCall{});
    call.number = number;
    call.args = args;
    return call;
}

}  // namespace shimtrace::host
