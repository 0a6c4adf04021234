#include "decoders/constants/file.hpp"
#include "decoders/constants/process.hpp"

namespace shimtrace::decoders {

static constexpr FlagName delete_module_flags_rows[] = {
    {0x800, "O_NONBLOCK"},
    {0x200, "O_TRUNC"},
};
const FlagSet delete_module_flags{"O_???", delete_module_flags_rows};

static constexpr FlagName module_flags_rows[] = {
    {1, "MODULE_INIT_IGNORE_MODVERSIONS"},
    {2, "MODULE_INIT_IGNORE_VERMAGIC"},
    {4, "MODULE_INIT_COMPRESSED_FILE"},
};
const FlagSet module_flags{"MODULE_INIT_???", module_flags_rows};

static constexpr FlagName swap_flags_rows[] = {
    {0x8000, "SWAP_FLAG_PREFER"},
    {0x10000, "SWAP_FLAG_DISCARD"},
    {0x20000, "SWAP_FLAG_DISCARD_ONCE"},
    {0x40000, "SWAP_FLAG_DISCARD_PAGES"},
};
const FlagSet swap_flags{"SWAP_FLAG_???", swap_flags_rows};

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

static constexpr FlagName kexec_flags_rows[] = {
    {1, "KEXEC_ON_CRASH"},
    {2, "KEXEC_PRESERVE_CONTEXT"},
};
const FlagSet kexec_flags{"KEXEC_???", kexec_flags_rows};

static constexpr FlagName kexec_architecture_rows[] = {
    {0, "KEXEC_ARCH_DEFAULT"},
    {3 << 16, "KEXEC_ARCH_386"},
    {4 << 16, "KEXEC_ARCH_68K"},
    {8 << 16, "KEXEC_ARCH_MIPS"},
    {10 << 16, "KEXEC_ARCH_MIPS_LE"},
    {15 << 16, "KEXEC_ARCH_PARISC"},
    {20 << 16, "KEXEC_ARCH_PPC"},
    {21 << 16, "KEXEC_ARCH_PPC64"},
    {22 << 16, "KEXEC_ARCH_S390"},
    {40 << 16, "KEXEC_ARCH_ARM"},
    {42 << 16, "KEXEC_ARCH_SH"},
    {50 << 16, "KEXEC_ARCH_IA_64"},
    {62 << 16, "KEXEC_ARCH_X86_64"},
    {183 << 16, "KEXEC_ARCH_AARCH64"},
    {243 << 16, "KEXEC_ARCH_RISCV"},
    {258 << 16, "KEXEC_ARCH_LOONGARCH"},
};
const FlagSet kexec_architectures{"KEXEC_ARCH_???", kexec_architecture_rows};

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
static constexpr FlagName log_level_rows[] = {
    {0, "LOGLEVEL_EMERG"},
    {1, "LOGLEVEL_ALERT"},
    {2, "LOGLEVEL_CRIT"},
    {3, "LOGLEVEL_ERR"},
    {4, "LOGLEVEL_WARNING"},
    {5, "LOGLEVEL_NOTICE"},
    {6, "LOGLEVEL_INFO"},
    {7, "LOGLEVEL_DEBUG"},
    {8, "LOGLEVEL_DEBUG+1"},
};
const FlagSet log_levels{"LOGLEVEL_???", log_level_rows};

const FlagSet syslog_actions{"SYSLOG_ACTION_???", syslog_actions_rows};

}  // namespace shimtrace::decoders
