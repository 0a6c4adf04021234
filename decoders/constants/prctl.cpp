#include "decoders/constants/process.hpp"

namespace shimtrace::decoders {

static constexpr FlagName arch_prctl_codes_rows[] = {
    {0x1001, "ARCH_SET_GS"},
    {0x1002, "ARCH_SET_FS"},
    {0x1003, "ARCH_GET_FS"},
    {0x1004, "ARCH_GET_GS"},
    {0x1011, "ARCH_GET_CPUID"},
    {0x1012, "ARCH_SET_CPUID"},
    {0x1021, "ARCH_GET_XCOMP_SUPP"},
    {0x1022, "ARCH_GET_XCOMP_PERM"},
    {0x1023, "ARCH_REQ_XCOMP_PERM"},
    {0x1024, "ARCH_GET_XCOMP_GUEST_PERM"},
    {0x1025, "ARCH_REQ_XCOMP_GUEST_PERM"},
    {0x11, "ARCH_XCOMP_TILECFG"},
    {0x12, "ARCH_XCOMP_TILEDATA"},
    {0x2001, "ARCH_MAP_VDSO_X32"},
    {0x2002, "ARCH_MAP_VDSO_32"},
    {0x2003, "ARCH_MAP_VDSO_64"},
    {0x4001, "ARCH_GET_UNTAG_MASK"},
    {0x4002, "ARCH_ENABLE_TAGGED_ADDR"},
    {0x4003, "ARCH_GET_MAX_TAG_BITS"},
    {0x4004, "ARCH_FORCE_TAGGED_SVA"},
    {0x5001, "ARCH_SHSTK_ENABLE"},
    {0x5002, "ARCH_SHSTK_DISABLE"},
    {0x5003, "ARCH_SHSTK_LOCK"},
    {0x5004, "ARCH_SHSTK_UNLOCK"},
    {0x5005, "ARCH_SHSTK_STATUS"},
};
const FlagSet arch_prctl_codes{"ARCH_???", arch_prctl_codes_rows};

static constexpr FlagName prctl_options_rows[] = {
    {1, "PR_SET_PDEATHSIG"},
    {2, "PR_GET_PDEATHSIG"},
    {3, "PR_GET_DUMPABLE"},
    {4, "PR_SET_DUMPABLE"},
    {5, "PR_GET_UNALIGN"},
    {6, "PR_SET_UNALIGN"},
    {7, "PR_GET_KEEPCAPS"},
    {8, "PR_SET_KEEPCAPS"},
    {9, "PR_GET_FPEMU"},
    {0xa, "PR_SET_FPEMU"},
    {0xb, "PR_GET_FPEXC"},
    {0xc, "PR_SET_FPEXC"},
    {0xd, "PR_GET_TIMING"},
    {0xe, "PR_SET_TIMING"},
    {0xf, "PR_SET_NAME"},
    {0x10, "PR_GET_NAME"},
    {0x13, "PR_GET_ENDIAN"},
    {0x14, "PR_SET_ENDIAN"},
    {0x15, "PR_GET_SECCOMP"},
    {0x16, "PR_SET_SECCOMP"},
    {0x17, "PR_CAPBSET_READ"},
    {0x18, "PR_CAPBSET_DROP"},
    {0x19, "PR_GET_TSC"},
    {0x1a, "PR_SET_TSC"},
    {0x1b, "PR_GET_SECUREBITS"},
    {0x1c, "PR_SET_SECUREBITS"},
    {0x1d, "PR_SET_TIMERSLACK"},
    {0x1e, "PR_GET_TIMERSLACK"},
    {0x1f, "PR_TASK_PERF_EVENTS_DISABLE"},
    {0x20, "PR_TASK_PERF_EVENTS_ENABLE"},
    {0x21, "PR_MCE_KILL"},
    {0x22, "PR_MCE_KILL_GET"},
    {0x23, "PR_SET_MM"},
    {0x24, "PR_SET_CHILD_SUBREAPER"},
    {0x25, "PR_GET_CHILD_SUBREAPER"},
    {0x26, "PR_SET_NO_NEW_PRIVS"},
    {0x27, "PR_GET_NO_NEW_PRIVS"},
    {0x28, "PR_GET_TID_ADDRESS"},
    {0x29, "PR_SET_THP_DISABLE"},
    {0x2a, "PR_GET_THP_DISABLE"},
    {0x2b, "PR_MPX_ENABLE_MANAGEMENT"},
    {0x2c, "PR_MPX_DISABLE_MANAGEMENT"},
    {0x2d, "PR_SET_FP_MODE"},
    {0x2e, "PR_GET_FP_MODE"},
    {0x2f, "PR_CAP_AMBIENT"},
    {0x32, "PR_SVE_SET_VL"},
    {0x33, "PR_SVE_GET_VL"},
    {0x34, "PR_GET_SPECULATION_CTRL"},
    {0x35, "PR_SET_SPECULATION_CTRL"},
    {0x36, "PR_PAC_RESET_KEYS"},
    {0x37, "PR_SET_TAGGED_ADDR_CTRL"},
    {0x38, "PR_GET_TAGGED_ADDR_CTRL"},
    {0x39, "PR_SET_IO_FLUSHER"},
    {0x3a, "PR_GET_IO_FLUSHER"},
    {0x3b, "PR_SET_SYSCALL_USER_DISPATCH"},
    {0x3c, "PR_PAC_SET_ENABLED_KEYS"},
    {0x3d, "PR_PAC_GET_ENABLED_KEYS"},
    {0x3e, "PR_SCHED_CORE"},
    {0x3f, "PR_SME_SET_VL"},
    {0x40, "PR_SME_GET_VL"},
    {0x41, "PR_SET_MDWE"},
    {0x42, "PR_GET_MDWE"},
    {0x43, "PR_SET_MEMORY_MERGE"},
    {0x44, "PR_GET_MEMORY_MERGE"},
    {0x45, "PR_RISCV_V_SET_CONTROL"},
    {0x46, "PR_RISCV_V_GET_CONTROL"},
    {0x47, "PR_RISCV_SET_ICACHE_FLUSH_CTX"},
    {0x48, "PR_PPC_GET_DEXCR"},
    {0x49, "PR_PPC_SET_DEXCR"},
    {0x4a, "PR_GET_SHADOW_STACK_STATUS"},
    {0x4b, "PR_SET_SHADOW_STACK_STATUS"},
    {0x4c, "PR_LOCK_SHADOW_STACK_STATUS"},
    {0x4d, "PR_TIMER_CREATE_RESTORE_IDS"},
    {0x4e, "PR_FUTEX_HASH"},
    {0x53564d41, "PR_SET_VMA"},
    {0x59616d61, "PR_SET_PTRACER"},
};
const FlagSet prctl_options{"PR_???", prctl_options_rows};

static constexpr FlagName prctl_mm_options_rows[] = {
    {1, "PR_SET_MM_START_CODE"},
    {2, "PR_SET_MM_END_CODE"},
    {3, "PR_SET_MM_START_DATA"},
    {4, "PR_SET_MM_END_DATA"},
    {5, "PR_SET_MM_START_STACK"},
    {6, "PR_SET_MM_START_BRK"},
    {7, "PR_SET_MM_BRK"},
    {8, "PR_SET_MM_ARG_START"},
    {9, "PR_SET_MM_ARG_END"},
    {0xa, "PR_SET_MM_ENV_START"},
    {0xb, "PR_SET_MM_ENV_END"},
    {0xc, "PR_SET_MM_AUXV"},
    {0xd, "PR_SET_MM_EXE_FILE"},
    {0xe, "PR_SET_MM_MAP"},
    {0xf, "PR_SET_MM_MAP_SIZE"},
};
const FlagSet prctl_mm_options{"PR_SET_MM_???", prctl_mm_options_rows};

static constexpr FlagName prctl_ambient_options_rows[] = {
    {1, "PR_CAP_AMBIENT_IS_SET"},
    {2, "PR_CAP_AMBIENT_RAISE"},
    {3, "PR_CAP_AMBIENT_LOWER"},
    {4, "PR_CAP_AMBIENT_CLEAR_ALL"},
};
const FlagSet prctl_ambient_options{"PR_CAP_AMBIENT_???", prctl_ambient_options_rows};

static constexpr FlagName prctl_dumpable_rows[] = {
    {0, "SUID_DUMP_DISABLE"},
    {1, "SUID_DUMP_USER"},
    {2, "SUID_DUMP_ROOT"},
};
const FlagSet prctl_dumpable{"SUID_DUMP_???", prctl_dumpable_rows};

static constexpr FlagName prctl_vma_options_rows[] = {
    {0, "PR_SET_VMA_ANON_NAME"},
};
const FlagSet prctl_vma_options{"PR_SET_VMA_???", prctl_vma_options_rows};

static constexpr FlagName secure_bits_rows[] = {
    {1, "SECBIT_NOROOT"},
    {2, "SECBIT_NOROOT_LOCKED"},
    {4, "SECBIT_NO_SETUID_FIXUP"},
    {8, "SECBIT_NO_SETUID_FIXUP_LOCKED"},
    {0x10, "SECBIT_KEEP_CAPS"},
    {0x20, "SECBIT_KEEP_CAPS_LOCKED"},
    {0x40, "SECBIT_NO_CAP_AMBIENT_RAISE"},
    {0x80, "SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED"},
};
const FlagSet secure_bits{"SECBIT_???", secure_bits_rows};

static constexpr FlagName speculation_features_rows[] = {
    {0, "PR_SPEC_STORE_BYPASS"},
    {1, "PR_SPEC_INDIRECT_BRANCH"},
    {2, "PR_SPEC_L1D_FLUSH"},
};
const FlagSet speculation_features{"PR_SPEC_???", speculation_features_rows};

static constexpr FlagName speculation_controls_rows[] = {
    {1, "PR_SPEC_PRCTL"},
    {2, "PR_SPEC_ENABLE"},
    {4, "PR_SPEC_DISABLE"},
    {8, "PR_SPEC_FORCE_DISABLE"},
    {0x10, "PR_SPEC_DISABLE_NOEXEC"},
};
const FlagSet speculation_controls{"PR_SPEC_???", speculation_controls_rows};

static constexpr FlagName thp_disable_flags_rows[] = {
    {2, "PR_THP_DISABLE_EXCEPT_ADVISED"},
};
const FlagSet thp_disable_flags{"PR_THP_???", thp_disable_flags_rows};

}  // namespace shimtrace::decoders
