#include "tracer/engine/seccomp_filter.hpp"
#include "tracer/procfs/observer.hpp"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cstddef>
#include <cstdint>

namespace shimtrace::engine {

namespace {

sock_filter statement(unsigned code, std::size_t value) {
    return {static_cast<std::uint16_t>(code), 0, 0, static_cast<std::uint32_t>(value)};
}

sock_filter jump(unsigned test, std::size_t value, std::uint8_t if_true, std::uint8_t if_false) {
    return {static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), if_true, if_false, static_cast<std::uint32_t>(value)};
}

const sock_filter trace_it = statement(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
const sock_filter allow_it = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

/// Decides by the number, which is loaded already. The numbers of a set are few ranges, tried from the lowest on.
std::vector<sock_filter> decide(const SyscallSet& calls) {
    std::vector<sock_filter> program;
    for (std::size_t first = 0; first < calls.size(); ++first) {
        if (!calls.test(first)) continue;
        std::size_t last = first;
        while (last + 1 < calls.size() && calls.test(last + 1)) ++last;
        program.push_back(jump(BPF_JGT, last, 3, 0));
        program.push_back(jump(BPF_JGE, first, 0, 1));
        program.push_back(trace_it);
        program.push_back(allow_it);
        first = last;
    }
    // Whatever no table names is of interest; so is a number with x32's bit.
    program.push_back(jump(BPF_JGE, calls.size(), 0, 1));
    program.push_back(trace_it);
    program.push_back(allow_it);
    return program;
}

}  // namespace

std::vector<sock_filter> seccomp_filter(const StoppingCalls& native, const StoppingCalls& compat) {
    const sock_filter load_arch = statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
    const sock_filter load_number = statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    std::vector<sock_filter> program{load_arch};
    const sock_filter load_map_flags = statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[3]));
    const auto add = [&](std::uint32_t arch, const StoppingCalls& stopping) {
        std::vector<sock_filter> decision = decide(stopping.calls);
        if (stopping.file_mapping >= 0) {
            const auto number = static_cast<std::size_t>(stopping.file_mapping);
            decision.insert(decision.begin(),
                            {jump(BPF_JEQ, number, 0, 4), load_map_flags, jump(BPF_JSET, MAP_ANONYMOUS, 1, 0), trace_it, load_number});
        }
        // A conditional jump reaches 255 instructions, an unconditional one any.
        program.push_back(jump(BPF_JEQ, arch, 1, 0));
        program.push_back(statement(BPF_JMP | BPF_JA, decision.size() + 1));
        program.push_back(load_number);
        program.insert(program.end(), decision.begin(), decision.end());
    };
    add(native_arch == Arch::aarch64 ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_X86_64, native);
    add(native_arch == Arch::aarch64 ? AUDIT_ARCH_ARM : AUDIT_ARCH_I386, compat);
    program.push_back(trace_it);
    return program;
}

bool filter_takes_no_privileges() {
    if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) return true;
    return (host::observer().capabilities >> CAP_SYS_ADMIN & 1) != 0;
}

}  // namespace shimtrace::engine
