// ptrace, by its request.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr Variant ptrace_variants[] = {
    {0, "PTRACE_TRACEME", {}},
    {1, "PTRACE_PEEKTEXT"},
    {2, "PTRACE_PEEKDATA"},
    {3, "PTRACE_PEEKUSER"},
    {4, "PTRACE_POKETEXT"},
    {5, "PTRACE_POKEDATA"},
    {6, "PTRACE_POKEUSER"},
    {7, "PTRACE_CONT", {pid("pid"), address("addr"), signal("data")}},
    {8, "PTRACE_KILL", {pid("pid")}},
    {9, "PTRACE_SINGLESTEP", {pid("pid"), address("addr"), signal("data")}},
    {12, "PTRACE_GETREGS"},
    {13, "PTRACE_SETREGS"},
    {14, "PTRACE_GETFPREGS"},
    {15, "PTRACE_SETFPREGS"},
    {16, "PTRACE_ATTACH", {pid("pid")}},
    {17, "PTRACE_DETACH", {pid("pid"), address("addr"), signal("data")}},
    {18, "PTRACE_GETFPXREGS"},
    {19, "PTRACE_SETFPXREGS"},
    {21, "PTRACE_OLDSETOPTIONS", {pid("pid"), address("addr"), flags64("data", ptrace_options)}},
    {24, "PTRACE_SYSCALL", {pid("pid"), address("addr"), signal("data")}},
    {25, "PTRACE_GET_THREAD_AREA"},
    {26, "PTRACE_SET_THREAD_AREA"},
    {30, "PTRACE_ARCH_PRCTL"},
    {31, "PTRACE_SYSEMU", {pid("pid"), address("addr"), signal("data")}},
    {32, "PTRACE_SYSEMU_SINGLESTEP", {pid("pid"), address("addr"), signal("data")}},
    {33, "PTRACE_SINGLEBLOCK", {pid("pid"), address("addr"), signal("data")}},
    {0x4200, "PTRACE_SETOPTIONS", {pid("pid"), address("addr"), flags64("data", ptrace_options)}},
    {0x4201, "PTRACE_GETEVENTMSG"},
    {0x4202, "PTRACE_GETSIGINFO"},
    {0x4203, "PTRACE_SETSIGINFO"},
    {0x4204, "PTRACE_GETREGSET"},
    {0x4205, "PTRACE_SETREGSET"},
    {0x4206, "PTRACE_SEIZE", {pid("pid"), address("addr"), flags64("data", ptrace_options)}},
    {0x4207, "PTRACE_INTERRUPT", {pid("pid")}},
    {0x4208, "PTRACE_LISTEN", {pid("pid")}},
    {0x4209, "PTRACE_PEEKSIGINFO"},
    {0x420a, "PTRACE_GETSIGMASK"},
    {0x420b, "PTRACE_SETSIGMASK"},
    {0x420c, "PTRACE_SECCOMP_GET_FILTER"},
    {0x420d, "PTRACE_SECCOMP_GET_METADATA"},
    {0x420e, "PTRACE_GET_SYSCALL_INFO"},
    {0x420f, "PTRACE_GET_RSEQ_CONFIGURATION"},
    {0x4210, "PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG"},
    {0x4211, "PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG"},
    {0x4212, "PTRACE_SET_SYSCALL_INFO"},
};
static constexpr VariantTable ptrace_by_request{ptrace_variants, "PTRACE_???", 0};

static constexpr SyscallRow ptrace_table[] = {
    {"ptrace", 0, {selector("op"), pid("pid"), address("addr"), address("data")}, ptrace_by_request},
};

constinit const std::span<const SyscallRow> ptrace_rows = ptrace_table;

}  // namespace shimtrace::decoders
