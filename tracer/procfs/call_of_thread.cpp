#include "tracer/procfs/call_of_thread.hpp"

#include "tracer/procfs/process_memory.hpp"

namespace shimtrace::host {

decoders::KnownCall call_of_thread(const SyscallText& text, std::optional<Tid> readable,
                                   const std::function<std::string_view()>& read_auxv) {
    const Arch arch = decoders::arch_of_call(text.number, text.stack_pointer, text.instruction_pointer, read_auxv);
    const RemoteMemory memory(readable.value_or(Tid{}));
    return decoders::unwrapped({arch, text.number, text.args}, readable ? &memory : nullptr).value_or(decoders::KnownCall{.arch = arch});
}

}  // namespace shimtrace::host
