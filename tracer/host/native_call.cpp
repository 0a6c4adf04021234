#include "host/native_call.hpp"

#include "decoders_syscalls/native_call.hpp"
#include "host/remote_memory.hpp"

namespace shimtrace::host {

namespace {

class NoMemory final : public Memory {
public:
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        for (ReadRequest& request : requests) request.got = 0;
    }
};

}  // namespace

bool may_be_32_bit(const SyscallText& call) {
    return call.number >= 0 && ((call.stack_pointer | call.instruction_pointer) >> 32) == 0;
}

void make_native(SyscallText& call, bool of_32_bit, std::optional<Pid> readable) {
    constexpr std::int64_t x32_bit = 0x40000000;
    const bool of_x32 = call.number >= 0 && (call.number & x32_bit) != 0;
    if (!of_x32 && !(of_32_bit && may_be_32_bit(call))) return;
    const Arch arch = of_x32 ? Arch::x32 : Arch::i386;
    const auto native = readable ? decoders::native_call(arch, call.number, call.args, RemoteMemory(*readable))
                                 : decoders::native_call(arch, call.number, call.args, NoMemory());
    const auto [number, args] = native.value_or(decoders::NativeCall{});
    call.number = number;
    call.args = args;
}

}  // namespace shimtrace::host
