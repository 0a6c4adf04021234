// google.rpc.Code: how ttrpc's and gRPC's calls end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shimtrace::wire {

/// "NOT_FOUND" …; "code 42" where there is no such name. 0: "OK".
std::string status_code_name(std::int64_t code);

}  // namespace shimtrace::wire
