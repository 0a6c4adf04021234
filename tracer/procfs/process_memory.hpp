// A live process's memory, read from outside without stopping it.
#pragma once

#include <shimtrace/captured_memory.hpp>

namespace shimtrace::host {

/// process_vm_readv. Any living thread of a process gives the same bytes; one that has exited, none.
class RemoteMemory final : public Memory {
public:
    explicit RemoteMemory(Tid tid) : tid_(tid) {}
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;

    /// The NUL-terminated text at `address`, at most `most` bytes of it; empty where nothing is readable.
    [[nodiscard]] std::string text(RemoteAddress address, std::size_t most = 4096) const;

private:
    Tid tid_;
};

}  // namespace shimtrace::host
