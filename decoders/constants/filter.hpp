// Names of the constants of classic BPF: linux/bpf_common.h, linux/filter.h.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet filter_classes, filter_sizes, filter_modes, filter_sources, filter_arithmetic, filter_jumps, filter_returns,
    filter_transfers, filter_ancillary;

}  // namespace shimtrace::decoders
