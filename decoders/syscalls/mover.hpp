// Calls by what their second argument holds.
#pragma once

#include "decoders/syscalls/call_facts.hpp"

namespace shimtrace::decoders {

struct SyscallRow;

/// By its type, whether or not the bytes are followed.
struct Mover {
    MovedShape shape{};
    bool written = false;
};

/// nullopt: no bytes that go through its first argument.
std::optional<Mover> mover_of(Arch arch, std::int64_t number);
std::optional<Mover> mover_of(const SyscallRow& row);

}  // namespace shimtrace::decoders
