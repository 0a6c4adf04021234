// Which tracees' memory can be read at once, and which only through a stand-in: whoever reads a page of a file whose server does not answer
// sleeps until it does, and where the server is traced itself, or is dead, that is for ever.
#pragma once

#include "tracer/engine/tracee.hpp"
#include "tracer/procfs/answering_mounts.hpp"
#include "tracer/procfs/mapped_devices.hpp"

#include <shimtrace/captured_memory.hpp>

#include <optional>
#include <unordered_map>
#include <vector>

namespace shimtrace::engine {

/// A call that has to be seen for that, reported or not.
struct MemoryCall {
    std::int64_t number = -1;
    enum Effect : std::uint8_t { maps_file, handles_faults, starts_thread } effect{};  ///< maps_file: unless its flags say MAP_ANONYMOUS
    bool arguments_in_memory = false;
};
const std::vector<MemoryCall>& memory_calls(Arch arch);

/// Memory of a tracee: a read never waits for longer than some milliseconds; what it could not have by then counts as unreadable.
class TraceeMemory final : public Memory {
public:
    TraceeMemory(Pid pid, Tid tid, bool at_once) : pid_(pid), tid_(tid), at_once_(at_once) {}
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;

private:
    Pid pid_;
    Tid tid_;
    bool at_once_;
};

/// Of each traced process: whether it has mapped files of file systems that may not answer. Anonymous memory and files of local ones are
/// read at once, as long as nobody maps another; that is seen as it happens.
class AddressSpaces {
public:
    /// `all_threads`: those of each process are traced, all of them.
    explicit AddressSpaces(bool all_threads) : all_threads_(all_threads) {}
    [[nodiscard]] TraceeMemory of(const Tracee& tracee);

    void started(const Tracee& child, Pid parent);
    void entered(Tracee& tracee);
    void returned(Tracee& tracee, std::int64_t result, bool is_error);
    void executed(Pid pid);
    void ended(const Tracee& tracee);

private:
    enum class Risk : std::uint8_t { unknown, none, some };
    struct Space {
        Risk risk = Risk::unknown;
        unsigned mapping = 0;    ///< threads in the midst of mapping a file, with the lock of the mappings held
        MonotonicTime looked{};  ///< in vain
        bool alone = false;      ///< it has no thread but the one that is traced; until that starts one
        bool starts_thread =
            false;  ///< its last call that was seen is one that may: until the next, whether it is alone is asked each time
        bool born_in_sight = false;  ///< by an exec that was seen: whatever it does to its memory is seen too
    };
    bool sees_all(Space& space, Pid pid);
    bool is_alone(Space& space, Pid pid);
    [[nodiscard]] std::optional<std::vector<std::uint64_t>> devices(Space& space, Pid pid, std::optional<RemoteAddress> at);
    Risk look(Space& space, Pid pid, std::optional<RemoteAddress> at);
    Risk look_at_all(Space& space, Pid pid);

    bool all_threads_;
    std::unordered_map<Pid, Space> spaces_;
    host::AnsweringMounts mounts_;
    host::OpenMaps maps_;  ///< of the process that has last mapped a file: a program maps some as it starts
};

}  // namespace shimtrace::engine
