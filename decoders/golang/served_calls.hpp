// Which request a goroutine of a daemon is at work on: from the generated handler on its stack, and the request that its frames hold.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

#include <span>
#include <string_view>

namespace shimtrace::golang {

/// Service and method by a function's name; empty: it is no handler's.
struct HandledMethod {
    std::string_view service, method;
};
HandledMethod handled_method(std::string_view function);

void find_served_calls(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks,
                       std::span<Goroutine> goroutines, const Memory& memory);

}  // namespace shimtrace::golang
