// CPUs that do not halt while they idle: a tracee that is to go on then goes on at once.
#pragma once

namespace shimtrace::engine {

/// Under a hypervisor an idle CPU that halts is given away, and waking it takes far longer than serving a stop (some 40 µs
/// against 5). The kernel can be asked to poll instead (PM QoS: /dev/cpu_dma_latency); that holds for all CPUs, so it is
/// asked on small machines only, and the kernel drops it with the process, however that ends.
/// One at a time: a signal's handler has no other way to it.
class IdlePolling {
public:
    IdlePolling() = default;
    ~IdlePolling() { release(); }
    IdlePolling(const IdlePolling&) = delete;
    IdlePolling& operator=(const IdlePolling&) = delete;

    /// Whether it helps here, and is permitted.
    [[nodiscard]] static bool available();
    void hold();
    void release() { release_held(); }
    /// The object that holds it. Safe in a signal's handler, on the thread that holds.
    static void release_held();
};

}  // namespace shimtrace::engine
