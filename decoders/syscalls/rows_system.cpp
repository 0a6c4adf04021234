// The machine, and everything else.
#include "decoders/constants/file.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow system_table[] = {
    {"uname", 0, {of("buf", kinds::uname)}},
    {"sysinfo", 0, {of("info", kinds::sysinfo)}},
    {"sethostname", 0, {in_buffer("name", 1), count("len")}},
    {"setdomainname", 0, {in_buffer("name", 1), count("len")}},
    {"getrandom", 0, {of("buf", kinds::out_buffer_hex), size("buflen"), flags("flags", getrandom_flags)}},
    {"reboot",
     0,
     {constant("magic", reboot_magic1), constant("magic2", reboot_magic2), constant("op", reboot_commands),
      of("arg", kinds::reboot_argument)}},
    {"syslog", 0, {of("type", kinds::syslog_action), of("bufp", kinds::syslog_buffer), of("len", kinds::syslog_length)}},
    {"vhangup", 0, {}},
    {"seccomp",
     0,
     {constant("operation", seccomp_operations), of("flags", kinds::seccomp_flags), of("args", kinds::seccomp_argument)},
     results::seccomp},
    {"bpf", class_desc, {constant("cmd", bpf_commands), of("attr", kinds::bpf_attribute), count("size")}, results::bpf},
    {"landlock_create_ruleset",
     class_desc,
     {of("attr", kinds::landlock_attributes), size("size"), flags("flags", landlock_ruleset_flags)},
     results::landlock},
    {"landlock_add_rule",
     class_desc,
     {fd("ruleset_fd"), constant("rule_type", landlock_rule_types), of("rule_attr", kinds::landlock_rule), of("flags", kinds::hex32)}},
    {"landlock_restrict_self", class_desc, {fd("ruleset_fd"), of("flags", kinds::hex32)}},
    {"perf_event_open",
     class_desc,
     {of("attr", kinds::perf_attributes), pid("pid"), number("cpu"), fd("group_fd"), flags64("flags", perf_flags)},
     results::fd},
    {"io_uring_setup", class_desc, {count("entries"), of("params", kinds::io_uring_parameters)}, results::fd},
    {"io_uring_enter",
     class_desc | class_signal,
     {fd("fd"), count("to_submit"), count("min_complete"), flags("flags", io_uring_enter_flags), of("sig", kinds::signal_set_in),
      size("sz")},
     {.waits = {polls, 0}}},
    {"io_uring_register",
     class_desc | class_memory,
     {fd("fd"), constant("opcode", io_uring_register_opcodes), of("arg", kinds::io_uring_argument), count("nr_args")}},
    {"io_setup", class_memory, {count("nr_events"), of("ctxp", kinds::out_address)}},
    {"io_destroy", class_memory, {address("ctx")}},
    {"io_submit", 0, {address("ctx"), number64("nr"), address("iocbpp")}},
    {"io_cancel", 0, {address("ctx"), address("iocb"), address("result")}},
    {"io_getevents",
     0,
     {address("ctx"), number64("min_nr"), number64("nr"), address("events"), of("timeout", kinds::timespec_in)},
     {.waits = {reads}, .ends_with_eintr = true}},
    {"io_pgetevents",
     0,
     {address("ctx"), number64("min_nr"), number64("nr"), address("events"), of("timeout", kinds::timespec_in), address("usig")},
     {.ends_with_eintr = true}},
    {"init_module", 0, {address("module_image"), size("len"), string("param_values")}},
    {"finit_module", class_desc, {fd("fd"), string("param_values"), flags("flags", module_flags)}},
    {"delete_module", 0, {string("name"), flags("flags", delete_module_flags)}},
    {"kexec_load", 0, {address("entry"), size("nr_segments"), address("segments"), of("flags", kinds::kexec_flags)}},
    {"kexec_file_load",
     class_desc,
     {fd("kernel_fd"), fd("initrd_fd"), size("cmdline_len"), string("cmdline"), flags64("flags", kexec_file_flags)}},
    {"uretprobe", 0, {}},
    {"uprobe", 0, {}},
    {"_sysctl", 0, {address("args")}},
    {"create_module", 0, {hex("name"), hex("size")}},
    {"get_kernel_syms", 0, {hex("table")}},
    {"query_module", 0, {hex("name"), hex("which"), hex("buf"), hex("bufsize"), hex("ret")}},
    {"getpmsg", class_network, {hex("arg1"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {"putpmsg", class_network, {hex("arg1"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {"afs_syscall", 0, {hex("arg1"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {"tuxcall", 0, {hex("arg1"), hex("arg2"), hex("arg3")}},
    {"security", 0, {hex("arg1"), hex("arg2"), hex("arg3")}},
    {"vserver", 0, {hex("arg1"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
};

std::span<const SyscallRow> system_rows() {
    return system_table;
}

}  // namespace shimtrace::decoders
