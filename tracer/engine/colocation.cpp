#include "tracer/engine/colocation.hpp"

namespace shimtrace::engine {

Colocation::Colocation(int cpu) : cpu_(cpu >= 0 && cpu < CPU_SETSIZE ? cpu : sched_getcpu()) {
    CPU_SET(static_cast<unsigned>(cpu_), &here_);
    sched_getaffinity(0, sizeof former_, &former_);
    sched_setaffinity(0, sizeof here_, &here_);
}

Colocation::~Colocation() {
    sched_setaffinity(0, sizeof former_, &former_);
}

void Colocation::join(Tracee& tracee) const {
    cpu_set_t before;
    if (sched_getaffinity(tracee.tid().value, sizeof before, &before) != 0) return;
    if (sched_setaffinity(tracee.tid().value, sizeof here_, &here_) == 0) tracee.former_cpus = before;
}

void Colocation::leave(const Tracee& tracee) const {
    cpu_set_t now;
    if (!tracee.former_cpus || sched_getaffinity(tracee.tid().value, sizeof now, &now) != 0) return;
    if (CPU_EQUAL(&now, &here_)) sched_setaffinity(tracee.tid().value, sizeof *tracee.former_cpus, &*tracee.former_cpus);
}

}  // namespace shimtrace::engine
