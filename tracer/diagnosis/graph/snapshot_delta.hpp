// What a second look at a host makes of the first: who has moved since, and what was only passing.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <vector>

namespace shimtrace::diagnosis {

/// `later`, with the counters of `earlier` as its threads' first ones: both looks together tell progress from standstill. Files
/// of a container that is just being made or removed, which look broken for moments, are left out unless both looks show the same.
void merge_progress(Snapshot& later, const Snapshot& earlier);

/// Leaves of a look only what a later one is compared to: it is kept beside that, and a host's stacks and descriptors are many megabytes.
void keep_compared(Snapshot& earlier);

/// The containers of `later` that have another shim or another init than in `earlier`, or were not there.
std::vector<ContainerRef> remade_containers(const Snapshot& later, const Snapshot& earlier);

}  // namespace shimtrace::diagnosis
