// What our program tells of a task, byte for byte (task_program.cpp), before it is a TaskRow (tasks.cpp).
#pragma once

#include "tracer/bpf/tasks.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace shimtrace::bpf {

constexpr std::size_t most_levels = 4, most_frames = 24;

/// struct upid.
struct Number {
    std::int32_t number;
    std::uint32_t padding;
    std::uint64_t name_space;
};

/// What the program writes of a task.
struct WrittenTask {
    std::uint64_t start_time, on_cpu, run_delay, voluntary, involuntary, delays;
    std::uint64_t voluntary_before, involuntary_before;  ///< threads: when its stack was looked at
    std::uint64_t pending, shared_pending, blocked, ignored, caught;
    KernelPlace exe, cwd, root;
    std::uint64_t cgroups;
    std::array<std::uint64_t, 6> arguments;
    std::uint64_t number, stack_pointer, instruction_pointer;
    std::array<Number, most_levels> numbers;
    std::int32_t pid, tid, parent, tracer, process_group, session;
    std::uint32_t level, state, exit_state, flags, traced;
    std::uint32_t tty_major, tty_first, tty_index;
    std::uint32_t user, saved_user, effective_user;
    std::uint32_t mount_ns, pid_ns, net_ns, user_ns, cgroup_ns;
    std::array<char, 16> comm;
};
static_assert(sizeof(WrittenTask) % sizeof(std::uint64_t) == 0);

/// Before that, where threads are asked for: how many bytes of return addresses follow.
using StackSize = std::uint64_t;

}  // namespace shimtrace::bpf
