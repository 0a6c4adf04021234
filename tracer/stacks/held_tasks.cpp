#include "tracer/stacks/held_tasks.hpp"

#include "tracer/procfs/process_memory.hpp"
#include "tracer/stacks/binary_cache.hpp"
#include "tracer/stacks/mappings.hpp"

#include "decoders/golang/shim_heap.hpp"

namespace shimtrace::stacks {
namespace {

/// Where the runtime asks for its arenas first (runtime/malloc.go, mallocinit); a shim's are all there.
constexpr golang::AddressRange arenas{0xc0'0000'0000, 0xe0'0000'0000};
constexpr std::uint64_t most_heap = std::uint64_t{256} << 20;

std::vector<golang::AddressRange> heap_of(Pid pid) {
    std::vector<golang::AddressRange> ranges;
    std::uint64_t all = 0;
    for (const Mapping& mapping : read_mappings(pid)) {
        if (!mapping.path.empty() && !mapping.path.starts_with("[anon")) continue;
        if (!arenas.contains(mapping.begin) || all + (mapping.end - mapping.begin) > most_heap) continue;
        all += mapping.end - mapping.begin;
        ranges.push_back({mapping.begin, mapping.end});
    }
    return ranges;
}

}  // namespace

std::vector<ShimTask> read_shim_tasks(Pid shim, BinaryCache& cache, std::span<const std::string> containers) {
    const auto learned = learned_binary(shim, cache);
    if (!learned || !(*learned)->go) return {};
    const golang::GoBinary& binary = *(*learned)->go;
    const host::PatientMemory memory(shim, leader(shim));
    return golang::find_shim_tasks(binary, load_bias(shim, binary), memory, heap_of(shim), containers);
}

}  // namespace shimtrace::stacks
