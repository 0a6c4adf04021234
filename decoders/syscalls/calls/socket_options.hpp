// Options of sockets, and lengths that a call changes: getsockopt's, accept's.
#pragma once

#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/call.hpp"

#include <optional>

namespace shimtrace::decoders {

/// A length behind a pointer, read before and after.
struct Lengths {
    std::optional<std::int32_t> before, after;
};
inline Lengths lengths_at(const Call& call, std::uint64_t address) {
    if (address == 0) return {};
    return {call.value_at_entry<std::int32_t>(address),
            call.exit() ? call.exit()->memory.value<std::int32_t>(RemoteAddress{address}) : std::nullopt};
}

namespace types {
extern const ArgumentType socket_option, socket_value_in, socket_value_out;
}  // namespace types

}  // namespace shimtrace::decoders
