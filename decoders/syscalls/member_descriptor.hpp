// A descriptor within a struct that a call is handed.
#pragma once

#include "decoders/syscalls/call.hpp"
#include "decoders/syscalls/structs.hpp"

#include <vector>

namespace shimtrace::decoders {

/// The one at `offset` of the struct that the argument points to.
template <std::size_t offset>
void collect_member(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    constexpr std::size_t end = offset + sizeof(std::int32_t);
    const auto bytes = slot.value != 0 ? call.bytes_at_entry(slot.value, end) : std::nullopt;
    if (bytes && bytes->size() >= end) into.push_back(Fd{value_at<std::int32_t>(*bytes, offset)});
}

}  // namespace shimtrace::decoders
