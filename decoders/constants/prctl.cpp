#include "decoders/constants/process.hpp"

namespace shimtrace::decoders {

const FlagSet prctl_mm_options{"PR_SET_MM_???", numbers("1 PR_SET_MM_START_CODE PR_SET_MM_END_CODE PR_SET_MM_START_DATA PR_SET_MM_END_DATA PR_SET_MM_START_STACK "
                 "PR_SET_MM_START_BRK PR_SET_MM_BRK PR_SET_MM_ARG_START PR_SET_MM_ARG_END PR_SET_MM_ENV_START PR_SET_MM_ENV_END "
                 "PR_SET_MM_AUXV PR_SET_MM_EXE_FILE PR_SET_MM_MAP PR_SET_MM_MAP_SIZE")};

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

static constexpr FlagName unaligned_controls_rows[] = {{1, "PR_UNALIGN_NOPRINT"}, {2, "PR_UNALIGN_SIGBUS"}};
const FlagSet unaligned_controls{"PR_UNALIGN_???", unaligned_controls_rows};

static constexpr FlagName machine_check_options_rows[] = {{0, "PR_MCE_KILL_CLEAR"}, {1, "PR_MCE_KILL_SET"}};
const FlagSet machine_check_options{"PR_MCE_KILL_???", machine_check_options_rows};

static constexpr FlagName machine_check_policies_rows[] = {{0, "PR_MCE_KILL_LATE"}, {1, "PR_MCE_KILL_EARLY"}, {2, "PR_MCE_KILL_DEFAULT"}};
const FlagSet machine_check_policies{"PR_MCE_KILL_???", machine_check_policies_rows};

static constexpr FlagName authentication_keys_rows[] = {
    {1, "PR_PAC_APIAKEY"}, {2, "PR_PAC_APIBKEY"}, {4, "PR_PAC_APDAKEY"}, {8, "PR_PAC_APDBKEY"}, {0x10, "PR_PAC_APGAKEY"}};
const FlagSet authentication_keys{"PR_PAC_???", authentication_keys_rows};
const FlagSet enabled_authentication_keys{"PR_PAC_???", std::span(authentication_keys_rows).first<4>()};

static constexpr FlagName dispatch_options_rows[] = {{0, "PR_SYS_DISPATCH_OFF"}, {1, "PR_SYS_DISPATCH_ON"}};
const FlagSet dispatch_options{"PR_SYS_DISPATCH_???", dispatch_options_rows};

static constexpr FlagName core_scheduling_options_rows[] = {
    {0, "PR_SCHED_CORE_GET"}, {1, "PR_SCHED_CORE_CREATE"}, {2, "PR_SCHED_CORE_SHARE_TO"}, {3, "PR_SCHED_CORE_SHARE_FROM"}};
const FlagSet core_scheduling_options{"PR_SCHED_CORE_???", core_scheduling_options_rows};

static constexpr FlagName process_id_types_rows[] = {{0, "PIDTYPE_PID"}, {1, "PIDTYPE_TGID"}, {2, "PIDTYPE_PGID"}, {3, "PIDTYPE_SID"}};
const FlagSet process_id_types{"PIDTYPE_???", process_id_types_rows};

static constexpr FlagName scalable_vector_flags_rows[] = {{0x40000, "PR_SVE_SET_VL_ONEXEC"}, {0x20000, "PR_SVE_VL_INHERIT"}};
const FlagSet scalable_vector_flags{"PR_SVE_???", scalable_vector_flags_rows};

static constexpr FlagName scalable_matrix_flags_rows[] = {{0x40000, "PR_SME_SET_VL_ONEXEC"}, {0x20000, "PR_SME_VL_INHERIT"}};
const FlagSet scalable_matrix_flags{"PR_SME_???", scalable_matrix_flags_rows};

static constexpr FlagName thp_disable_flags_rows[] = {
    {2, "PR_THP_DISABLE_EXCEPT_ADVISED"},
};
const FlagSet thp_disable_flags{"PR_THP_???", thp_disable_flags_rows};

}  // namespace shimtrace::decoders
