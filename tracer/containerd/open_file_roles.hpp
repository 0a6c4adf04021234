// Which part each descriptor of a snapshot plays. Processes have their roles already.
#pragma once

#include <shimtrace/snapshot.hpp>

namespace shimtrace::containerd {

void assign_target_roles(Snapshot& snapshot);

}  // namespace shimtrace::containerd
