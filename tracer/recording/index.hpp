// Where each block is: from the end of the file, or rebuilt from the blocks' own summaries where that is missing.
#pragma once

#include "tracer/recording/block_source.hpp"

namespace shimtrace::recording {

struct IndexEntry {
    std::uint64_t offset = 0;
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    BlockSummary summary;
};

/// Rising offsets. Leaves the source anywhere; it must be seekable.
std::vector<IndexEntry> load_index(BlockSource& source);

/// Reading that starts there knows every task and every call in flight at `since`, and all that follows.
std::uint64_t start_for(const std::vector<IndexEntry>& index, MonotonicTime since);

}  // namespace shimtrace::recording
