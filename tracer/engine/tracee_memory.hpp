// Another process's memory, read while it runs or stands still. No ptrace here: whoever may trace a process may read it.
#pragma once

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/types.hpp>

namespace shimtrace::engine {

/// Memory of the address space that `tid` lives in (any thread of the process will do). process_vm_readv with many ranges
/// a call; where that is refused, /proc/TID/mem. A range that ends in an unreadable page is read up to that page.
class RemoteMemory final : public Memory {
public:
    explicit RemoteMemory(Tid tid) : tid_(tid) {}

    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;

private:
    Tid tid_;
};

}  // namespace shimtrace::engine
