#include "tracer/procfs/call_of_thread.hpp"

namespace shimtrace::host {

decoders::KnownCall call_of_thread(const SyscallText& text, const Memory* memory, const std::function<std::string_view()>& read_auxv) {
    const Arch arch = decoders::arch_of_call(text.number, text.stack_pointer, text.instruction_pointer, read_auxv);
    return decoders::unwrapped({arch, text.number, text.args}, memory).value_or(decoders::KnownCall{.arch = arch});
}

}  // namespace shimtrace::host
