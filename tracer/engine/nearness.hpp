// The tracer on the CPU of whom it serves, where others want the CPUs as well.
#pragma once

#include <shimtrace/types.hpp>

namespace shimtrace::engine {

/// Where tracer and tracee are on two CPUs, each stop wakes the one and each resumption the other behind whatever else runs there: on a
/// busy machine most of what tracing takes. The scheduler draws both to one CPU, and its balancing parts them again for long. So it is
/// looked now and then where the tracee ran, and the tracer moves there. Tracees are left where they are, and the tracer's affinity as it
/// is.
class Nearness {
public:
    /// `tid` is stopped, and the calling thread serves it.
    void serves(Tid tid) {
        if (++served_ % stops_between_looks == 0) move_to(tid);
    }
    /// The same of one that the kernel has just chosen a CPU for, mostly another than ours: a child, a program that starts.
    void placed(Tid tid) {
        served_ = 0;
        move_to(tid);
    }

private:
    static constexpr unsigned stops_between_looks = 32;  ///< a look takes some 10 µs

    static void move_to(Tid tid);

    unsigned served_ = 0;
};

}  // namespace shimtrace::engine
