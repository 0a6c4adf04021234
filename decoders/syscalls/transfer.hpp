// The bytes that a call moved through a descriptor, whichever call it was: what decoders of streams are fed with.
#pragma once

#include <shimtrace/event.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace shimtrace::decoders {

struct Transfer {
    Fd fd{-1};
    bool written = false;
    std::vector<std::byte> bytes;  ///< in the order of the stream, as far as they were captured without a gap
    std::size_t missing = 0;       ///< bytes that were moved after them and not captured
    bool end = false;              ///< a read that found the stream's end
};

/// Whether a call moves bytes through its first argument, a descriptor, in the order of a stream: read, writev, recvmsg …
bool moves_bytes(Arch arch, std::int64_t number);
/// The names of those that do.
std::vector<std::string_view> moving_calls();
/// Of those: whether it takes bytes from the caller.
bool writes_bytes(Arch arch, std::int64_t number);

/// What a call that returned has moved. nullopt: nothing (it failed, it only peeked, or it is no such call).
std::optional<Transfer> transfer(const Event& enter, const Event& exit);

}  // namespace shimtrace::decoders
