#include "decoders_flags/process.hpp"

namespace shimtrace::decoders {

static constexpr FlagName capabilities_rows[] = {
    {0, "CAP_CHOWN"},
    {1, "CAP_DAC_OVERRIDE"},
    {2, "CAP_DAC_READ_SEARCH"},
    {3, "CAP_FOWNER"},
    {4, "CAP_FSETID"},
    {5, "CAP_KILL"},
    {6, "CAP_SETGID"},
    {7, "CAP_SETUID"},
    {8, "CAP_SETPCAP"},
    {9, "CAP_LINUX_IMMUTABLE"},
    {0xa, "CAP_NET_BIND_SERVICE"},
    {0xb, "CAP_NET_BROADCAST"},
    {0xc, "CAP_NET_ADMIN"},
    {0xd, "CAP_NET_RAW"},
    {0xe, "CAP_IPC_LOCK"},
    {0xf, "CAP_IPC_OWNER"},
    {0x10, "CAP_SYS_MODULE"},
    {0x11, "CAP_SYS_RAWIO"},
    {0x12, "CAP_SYS_CHROOT"},
    {0x13, "CAP_SYS_PTRACE"},
    {0x14, "CAP_SYS_PACCT"},
    {0x15, "CAP_SYS_ADMIN"},
    {0x16, "CAP_SYS_BOOT"},
    {0x17, "CAP_SYS_NICE"},
    {0x18, "CAP_SYS_RESOURCE"},
    {0x19, "CAP_SYS_TIME"},
    {0x1a, "CAP_SYS_TTY_CONFIG"},
    {0x1b, "CAP_MKNOD"},
    {0x1c, "CAP_LEASE"},
    {0x1d, "CAP_AUDIT_WRITE"},
    {0x1e, "CAP_AUDIT_CONTROL"},
    {0x1f, "CAP_SETFCAP"},
    {0x20, "CAP_MAC_OVERRIDE"},
    {0x21, "CAP_MAC_ADMIN"},
    {0x22, "CAP_SYSLOG"},
    {0x23, "CAP_WAKE_ALARM"},
    {0x24, "CAP_BLOCK_SUSPEND"},
    {0x25, "CAP_AUDIT_READ"},
    {0x26, "CAP_PERFMON"},
    {0x27, "CAP_BPF"},
    {0x28, "CAP_CHECKPOINT_RESTORE"},
};
const FlagSet capabilities{"CAP_???", capabilities_rows};

static constexpr FlagName capability_versions_rows[] = {
    {0x19980330, "_LINUX_CAPABILITY_VERSION_1"},
    {0x20071026, "_LINUX_CAPABILITY_VERSION_2"},
    {0x20080522, "_LINUX_CAPABILITY_VERSION_3"},
};
const FlagSet capability_versions{"_LINUX_CAPABILITY_VERSION_???", capability_versions_rows};

static constexpr FlagName seccomp_operations_rows[] = {
    {0, "SECCOMP_SET_MODE_STRICT"},
    {1, "SECCOMP_SET_MODE_FILTER"},
    {2, "SECCOMP_GET_ACTION_AVAIL"},
    {3, "SECCOMP_GET_NOTIF_SIZES"},
};
const FlagSet seccomp_operations{"SECCOMP_SET_MODE_???", seccomp_operations_rows};

static constexpr FlagName seccomp_modes_rows[] = {
    {0, "SECCOMP_MODE_DISABLED"},
    {1, "SECCOMP_MODE_STRICT"},
    {2, "SECCOMP_MODE_FILTER"},
};
const FlagSet seccomp_modes{"SECCOMP_MODE_???", seccomp_modes_rows};

static constexpr FlagName seccomp_filter_flags_rows[] = {
    {1, "SECCOMP_FILTER_FLAG_TSYNC"},
    {2, "SECCOMP_FILTER_FLAG_LOG"},
    {4, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
    {8, "SECCOMP_FILTER_FLAG_NEW_LISTENER"},
    {0x10, "SECCOMP_FILTER_FLAG_TSYNC_ESRCH"},
    {0x20, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"},
};
const FlagSet seccomp_filter_flags{"SECCOMP_FILTER_FLAG_???", seccomp_filter_flags_rows};

static constexpr FlagName seccomp_return_actions_rows[] = {
    {0x80000000, "SECCOMP_RET_KILL_PROCESS"},
    {0, "SECCOMP_RET_KILL_THREAD"},
    {0x30000, "SECCOMP_RET_TRAP"},
    {0x50000, "SECCOMP_RET_ERRNO"},
    {0x7fc00000, "SECCOMP_RET_USER_NOTIF"},
    {0x7ff00000, "SECCOMP_RET_TRACE"},
    {0x7ffc0000, "SECCOMP_RET_LOG"},
    {0x7fff0000, "SECCOMP_RET_ALLOW"},
};
const FlagSet seccomp_return_actions{"SECCOMP_RET_???", seccomp_return_actions_rows};

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
const FlagSet personality_flags{"PER_???", personality_flags_rows};

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

static constexpr FlagName ptrace_requests_rows[] = {
    {0, "PTRACE_TRACEME"},
    {1, "PTRACE_PEEKTEXT"},
    {2, "PTRACE_PEEKDATA"},
    {3, "PTRACE_PEEKUSER"},
    {4, "PTRACE_POKETEXT"},
    {5, "PTRACE_POKEDATA"},
    {6, "PTRACE_POKEUSER"},
    {7, "PTRACE_CONT"},
    {8, "PTRACE_KILL"},
    {9, "PTRACE_SINGLESTEP"},
    {0xc, "PTRACE_GETREGS"},
    {0xd, "PTRACE_SETREGS"},
    {0xe, "PTRACE_GETFPREGS"},
    {0xf, "PTRACE_SETFPREGS"},
    {0x10, "PTRACE_ATTACH"},
    {0x11, "PTRACE_DETACH"},
    {0x12, "PTRACE_GETFPXREGS"},
    {0x13, "PTRACE_SETFPXREGS"},
    {0x15, "PTRACE_OLDSETOPTIONS"},
    {0x18, "PTRACE_SYSCALL"},
    {0x19, "PTRACE_GET_THREAD_AREA"},
    {0x1a, "PTRACE_SET_THREAD_AREA"},
    {0x1e, "PTRACE_ARCH_PRCTL"},
    {0x1f, "PTRACE_SYSEMU"},
    {0x20, "PTRACE_SYSEMU_SINGLESTEP"},
    {0x21, "PTRACE_SINGLEBLOCK"},
    {0x4200, "PTRACE_SETOPTIONS"},
    {0x4201, "PTRACE_GETEVENTMSG"},
    {0x4202, "PTRACE_GETSIGINFO"},
    {0x4203, "PTRACE_SETSIGINFO"},
    {0x4204, "PTRACE_GETREGSET"},
    {0x4205, "PTRACE_SETREGSET"},
    {0x4206, "PTRACE_SEIZE"},
    {0x4207, "PTRACE_INTERRUPT"},
    {0x4208, "PTRACE_LISTEN"},
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
const FlagSet ptrace_requests{"PTRACE_???", ptrace_requests_rows};

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

static constexpr FlagName keyctl_operations_rows[] = {
    {0, "KEYCTL_GET_KEYRING_ID"},
    {1, "KEYCTL_JOIN_SESSION_KEYRING"},
    {2, "KEYCTL_UPDATE"},
    {3, "KEYCTL_REVOKE"},
    {4, "KEYCTL_CHOWN"},
    {5, "KEYCTL_SETPERM"},
    {6, "KEYCTL_DESCRIBE"},
    {7, "KEYCTL_CLEAR"},
    {8, "KEYCTL_LINK"},
    {9, "KEYCTL_UNLINK"},
    {0xa, "KEYCTL_SEARCH"},
    {0xb, "KEYCTL_READ"},
    {0xc, "KEYCTL_INSTANTIATE"},
    {0xd, "KEYCTL_NEGATE"},
    {0xe, "KEYCTL_SET_REQKEY_KEYRING"},
    {0xf, "KEYCTL_SET_TIMEOUT"},
    {0x10, "KEYCTL_ASSUME_AUTHORITY"},
    {0x11, "KEYCTL_GET_SECURITY"},
    {0x12, "KEYCTL_SESSION_TO_PARENT"},
    {0x13, "KEYCTL_REJECT"},
    {0x14, "KEYCTL_INSTANTIATE_IOV"},
    {0x15, "KEYCTL_INVALIDATE"},
    {0x16, "KEYCTL_GET_PERSISTENT"},
    {0x17, "KEYCTL_DH_COMPUTE"},
    {0x18, "KEYCTL_PKEY_QUERY"},
    {0x19, "KEYCTL_PKEY_ENCRYPT"},
    {0x1a, "KEYCTL_PKEY_DECRYPT"},
    {0x1b, "KEYCTL_PKEY_SIGN"},
    {0x1c, "KEYCTL_PKEY_VERIFY"},
    {0x1d, "KEYCTL_RESTRICT_KEYRING"},
    {0x1e, "KEYCTL_MOVE"},
    {0x1f, "KEYCTL_CAPABILITIES"},
    {0x20, "KEYCTL_WATCH_KEY"},
};
const FlagSet keyctl_operations{"KEYCTL_???", keyctl_operations_rows};

static constexpr FlagName key_specs_rows[] = {
    {0xffffffff, "KEY_SPEC_THREAD_KEYRING"},
    {0xfffffffe, "KEY_SPEC_PROCESS_KEYRING"},
    {0xfffffffd, "KEY_SPEC_SESSION_KEYRING"},
    {0xfffffffc, "KEY_SPEC_USER_KEYRING"},
    {0xfffffffb, "KEY_SPEC_USER_SESSION_KEYRING"},
    {0xfffffffa, "KEY_SPEC_GROUP_KEYRING"},
    {0xfffffff9, "KEY_SPEC_REQKEY_AUTH_KEY"},
    {0xfffffff8, "KEY_SPEC_REQUESTOR_KEYRING"},
};
const FlagSet key_specs{"KEY_SPEC_???", key_specs_rows};

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

static constexpr FlagName reboot_magic1_rows[] = {
    {0xfee1dead, "LINUX_REBOOT_MAGIC1"},
};
const FlagSet reboot_magic1{"LINUX_REBOOT_MAGIC_???", reboot_magic1_rows};

static constexpr FlagName reboot_magic2_rows[] = {
    {0x28121969, "LINUX_REBOOT_MAGIC2"},
    {0x5121996, "LINUX_REBOOT_MAGIC2A"},
    {0x16041998, "LINUX_REBOOT_MAGIC2B"},
    {0x20112000, "LINUX_REBOOT_MAGIC2C"},
};
const FlagSet reboot_magic2{"LINUX_REBOOT_MAGIC_???", reboot_magic2_rows};

static constexpr FlagName reboot_commands_rows[] = {
    {0, "LINUX_REBOOT_CMD_CAD_OFF"},
    {0x1234567, "LINUX_REBOOT_CMD_RESTART"},
    {0x89abcdef, "LINUX_REBOOT_CMD_CAD_ON"},
    {0xcdef0123, "LINUX_REBOOT_CMD_HALT"},
    {0x4321fedc, "LINUX_REBOOT_CMD_POWER_OFF"},
    {0xa1b2c3d4, "LINUX_REBOOT_CMD_RESTART2"},
    {0xd000fce2, "LINUX_REBOOT_CMD_SW_SUSPEND"},
    {0x45584543, "LINUX_REBOOT_CMD_KEXEC"},
};
const FlagSet reboot_commands{"LINUX_REBOOT_CMD_???", reboot_commands_rows};

static constexpr FlagName rseq_flags_rows[] = {
    {1, "RSEQ_FLAG_UNREGISTER"},
};
const FlagSet rseq_flags{"RSEQ_FLAG_???", rseq_flags_rows};

static constexpr FlagName landlock_ruleset_flags_rows[] = {
    {1, "LANDLOCK_CREATE_RULESET_VERSION"},
    {2, "LANDLOCK_CREATE_RULESET_ERRATA"},
};
const FlagSet landlock_ruleset_flags{"LANDLOCK_CREATE_RULESET_???", landlock_ruleset_flags_rows};

static constexpr FlagName landlock_rule_types_rows[] = {
    {1, "LANDLOCK_RULE_PATH_BENEATH"},
    {2, "LANDLOCK_RULE_NET_PORT"},
};
const FlagSet landlock_rule_types{"LANDLOCK_RULE_???", landlock_rule_types_rows};

static constexpr FlagName kexec_flags_rows[] = {
    {1, "KEXEC_ON_CRASH"},
    {2, "KEXEC_PRESERVE_CONTEXT"},
};
const FlagSet kexec_flags{"KEXEC_???", kexec_flags_rows};

static constexpr FlagName kexec_file_flags_rows[] = {
    {1, "KEXEC_FILE_UNLOAD"},
    {2, "KEXEC_FILE_ON_CRASH"},
    {4, "KEXEC_FILE_NO_INITRAMFS"},
};
const FlagSet kexec_file_flags{"KEXEC_FILE_???", kexec_file_flags_rows};

static constexpr FlagName getrandom_flags_rows[] = {
    {1, "GRND_NONBLOCK"},
    {2, "GRND_RANDOM"},
    {4, "GRND_INSECURE"},
};
const FlagSet getrandom_flags{"GRND_???", getrandom_flags_rows};

static constexpr FlagName perf_flags_rows[] = {
    {1, "PERF_FLAG_FD_NO_GROUP"},
    {2, "PERF_FLAG_FD_OUTPUT"},
    {4, "PERF_FLAG_PID_CGROUP"},
    {8, "PERF_FLAG_FD_CLOEXEC"},
};
const FlagSet perf_flags{"PERF_FLAG_???", perf_flags_rows};

static constexpr FlagName syslog_actions_rows[] = {
    {0, "SYSLOG_ACTION_CLOSE"},
    {1, "SYSLOG_ACTION_OPEN"},
    {2, "SYSLOG_ACTION_READ"},
    {3, "SYSLOG_ACTION_READ_ALL"},
    {4, "SYSLOG_ACTION_READ_CLEAR"},
    {5, "SYSLOG_ACTION_CLEAR"},
    {6, "SYSLOG_ACTION_CONSOLE_OFF"},
    {7, "SYSLOG_ACTION_CONSOLE_ON"},
    {8, "SYSLOG_ACTION_CONSOLE_LEVEL"},
    {9, "SYSLOG_ACTION_SIZE_UNREAD"},
    {0xa, "SYSLOG_ACTION_SIZE_BUFFER"},
};
const FlagSet syslog_actions{"SYSLOG_ACTION_???", syslog_actions_rows};

}  // namespace shimtrace::decoders
