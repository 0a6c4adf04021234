// The bytes that a call moved through a descriptor, whichever call it was: what decoders of streams are fed with.
#pragma once

#include <shimtrace/event.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace shimtrace::decoders {

struct Transfer {
    Fd fd{-1};
    bool written = false;
    std::vector<std::byte> bytes;  ///< in the order of the stream, as far as they were captured without a gap
    std::size_t missing = 0;       ///< bytes that were moved after them and not captured
    bool end = false;              ///< a read that found the stream's end
};

/// The buffers that a call filled or took, for dumps of them: those of calls at an offset (pread64) as well.
struct MovedParts {
    Fd fd{-1};
    bool written = false;
    bool vector = false;                            ///< of an iovec, not one buffer
    std::vector<std::span<const std::byte>> parts;  ///< as far as they were captured; they live as long as the events
};

/// nullopt: it failed, or it is no such call.
std::optional<MovedParts> moved_parts(const Event& enter, const Event& exit);

/// Whether a call moves bytes through its first argument, a descriptor, in the order of a stream: read, writev, recvmsg …
bool moves_bytes(Arch arch, std::int64_t number);
/// Of those: whether it takes bytes from the caller.
bool writes_bytes(Arch arch, std::int64_t number);

/// Whether it is one of the calls of sockets alone that do so: sendto, recvmsg, sendmmsg …
bool is_socket_message(Arch arch, std::int64_t number);

/// What a call that returned has moved. nullopt: nothing (it failed, it only peeked, or it is no such call).
std::optional<Transfer> transfer(const Event& enter, const Event& exit);

}  // namespace shimtrace::decoders
