#include "decoders/messages/rpc_status.hpp"

#include <array>

namespace shimtrace::wire {

std::string status_code_name(std::int64_t code) {
    constexpr std::array<std::string_view, 17> names{
        "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED"};
    const bool known = code >= 0 && static_cast<std::size_t>(code) < names.size();
    return known ? std::string(names[static_cast<std::size_t>(code)]) : "code " + std::to_string(code);
}

}  // namespace shimtrace::wire
