// Names of the constants in struct perf_event_attr.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet perf_branches, perf_breakpoints, perf_cache_operations, perf_cache_results, perf_caches, perf_hardware, perf_reads,
    perf_samples, perf_sizes, perf_software, perf_types;

}  // namespace shimtrace::decoders
