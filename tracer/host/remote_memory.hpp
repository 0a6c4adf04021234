// A live process's memory, read from outside without stopping it.
#pragma once

#include <shimtrace/memory.hpp>

namespace shimtrace::host {

/// process_vm_readv. Reads of any process in the same thread group give the same bytes.
class RemoteMemory final : public Memory {
public:
    explicit RemoteMemory(Pid pid) : pid_(pid) {}
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;

    /// The NUL-terminated text at `address`, at most `most` bytes of it; empty where nothing is readable.
    [[nodiscard]] std::string text(RemoteAddress address, std::size_t most = 4096) const;

private:
    Pid pid_;
};

}  // namespace shimtrace::host
