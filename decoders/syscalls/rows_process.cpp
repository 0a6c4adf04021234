// Making, replacing, waiting for and ending processes.
#include "decoders/constants/file.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow process_table[] = {
    {"fork", class_process, {}, results::process},
    {"vfork", class_process, {}, results::process, {.waits = {child}}},
    {"clone",
     class_process,
     {from(1, of("child_stack", kinds::clone_stack)), from(0, of("flags", kinds::clone_flags)),
      from(2, of("parent_tid", kinds::clone_parent_tid)), from(4, of("tls", kinds::clone_tls)),
      from(3, of("child_tidptr", kinds::clone_child_tid))},
     results::process},
    {"clone3", class_process, {of("cl_args", kinds::clone_args), size("size")}, results::process},
    {"execve",
     class_file | class_process,
     {path("pathname"), of("argv", kinds::strings), of("envp", kinds::environment)},
     {.effect = closes_at_exec}},
    {"execveat",
     class_file | class_desc | class_process,
     {directory_fd("dirfd"), path("pathname"), of("argv", kinds::strings), of("envp", kinds::environment), flags("flags", at_flags)},
     {.effect = closes_at_exec}},
    {"uselib", class_file, {path("library")}},
    {"exit", class_process, {number("status")}},
    {"exit_group", class_process, {number("status")}},
    {"wait4",
     class_process,
     {pid("pid"), of("wstatus", kinds::wait_status), flags("options", wait_options), of("rusage", kinds::rusage)},
     results::process,
     {.waits = {child}}},
    {"waitid",
     class_process,
     {constant("idtype", waitid_types), of("id", kinds::waitid_id), of("infop", kinds::siginfo_out), flags("options", wait_options),
      of("rusage", kinds::rusage)},
     {.waits = {child}}},
    {"pidfd_open", class_desc, {pid("pid"), flags("flags", pidfd_open_flags)}, results::fd},
    {"pidfd_getfd", class_desc, {fd("pidfd"), number("targetfd"), of("flags", kinds::hex32)}, results::fd},
    {"unshare", 0, {flags64("flags", unshare_flags)}, {.effect = unshares}},
    {"setns", class_desc, {fd("fd"), flags("nstype", setns_types)}, {.effect = moves_directory}},
    {"set_tid_address", 0, {address("tidptr")}},
    {"getrlimit", 0, {constant("resource", rlimit_resources), of("rlim", kinds::rlimit_out)}},
    {"setrlimit", 0, {constant("resource", rlimit_resources), of("rlim", kinds::rlimit_in)}},
    {"prlimit64",
     0,
     {pid("pid"), constant("resource", rlimit_resources), of("new_limit", kinds::rlimit64_in), of("old_limit", kinds::rlimit64_out)}},
    {"getrusage", 0, {constant("who", rusage_who), of("usage", kinds::rusage)}},
    {"getpriority", 0, {constant("which", priority_which), number("who")}},
    {"setpriority", 0, {constant("which", priority_which), number("who"), number("prio")}},
    {"sched_yield", 0, {}},
    {"sched_setparam", 0, {pid("pid"), of("param", kinds::scheduling_parameter_in)}},
    {"sched_getparam", 0, {pid("pid"), of("param", kinds::scheduling_parameter_out)}},
    {"sched_setscheduler", 0, {pid("pid"), of("policy", kinds::scheduling_policy), of("param", kinds::scheduling_parameter_in)}},
    {"sched_getscheduler", 0, {pid("pid")}, results::scheduler},
    {"sched_get_priority_max", 0, {constant("policy", scheduling_policies)}},
    {"sched_get_priority_min", 0, {constant("policy", scheduling_policies)}},
    {"sched_rr_get_interval", 0, {pid("pid"), of("tp", kinds::timespec_out)}},
    {"sched_setaffinity", 0, {pid("pid"), count("cpusetsize"), of("mask", kinds::cpu_set_in, 1)}},
    {"sched_getaffinity", 0, {pid("pid"), count("cpusetsize"), of("mask", kinds::cpu_set_out, 1)}},
    {"sched_setattr", 0, {pid("pid"), of("attr", kinds::scheduling_attributes_in), of("flags", kinds::unsigned32)}},
    {"sched_getattr", 0, {pid("pid"), of("attr", kinds::scheduling_attributes_out, 2), count("size"), of("flags", kinds::unsigned32)}},
    {"ioprio_set", 0, {constant("which", ioprio_who), number("who"), of("ioprio", kinds::ioprio_value)}},
    {"ioprio_get", 0, {constant("which", ioprio_who), number("who")}, results::ioprio},
    {"personality", 0, {of("persona", kinds::personality)}, results::personality},
    {"kcmp", 0, {pid("pid1"), pid("pid2"), constant("type", kcmp_types), of("idx1", kinds::kcmp_index), of("idx2", kinds::kcmp_index)}},
    {"ptrace",
     0,
     {constant64("op", ptrace_requests), of("pid", kinds::ptrace_pid), of("addr", kinds::ptrace_address), of("data", kinds::ptrace_data)}},
    {"prctl",
     class_creds,
     {constant("option", prctl_options), of("arg2", kinds::prctl_second), of("arg3", kinds::prctl_third), of("arg4", kinds::prctl_rest),
      of("arg5", kinds::prctl_rest)},
     results::prctl},
    {"arch_prctl", 0, {constant("code", arch_prctl_codes), of("addr", kinds::arch_prctl_argument)}},
    {"set_thread_area", 0, {address("u_info")}},
    {"get_thread_area", 0, {address("u_info")}},
    {"modify_ldt", 0, {number("func"), address("ptr"), size("bytecount")}},
    {"iopl", 0, {number("level")}},
    {"ioperm", 0, {hex("from"), hex("num"), number("turn_on")}},
    {"getcpu", 0, {of("cpu", kinds::out_uint32), of("node", kinds::out_uint32), address("tcache")}},
};

std::span<const SyscallRow> process_rows() {
    return process_table;
}

}  // namespace shimtrace::decoders
