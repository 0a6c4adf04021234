#include "tracer/engine/address_spaces.hpp"

#include "decoders/syscalls/table.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/process_memory.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::engine {
namespace {

/// For an argument: it is one of many, and everybody else waits.
constexpr Nanoseconds argument_patience = std::chrono::milliseconds(5);
constexpr Nanoseconds look_again_after = std::chrono::seconds(1);

struct MemoryRow {
    std::string_view name;
    MemoryCall::Effect effect;
};
constexpr auto memory_rows = std::to_array<MemoryRow>({{"mmap", MemoryCall::maps_file},
                                                       {"mmap2", MemoryCall::maps_file},
                                                       {"userfaultfd", MemoryCall::handles_faults},
                                                       {"clone", MemoryCall::starts_thread},
                                                       {"clone3", MemoryCall::starts_thread}});

std::vector<MemoryCall> calls_of(Arch arch) {
    std::vector<MemoryCall> calls;
    for (const MemoryRow& row : memory_rows)
        // i386's first mmap, which mmap2 has replaced, points to its arguments.
        if (const auto number = decoders::syscall_number(arch, row.name))
            calls.push_back({*number, row.effect, arch == Arch::i386 && row.name == "mmap"});
    return calls;
}

const MemoryCall* find_call(const Event& event) {
    for (const MemoryCall& call : memory_calls(event.arch)) {
        if (call.number != event.number) continue;
        const bool anonymous = call.effect == MemoryCall::maps_file && !call.arguments_in_memory && (event.args[3] & MAP_ANONYMOUS) != 0;
        return anonymous ? nullptr : &call;
    }
    return nullptr;
}

/// One that has no other thread stands still as we look: nobody can hold the lock of its mappings.
bool has_one_thread(Pid pid) {
    struct stat tasks;
    return ::stat(host::proc_path(pid, "task").c_str(), &tasks) == 0 && tasks.st_nlink == 3;
}

}  // namespace

const std::vector<MemoryCall>& memory_calls(Arch arch) {
    if (is_32_bit(arch)) {
        static const auto compat = calls_of(compat_arch);
        return compat;
    }
    static const auto native = calls_of(native_arch);
    return native;
}

void TraceeMemory::read(std::span<ReadRequest> requests) const {
    if (at_once_) return host::ProcessMemory(tid_).read(requests);
    host::PatientMemory(pid_, tid_, argument_patience).read(requests);
}

TraceeMemory AddressSpaces::of(const Tracee& tracee) {
    Space& space = spaces_[tracee.pid];
    // One that did not stop may itself hold the lock.
    if (!tracee.stopped || space.mapping != 0 || !sees_all(space, tracee.pid)) return {tracee.pid, tracee.tid(), false};
    if (space.risk == Risk::unknown) {
        const MonotonicTime now = host::monotonic_now();
        if (space.looked == MonotonicTime{} || now - space.looked > look_again_after) {
            space.risk = look_at_all(space, tracee.pid);
            space.looked = now;
        }
    }
    return {tracee.pid, tracee.tid(), space.risk == Risk::none};
}

/// Whether nothing is mapped that is not seen.
bool AddressSpaces::sees_all(Space& space, Pid pid) {
    return all_threads_ || is_alone(space, pid);
}

bool AddressSpaces::is_alone(Space& space, Pid pid) {
    if (space.alone) return true;
    const bool alone = has_one_thread(pid);
    space.alone = alone && !space.starts_thread;
    return alone;
}

std::optional<std::vector<std::uint64_t>> AddressSpaces::devices(Space& space, Pid pid, std::optional<RemoteAddress> at) {
    if (!is_alone(space, pid)) return host::mapped_devices_in_time(pid, at, 4 * argument_patience);
    if (at) {
        if (maps_.pid() != pid) maps_ = host::OpenMaps(pid);
        if (auto found = maps_.devices_at(*at)) return found;
    }
    return host::mapped_devices(pid);
}

AddressSpaces::Risk AddressSpaces::look(Space& space, Pid pid, std::optional<RemoteAddress> at) {
    const auto devices = this->devices(space, pid, at);
    if (!devices) return Risk::unknown;
    return std::ranges::all_of(*devices, [&](std::uint64_t device) { return mounts_.device(device); }) ? Risk::none : Risk::some;
}

AddressSpaces::Risk AddressSpaces::look_at_all(Space& space, Pid pid) {
    const Risk files = look(space, pid, std::nullopt);
    if (files != Risk::none || space.born_in_sight) return files;
    const auto faults = host::has_user_faults_in_time(pid, 4 * argument_patience);
    return !faults ? Risk::unknown : *faults ? Risk::some : Risk::none;
}

void AddressSpaces::started(const Tracee& child, Pid parent) {
    const auto found = spaces_.find(parent);
    if (child.pid == parent) {
        if (found != spaces_.end()) found->second.alone = false;
        return;
    }
    spaces_[child.pid] = {.risk = found == spaces_.end() ? Risk::unknown : found->second.risk,
                          .born_in_sight = found != spaces_.end() && found->second.born_in_sight};
}

void AddressSpaces::entered(Tracee& tracee) {
    const MemoryCall* call = find_call(tracee.enter);
    Space& space = spaces_[tracee.pid];
    space.starts_thread = call != nullptr && call->effect == MemoryCall::starts_thread;
    if (call == nullptr) return;
    if (space.starts_thread) space.alone = false;
    if (call->effect == MemoryCall::handles_faults) space.risk = Risk::some;
    if (call->effect != MemoryCall::maps_file) return;
    ++space.mapping;
    tracee.maps_file = true;
}

void AddressSpaces::returned(Tracee& tracee, std::int64_t result, bool is_error) {
    if (!tracee.maps_file) return;
    tracee.maps_file = false;
    Space& space = spaces_[tracee.pid];
    space.mapping -= space.mapping != 0 ? 1 : 0;
    if (is_error || space.risk != Risk::none) return;
    space.risk = look(space, tracee.pid, RemoteAddress{static_cast<std::uint64_t>(result)});
    space.looked = {};
}

void AddressSpaces::executed(Pid pid) {
    spaces_[pid] = {.born_in_sight = true};
    if (maps_.pid() == pid) maps_ = {};  // those of the former program
}

void AddressSpaces::ended(const Tracee& tracee) {
    const auto found = spaces_.find(tracee.pid);
    if (found == spaces_.end()) return;
    if (tracee.maps_file && found->second.mapping != 0) --found->second.mapping;
    if (tracee.tid() != leader(tracee.pid)) return;
    if (maps_.pid() == tracee.pid) maps_ = {};
    spaces_.erase(found);
}

}  // namespace shimtrace::engine
