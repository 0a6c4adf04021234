// quotactl's arguments, by its command.
#pragma once

#include "decoders/syscalls/row.hpp"

namespace shimtrace::decoders::types {

/// `other`: the place of the command.
extern const ArgumentType quota_command, quota_id, quota_in, quota_out;

}  // namespace shimtrace::decoders::types
