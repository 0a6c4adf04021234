#include "decoders/constants/process.hpp"

namespace shimtrace::decoders {

const FlagSet capabilities{"CAP_???", numbers("CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP "
                 "CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER "
                 "CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE "
                 "CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP "
                 "CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF "
                 "CAP_CHECKPOINT_RESTORE")};

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
