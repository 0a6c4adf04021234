// A live process's memory, read from outside without stopping it. It takes the right to trace the process.
#pragma once

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/types.hpp>

#include <string>

namespace shimtrace::host {

/// Memory of the address space that `tid` lives in (any living thread of the process will do). process_vm_readv with many ranges a call;
/// where that is refused, /proc/TID/mem. A range that ends in an unreadable page is read up to that page. Where a page has to come from a
/// file system whose server does not answer, or the mappings' lock is held by whoever waits for one, this sleeps for as long as that takes,
/// and nothing ends it: only for memory that is known to be free of that.
class ProcessMemory final : public Memory {
public:
    explicit ProcessMemory(Tid tid) : tid_(tid) {}
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;

private:
    Tid tid_;
};

/// The same through a stand-in: what cannot be read in time is not read. Slower by some microseconds a call.
class PatientMemory final : public Memory {
public:
    /// `whose`: the process that `tid` is of.
    PatientMemory(Pid whose, Tid tid, Nanoseconds patience);
    PatientMemory(Pid whose, Tid tid);
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;
    /// Something was not read because there was no answer in time. From then on nothing is asked any more.
    [[nodiscard]] bool gave_up() const { return gave_up_; }

private:
    std::string concern_;
    Tid tid_;
    Nanoseconds patience_;
    mutable bool gave_up_ = false;
};

/// The NUL-terminated text at `address`, at most `most` bytes of it; empty where nothing is readable.
std::string text_at(const Memory& memory, RemoteAddress address, std::size_t most = 4096);

}  // namespace shimtrace::host
