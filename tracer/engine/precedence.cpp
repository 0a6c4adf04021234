#include "tracer/engine/precedence.hpp"

#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace shimtrace::engine {

namespace {

/// struct sched_attr of linux/sched/types.h in its first size, which every kernel takes; the header declares what glibc's sched.h does too.
struct Attributes {
    std::uint32_t size = sizeof(Attributes), policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0, deadline = 0, period = 0;
};
static_assert(sizeof(Attributes) == 48);

}  // namespace

Precedence::Precedence() {
    Attributes now;
    if (syscall(SYS_sched_getattr, 0, &now, sizeof now, 0) == 0 && now.policy == SCHED_OTHER && now.nice == ordinary && now.flags == 0)
        place_ = ordinary;
}

void Precedence::place(int nice) {
    if (!place_ || *place_ == nice) return;
    Attributes wanted;
    wanted.flags = SCHED_FLAG_RESET_ON_FORK;  // and stays: who may go ahead need not be permitted to clear it (CAP_SYS_NICE)
    wanted.nice = nice;
    if (syscall(SYS_sched_setattr, 0, &wanted, 0) == 0)
        place_ = nice;
    else
        place_.reset();
}

}  // namespace shimtrace::engine
