// What a frozen cgroup is.
#pragma once

#include <shimtrace/cgroup.hpp>

namespace shimtrace {

/// Or being frozen: who is in it does not run any more.
inline bool is_frozen(const Cgroup& cgroup) {
    return cgroup.freezer_state == "FROZEN" || cgroup.freezer_state == "FREEZING";
}

}  // namespace shimtrace
