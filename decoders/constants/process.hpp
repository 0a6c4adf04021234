// Names of the constants of processes, namespaces, limits and credentials.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet clone_flags;
extern const FlagSet clone3_flags;
extern const FlagSet unshare_flags;
extern const FlagSet setns_types;
extern const FlagSet wait_options;
extern const FlagSet waitid_types;
extern const FlagSet rlimit_resources;
extern const FlagSet rusage_who;
extern const FlagSet priority_which;
extern const FlagSet scheduling_policies;
extern const FlagSet scheduling_flags;
extern const FlagSet pidfd_open_flags;
extern const FlagSet prctl_mm_options;
extern const FlagSet prctl_ambient_options;
extern const FlagSet prctl_dumpable;
extern const FlagSet prctl_vma_options;
extern const FlagSet secure_bits;
extern const FlagSet speculation_features;
extern const FlagSet speculation_controls;
extern const FlagSet thp_disable_flags;
extern const FlagSet unaligned_controls, machine_check_options, machine_check_policies, authentication_keys, enabled_authentication_keys,
    dispatch_options, core_scheduling_options, process_id_types, scalable_vector_flags, scalable_matrix_flags;
extern const FlagSet capabilities;
extern const FlagSet capability_versions;
extern const FlagSet seccomp_modes;
extern const FlagSet seccomp_filter_flags;
extern const FlagSet seccomp_return_actions;
extern const FlagSet personality_types;
extern const FlagSet personality_flags;
extern const FlagSet kcmp_types;
extern const FlagSet ptrace_options;
extern const FlagSet key_specs;
extern const FlagSet ioprio_who;
extern const FlagSet ioprio_classes;
extern const FlagSet reboot_magic1;
extern const FlagSet reboot_magic2;
extern const FlagSet reboot_commands;
extern const FlagSet rseq_flags;
extern const FlagSet landlock_ruleset_flags;
extern const FlagSet landlock_rule_types;
extern const FlagSet kexec_flags;
extern const FlagSet kexec_file_flags;
extern const FlagSet getrandom_flags;
extern const FlagSet perf_flags;
extern const FlagSet syslog_actions, log_levels, kexec_architectures;
extern const FlagSet bpf_map_types;
extern const FlagSet bpf_program_types;
extern const FlagSet bpf_attach_types;
extern const FlagSet bpf_attach_flags;
extern const FlagSet register_sets;

}  // namespace shimtrace::decoders
