// What a sleep in the kernel is for, by the functions on its stack; and who has the kernel's lock that it is for.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <string>
#include <vector>

namespace shimtrace::diagnosis::produce {

/// "; state D: no signal ends it; it waits for the network's configuration lock (rtnl_lock)".
std::string sleep_words(const Thread& thread);
/// "; sda1 has 3 reads and 5 writes in flight"; empty where that is not known.
std::string device_words(const Facts& facts, std::uint64_t device, int depth = 0);
/// Where the kernel's log, or the stack of another thread, tells who has, likely, the lock that the thread waits for: the edges to those,
/// made of `wait`. False: it is not known who has it; `wait` says so, where it is known for what the thread waits.
bool follow_kernel_lock(const Context& look, const Process& process, const Thread& thread, Wait& wait, std::vector<Wait>& out);

}  // namespace shimtrace::diagnosis::produce
