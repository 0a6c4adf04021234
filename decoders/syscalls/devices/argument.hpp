// Commands of ioctl to devices and file systems whose argument a row describes.
#pragma once

#include "decoders/syscalls/row.hpp"

namespace shimtrace::decoders::types {

/// ioctl's third argument, for a command without a form of its own: by its row, or a number. Of a command that fills it, nothing is shown
/// at entry; `device_out` shows it at exit.
extern const ArgumentType device_in, device_out;

}  // namespace shimtrace::decoders::types
