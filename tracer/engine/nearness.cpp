#include "tracer/engine/nearness.hpp"

#include "tracer/procfs/task_files.hpp"

#include <sched.h>

namespace shimtrace::engine {

void Nearness::move_to(Tid tid) {
    const auto stat = host::task_stat(tid);
    if (!stat || stat->cpu < 0 || stat->cpu >= CPU_SETSIZE || stat->cpu == sched_getcpu()) return;
    cpu_set_t allowed, there;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || !CPU_ISSET(static_cast<unsigned>(stat->cpu), &allowed)) return;
    CPU_ZERO(&there);
    CPU_SET(static_cast<unsigned>(stat->cpu), &there);
    if (sched_setaffinity(0, sizeof there, &there) == 0) sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace shimtrace::engine
