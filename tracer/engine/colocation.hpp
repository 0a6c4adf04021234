// Tracer and tracees on one CPU: then a stop costs no wake-up of another CPU, which is most of its price.
#pragma once

#include "tracer/engine/tracee.hpp"

#include <sched.h>

#include <optional>

namespace shimtrace::engine {

/// The calling thread, and whoever is put there with it, on one CPU. Our own affinity is restored when this goes out of
/// scope, a tracee's by leave(). Should shimtrace be killed before, the tracees stay on that CPU: therefore only on request.
class Colocation {
public:
    /// `cpu` -1: the one that the caller runs on.
    explicit Colocation(int cpu);
    ~Colocation();
    Colocation(const Colocation&) = delete;
    Colocation& operator=(const Colocation&) = delete;

    [[nodiscard]] int cpu() const { return cpu_; }
    /// A thread found at attach moves here.
    void join(Tracee& tracee) const;
    /// A command that we start was put here already, from where we were ourselves.
    void started(Tracee& tracee) const { tracee.former_cpus = former_; }
    /// Back to where the thread was allowed to run, unless it has chosen anew meanwhile.
    void leave(const Tracee& tracee) const;

private:
    int cpu_;
    cpu_set_t here_{};
    cpu_set_t former_{};
};

}  // namespace shimtrace::engine
