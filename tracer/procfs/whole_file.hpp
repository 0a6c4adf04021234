// All of what is to be read from a descriptor, or written to one, however few bytes the kernel moves at a time.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace shimtrace::host {

/// Until its end. EFBIG: there are more than `most` bytes. `expected`: so many are likely, which saves copying.
OrErrno<std::string> read_whole(int fd, std::size_t most, std::size_t expected = 0);

/// The errno that stopped it; 0: all of it is written.
int write_whole(int fd, std::string_view text);

}  // namespace shimtrace::host
