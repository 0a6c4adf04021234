// What shims themselves hold of their containers.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <algorithm>

namespace shimtrace::diagnosis {

/// nullptr: it was not read.
inline const ShimTask* task_of(const Process& shim, const ContainerRef& container) {
    const auto found = std::ranges::find(shim.tasks, container.id, &ShimTask::container);
    return found == shim.tasks.end() ? nullptr : &*found;
}

/// That its process has ended.
inline bool is_told(const ShimTask& task) {
    return task.state == "stopped";
}

}  // namespace shimtrace::diagnosis
