// What a second look at a host makes of the first: who has moved since, and what was only passing.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <vector>

namespace shimtrace::diagnosis {

/// `later`, with the counters of `earlier` as its threads' first ones: both looks together tell progress from standstill. Files
/// of a container that is just being made or removed, which look broken for moments, are left out unless both looks show the same.
void merge_progress(Snapshot& later, const Snapshot& earlier);

/// Of a look only what a later one is compared to: that is kept beside it, and a host's stacks and descriptors are many megabytes. A copy:
/// what stayed in place would hold on to the memory in whose midst it lies.
Snapshot compared_part(const Snapshot& earlier);

/// The containers of `later` that have another shim or another init than in `earlier`, or were not there.
std::vector<ContainerRef> remade_containers(const Snapshot& later, const Snapshot& earlier);

}  // namespace shimtrace::diagnosis
