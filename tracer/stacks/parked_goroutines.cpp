#include "tracer/stacks/parked_goroutines.hpp"

#include "tracer/procfs/process_memory.hpp"
#include "tracer/stacks/binary_cache.hpp"

namespace shimtrace::stacks {

namespace {

std::optional<golang::RuntimeLocation> locate(Pid pid, BinaryCache& binaries, const Memory& memory) {
    const auto learned = learned_binary(pid, binaries);
    if (!learned || !(*learned)->go) return std::nullopt;
    auto location = golang::locate_runtime(*(*learned)->go, memory, load_bias(pid, *(*learned)->go));
    return location ? std::optional(std::move(*location)) : std::nullopt;
}

}  // namespace

ParkedGoroutineReader::ParkedGoroutineReader(BinaryCache& binaries) : binaries_(binaries) {}
ParkedGoroutineReader::~ParkedGoroutineReader() = default;

std::optional<golang::ParkedGoroutines> ParkedGoroutineReader::read(Pid pid, std::uint64_t start_time) {
    const host::PatientMemory memory(pid, leader(pid));
    const auto [at, fresh] = known_.try_emplace({pid, start_time});
    Known& known = at->second;
    if (fresh) known.location = locate(pid, binaries_, memory);
    known.read_since = true;
    if (!known.location) return std::nullopt;
    auto parked = golang::parked_goroutines(*known.location, memory);
    if (parked) return std::move(*parked);
    known_.erase(at);  // it may run another program than when it was seen first
    return std::nullopt;
}

void ParkedGoroutineReader::forget_others() {
    std::erase_if(known_, [](const auto& one) { return !one.second.read_since; });
    for (auto& [process, known] : known_) known.read_since = false;
}

}  // namespace shimtrace::stacks
