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
