// Pointers that a frame keeps, and what they lead to.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/captured_memory.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shimtrace::golang {

/// Aligned, and not of the first page, which nobody has.
constexpr bool may_be_object(std::uint64_t address) {
    return address >= 4096 && address % 8 == 0;
}

/// Aligned words of a frame and of the argument slots above it that may be pointers; each once, in stack order.
std::vector<std::uint64_t> frame_pointers(const CapturedGoroutine& g, const PhysicalFrame& frame);

/// The text of a Go string whose header is {pointer, length} at `offset` of `object`; nullopt: empty, longer than `most`, unreadable, or
/// with bytes that are not printable ASCII.
std::optional<std::string> printable_string(const Memory& memory, Bytes object, std::size_t offset, std::size_t most);

}  // namespace shimtrace::golang
