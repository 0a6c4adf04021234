// The programs that we have the kernel run, made once: the kernel that runs stays the same.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace shimtrace::bpf {

struct KernelProgram {
    std::uint32_t table = 0;  ///< the number of the kernel's function that it is for (bpf_iter_task_file …)
    std::vector<bpf_insn> instructions;
};

/// nullopt: this kernel does not tell its types, or has others than the program wants.
struct Programs {
    std::optional<KernelProgram> open_files;
    std::optional<KernelProgram> processes;  ///< their first threads
    std::optional<KernelProgram> threads;
};
const Programs& programs();

/// False where the environment (SHIMTRACE_NO_BPF) forbids it.
bool is_wanted();

}  // namespace shimtrace::bpf
