// Test cases that need more of the kernel than every kernel has.
#pragma once

#include <doctest/doctest.h>

#include <unistd.h>

#include <string>

namespace shimtrace::test {

/// Why the kernel can't do it (`what` is a word of scripts/kernel-can), as "kernel: …"; empty where it can.
std::string kernel_lacks(const std::string& what);

}  // namespace shimtrace::test

/// Ends the test case, as one that is skipped, where the kernel can't do `what`.
#define SKIP_UNLESS_KERNEL_CAN(what)                                                             \
    do {                                                                                         \
        if (const std::string lacking = shimtrace::test::kernel_lacks(what); !lacking.empty()) { \
            MESSAGE("skip ", lacking);                                                           \
            return;                                                                              \
        }                                                                                        \
    } while (false)

/// The same where it is not root, or the kernel's own tables can't be asked (tracer/bpf).
#define SKIP_UNLESS_TABLES_TELL                  \
    do {                                         \
        if (::geteuid() != 0) {                  \
            MESSAGE("skip needs root");          \
            return;                              \
        }                                        \
        SKIP_UNLESS_KERNEL_CAN("bpf-iterators"); \
    } while (false)
