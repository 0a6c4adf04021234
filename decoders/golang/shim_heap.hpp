// What containerd's shim for runc itself holds of its containers: the state of each process.Init in its heap.
#pragma once

#include "decoders/golang/binary.hpp"

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/snapshot.hpp>

#include <string>
#include <vector>

namespace shimtrace::golang {

/// One for each of `containers`; an empty state: no object of the heap tells one, or two tell different ones. `heap`: where Go's objects
/// may lie. Each find is proved by its own pointers: a state names the Init that has it, and that Init the container.
std::vector<ShimTask> find_shim_tasks(const GoBinary& binary, std::uint64_t load_bias, const Memory& memory,
                                      std::span<const AddressRange> heap, std::span<const std::string> containers);

}  // namespace shimtrace::golang
