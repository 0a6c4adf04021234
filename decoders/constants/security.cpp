#include "decoders/constants/process.hpp"

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

}  // namespace shimtrace::decoders
