// Which container's stream a goroutine of dockerd copies, by the fifo that it reads.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

namespace shimtrace::golang {

/// What the path of a stream's fifo tells: "/run/docker/containerd/ID/init-stdout", or EXEC-stdout. Empty id: it is none.
GoroutinePurpose stream_by_fifo(std::string_view path);

/// Fills detail, container and exec of the goroutines that are stream copiers, whatever they wait for.
void find_copied_streams(const RuntimeState& state, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
                         const Memory& memory);

}  // namespace shimtrace::golang
