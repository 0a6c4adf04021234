#include "decoders/constants/process.hpp"

namespace shimtrace::decoders {

static constexpr FlagName clone_flags_rows[] = {
    {0x100, "CLONE_VM"},
    {0x200, "CLONE_FS"},
    {0x400, "CLONE_FILES"},
    {0x800, "CLONE_SIGHAND"},
    {0x1000, "CLONE_PIDFD"},
    {0x2000, "CLONE_PTRACE"},
    {0x4000, "CLONE_VFORK"},
    {0x8000, "CLONE_PARENT"},
    {0x10000, "CLONE_THREAD"},
    {0x20000, "CLONE_NEWNS"},
    {0x40000, "CLONE_SYSVSEM"},
    {0x80000, "CLONE_SETTLS"},
    {0x100000, "CLONE_PARENT_SETTID"},
    {0x200000, "CLONE_CHILD_CLEARTID"},
    {0x800000, "CLONE_UNTRACED"},
    {0x1000000, "CLONE_CHILD_SETTID"},
    {0x2000000, "CLONE_NEWCGROUP"},
    {0x4000000, "CLONE_NEWUTS"},
    {0x8000000, "CLONE_NEWIPC"},
    {0x10000000, "CLONE_NEWUSER"},
    {0x20000000, "CLONE_NEWPID"},
    {0x40000000, "CLONE_NEWNET"},
    {0x80000000, "CLONE_IO"},
};
const FlagSet clone_flags{"CLONE_???", clone_flags_rows};

static constexpr FlagName clone3_flags_rows[] = {
    {0x100, "CLONE_VM"},
    {0x200, "CLONE_FS"},
    {0x400, "CLONE_FILES"},
    {0x800, "CLONE_SIGHAND"},
    {0x1000, "CLONE_PIDFD"},
    {0x2000, "CLONE_PTRACE"},
    {0x4000, "CLONE_VFORK"},
    {0x8000, "CLONE_PARENT"},
    {0x10000, "CLONE_THREAD"},
    {0x20000, "CLONE_NEWNS"},
    {0x40000, "CLONE_SYSVSEM"},
    {0x80000, "CLONE_SETTLS"},
    {0x100000, "CLONE_PARENT_SETTID"},
    {0x200000, "CLONE_CHILD_CLEARTID"},
    {0x800000, "CLONE_UNTRACED"},
    {0x1000000, "CLONE_CHILD_SETTID"},
    {0x2000000, "CLONE_NEWCGROUP"},
    {0x4000000, "CLONE_NEWUTS"},
    {0x8000000, "CLONE_NEWIPC"},
    {0x10000000, "CLONE_NEWUSER"},
    {0x20000000, "CLONE_NEWPID"},
    {0x40000000, "CLONE_NEWNET"},
    {0x80000000, "CLONE_IO"},
    {0x80, "CLONE_NEWTIME"},
    {0x100000000, "CLONE_CLEAR_SIGHAND"},
    {0x200000000, "CLONE_INTO_CGROUP"},
};
const FlagSet clone3_flags{"CLONE_???", clone3_flags_rows};

static constexpr FlagName unshare_flags_rows[] = {
    {0x80, "CLONE_NEWTIME"},
    {0x100, "CLONE_VM"},
    {0x200, "CLONE_FS"},
    {0x400, "CLONE_FILES"},
    {0x800, "CLONE_SIGHAND"},
    {0x10000, "CLONE_THREAD"},
    {0x20000, "CLONE_NEWNS"},
    {0x40000, "CLONE_SYSVSEM"},
    {0x2000000, "CLONE_NEWCGROUP"},
    {0x4000000, "CLONE_NEWUTS"},
    {0x8000000, "CLONE_NEWIPC"},
    {0x10000000, "CLONE_NEWUSER"},
    {0x20000000, "CLONE_NEWPID"},
    {0x40000000, "CLONE_NEWNET"},
};
const FlagSet unshare_flags{"CLONE_???", unshare_flags_rows};

static constexpr FlagName setns_types_rows[] = {
    {0x80, "CLONE_NEWTIME"},
    {0x20000, "CLONE_NEWNS"},
    {0x2000000, "CLONE_NEWCGROUP"},
    {0x4000000, "CLONE_NEWUTS"},
    {0x8000000, "CLONE_NEWIPC"},
    {0x10000000, "CLONE_NEWUSER"},
    {0x20000000, "CLONE_NEWPID"},
    {0x40000000, "CLONE_NEWNET"},
};
const FlagSet setns_types{"CLONE_NEW???", setns_types_rows};

static constexpr FlagName wait_options_rows[] = {
    {1, "WNOHANG"},
    {4, "WEXITED"},
    {2, "WSTOPPED"},
    {8, "WCONTINUED"},
    {0x1000000, "WNOWAIT"},
    {0x80000000, "__WCLONE"},
    {0x40000000, "__WALL"},
    {0x20000000, "__WNOTHREAD"},
};
const FlagSet wait_options{"W???", wait_options_rows};

static constexpr FlagName waitid_types_rows[] = {
    {1, "P_PID"},
    {3, "P_PIDFD"},
    {2, "P_PGID"},
    {0, "P_ALL"},
};
const FlagSet waitid_types{"P_???", waitid_types_rows};

static constexpr FlagName rlimit_resources_rows[] = {
    {9, "RLIMIT_AS"},
    {4, "RLIMIT_CORE"},
    {0, "RLIMIT_CPU"},
    {2, "RLIMIT_DATA"},
    {1, "RLIMIT_FSIZE"},
    {0xa, "RLIMIT_LOCKS"},
    {8, "RLIMIT_MEMLOCK"},
    {0xc, "RLIMIT_MSGQUEUE"},
    {0xd, "RLIMIT_NICE"},
    {7, "RLIMIT_NOFILE"},
    {6, "RLIMIT_NPROC"},
    {5, "RLIMIT_RSS"},
    {0xe, "RLIMIT_RTPRIO"},
    {0xf, "RLIMIT_RTTIME"},
    {0xb, "RLIMIT_SIGPENDING"},
    {3, "RLIMIT_STACK"},
};
const FlagSet rlimit_resources{"RLIMIT_???", rlimit_resources_rows};

static constexpr FlagName rusage_who_rows[] = {
    {0, "RUSAGE_SELF"},
    {0xffffffff, "RUSAGE_CHILDREN"},
    {1, "RUSAGE_THREAD"},
};
const FlagSet rusage_who{"RUSAGE_???", rusage_who_rows};

static constexpr FlagName priority_which_rows[] = {
    {0, "PRIO_PROCESS"},
    {1, "PRIO_PGRP"},
    {2, "PRIO_USER"},
};
const FlagSet priority_which{"PRIO_???", priority_which_rows};

static constexpr FlagName scheduling_policies_rows[] = {
    {0, "SCHED_OTHER"},
    {1, "SCHED_FIFO"},
    {2, "SCHED_RR"},
    {3, "SCHED_BATCH"},
    {4, "SCHED_ISO"},
    {5, "SCHED_IDLE"},
    {6, "SCHED_DEADLINE"},
    {7, "SCHED_EXT"},
};
const FlagSet scheduling_policies{"SCHED_???", scheduling_policies_rows};

static constexpr FlagName scheduling_flags_rows[] = {
    {1, "SCHED_FLAG_RESET_ON_FORK"},
    {2, "SCHED_FLAG_RECLAIM"},
    {4, "SCHED_FLAG_DL_OVERRUN"},
    {8, "SCHED_FLAG_KEEP_POLICY"},
    {0x10, "SCHED_FLAG_KEEP_PARAMS"},
    {0x20, "SCHED_FLAG_UTIL_CLAMP_MIN"},
    {0x40, "SCHED_FLAG_UTIL_CLAMP_MAX"},
};
const FlagSet scheduling_flags{"SCHED_FLAG_???", scheduling_flags_rows};

static constexpr FlagName pidfd_open_flags_rows[] = {
    {0x800, "PIDFD_NONBLOCK"},
    {0x80, "PIDFD_THREAD"},
};
const FlagSet pidfd_open_flags{"PIDFD_???", pidfd_open_flags_rows};

static constexpr FlagName personality_types_rows[] = {
    {0, "PER_LINUX"},
    {0x4100001, "PER_SVR4"},
    {0x5000002, "PER_SVR3"},
    {0x7000003, "PER_SCOSVR3"},
    {0x6000003, "PER_OSR5"},
    {0x5000004, "PER_WYSEV386"},
    {0x4000005, "PER_ISCR4"},
    {6, "PER_BSD"},
    {0x4000006, "PER_SUNOS"},
    {0x5000007, "PER_XENIX"},
    {8, "PER_LINUX32"},
    {0x4000009, "PER_IRIX32"},
    {0x400000a, "PER_IRIXN32"},
    {0x400000b, "PER_IRIX64"},
    {0xc, "PER_RISCOS"},
    {0x400000d, "PER_SOLARIS"},
    {0x410000e, "PER_UW7"},
    {0xf, "PER_OSF4"},
    {0x10, "PER_HPUX"},
};
const FlagSet personality_types{"PER_???", personality_types_rows};

static constexpr FlagName personality_flags_rows[] = {
    {0x20000, "UNAME26"},
    {0x40000, "ADDR_NO_RANDOMIZE"},
    {0x80000, "FDPIC_FUNCPTRS"},
    {0x100000, "MMAP_PAGE_ZERO"},
    {0x200000, "ADDR_COMPAT_LAYOUT"},
    {0x400000, "READ_IMPLIES_EXEC"},
    {0x800000, "ADDR_LIMIT_32BIT"},
    {0x1000000, "SHORT_INODE"},
    {0x2000000, "WHOLE_SECONDS"},
    {0x4000000, "STICKY_TIMEOUTS"},
    {0x8000000, "ADDR_LIMIT_3GB"},
};
const FlagSet personality_flags{{}, personality_flags_rows};

static constexpr FlagName kcmp_types_rows[] = {
    {0, "KCMP_FILE"},
    {1, "KCMP_VM"},
    {2, "KCMP_FILES"},
    {3, "KCMP_FS"},
    {4, "KCMP_SIGHAND"},
    {5, "KCMP_IO"},
    {6, "KCMP_SYSVSEM"},
    {7, "KCMP_EPOLL_TFD"},
};
const FlagSet kcmp_types{"KCMP_???", kcmp_types_rows};

static constexpr FlagName ptrace_options_rows[] = {
    {1, "PTRACE_O_TRACESYSGOOD"},
    {2, "PTRACE_O_TRACEFORK"},
    {4, "PTRACE_O_TRACEVFORK"},
    {8, "PTRACE_O_TRACECLONE"},
    {0x10, "PTRACE_O_TRACEEXEC"},
    {0x20, "PTRACE_O_TRACEVFORKDONE"},
    {0x40, "PTRACE_O_TRACEEXIT"},
    {0x80, "PTRACE_O_TRACESECCOMP"},
    {0x100000, "PTRACE_O_EXITKILL"},
    {0x200000, "PTRACE_O_SUSPEND_SECCOMP"},
};
const FlagSet ptrace_options{"PTRACE_O_???", ptrace_options_rows};

static constexpr FlagName ioprio_who_rows[] = {
    {1, "IOPRIO_WHO_PROCESS"},
    {2, "IOPRIO_WHO_PGRP"},
    {3, "IOPRIO_WHO_USER"},
};
const FlagSet ioprio_who{"IOPRIO_WHO_???", ioprio_who_rows};

static constexpr FlagName ioprio_classes_rows[] = {
    {0, "IOPRIO_CLASS_NONE"},
    {1, "IOPRIO_CLASS_RT"},
    {2, "IOPRIO_CLASS_BE"},
    {3, "IOPRIO_CLASS_IDLE"},
};
const FlagSet ioprio_classes{"IOPRIO_CLASS_???", ioprio_classes_rows};

static constexpr FlagName rseq_flags_rows[] = {
    {1, "RSEQ_FLAG_UNREGISTER"},
};
const FlagSet rseq_flags{"RSEQ_FLAG_???", rseq_flags_rows};

// linux/elf.h: of notes in a core file, and of ptrace's sets of registers.
static constexpr FlagName register_set_rows[] = {
    {1, "NT_PRSTATUS"},
    {2, "NT_FPREGSET"},
    {3, "NT_PRPSINFO"},
    {4, "NT_PRXREG"},
    {5, "NT_PLATFORM"},
    {6, "NT_AUXV"},
    {7, "NT_GWINDOWS"},
    {8, "NT_ASRS"},
    {10, "NT_PSTATUS"},
    {13, "NT_PSINFO"},
    {14, "NT_PRCRED"},
    {15, "NT_UTSNAME"},
    {16, "NT_LWPSTATUS"},
    {17, "NT_LWPSINFO"},
    {20, "NT_PRFPXREG"},
    {0x100, "NT_PPC_VMX"},
    {0x101, "NT_PPC_SPE"},
    {0x102, "NT_PPC_VSX"},
    {0x103, "NT_PPC_TAR"},
    {0x104, "NT_PPC_PPR"},
    {0x105, "NT_PPC_DSCR"},
    {0x106, "NT_PPC_EBB"},
    {0x107, "NT_PPC_PMU"},
    {0x108, "NT_PPC_TM_CGPR"},
    {0x109, "NT_PPC_TM_CFPR"},
    {0x10a, "NT_PPC_TM_CVMX"},
    {0x10b, "NT_PPC_TM_CVSX"},
    {0x10c, "NT_PPC_TM_SPR"},
    {0x10d, "NT_PPC_TM_CTAR"},
    {0x10e, "NT_PPC_TM_CPPR"},
    {0x10f, "NT_PPC_TM_CDSCR"},
    {0x110, "NT_PPC_PKEY"},
    {0x200, "NT_386_TLS"},
    {0x201, "NT_386_IOPERM"},
    {0x202, "NT_X86_XSTATE"},
    {0x300, "NT_S390_HIGH_GPRS"},
    {0x301, "NT_S390_TIMER"},
    {0x302, "NT_S390_TODCMP"},
    {0x303, "NT_S390_TODPREG"},
    {0x304, "NT_S390_CTRS"},
    {0x305, "NT_S390_PREFIX"},
    {0x306, "NT_S390_LAST_BREAK"},
    {0x307, "NT_S390_SYSTEM_CALL"},
    {0x308, "NT_S390_TDB"},
    {0x309, "NT_S390_VXRS_LOW"},
    {0x30a, "NT_S390_VXRS_HIGH"},
    {0x30b, "NT_S390_GS_CB"},
    {0x30c, "NT_S390_GS_BC"},
    {0x30d, "NT_S390_RI_CB"},
    {0x30e, "NT_S390_PV_CPU_DATA"},
    {0x400, "NT_ARM_VFP"},
    {0x401, "NT_ARM_TLS"},
    {0x402, "NT_ARM_HW_BREAK"},
    {0x403, "NT_ARM_HW_WATCH"},
    {0x404, "NT_ARM_SYSTEM_CALL"},
    {0x405, "NT_ARM_SVE"},
    {0x406, "NT_ARM_PAC_MASK"},
    {0x407, "NT_ARM_PACA_KEYS"},
    {0x408, "NT_ARM_PACG_KEYS"},
    {0x409, "NT_ARM_TAGGED_ADDR_CTRL"},
    {0x40a, "NT_ARM_PAC_ENABLED_KEYS"},
    {0x40b, "NT_ARM_SSVE"},
    {0x40c, "NT_ARM_ZA"},
    {0x500, "NT_METAG_CBUF"},
    {0x501, "NT_METAG_RPIPE"},
    {0x502, "NT_METAG_TLS"},
    {0x600, "NT_ARC_V2"},
    {0x700, "NT_VMCOREDD"},
    {0x800, "NT_MIPS_DSP"},
    {0x801, "NT_MIPS_FP_MODE"},
    {0x802, "NT_MIPS_MSA"},
    {0xa00, "NT_LOONGARCH_CPUCFG"},
    {0xa01, "NT_LOONGARCH_CSR"},
    {0xa02, "NT_LOONGARCH_LSX"},
    {0xa03, "NT_LOONGARCH_LASX"},
    {0xa04, "NT_LOONGARCH_LBT"},
    {0x46494c45, "NT_FILE"},
    {0x46e62b7f, "NT_PRXFPREG"},
    {0x53494749, "NT_SIGINFO"},
};
const FlagSet register_sets{"NT_???", register_set_rows};

}  // namespace shimtrace::decoders
