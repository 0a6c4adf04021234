// A live process's memory, by process_vm_readv: nothing is stopped, nothing is mapped.
#pragma once

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/types.hpp>

namespace shimtrace::stacks {

class ProcessMemory final : public Memory {
public:
    explicit ProcessMemory(Pid pid) : pid_(pid) {}
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;

private:
    Pid pid_;
};

}  // namespace shimtrace::stacks
