#include "decoders/constants/signal.hpp"

namespace shimtrace::decoders {

static constexpr FlagName io_uring_setup_flags_rows[] = {
    {1, "IORING_SETUP_IOPOLL"},
    {2, "IORING_SETUP_SQPOLL"},
    {4, "IORING_SETUP_SQ_AFF"},
    {8, "IORING_SETUP_CQSIZE"},
    {0x10, "IORING_SETUP_CLAMP"},
    {0x20, "IORING_SETUP_ATTACH_WQ"},
    {0x40, "IORING_SETUP_R_DISABLED"},
    {0x80, "IORING_SETUP_SUBMIT_ALL"},
    {0x100, "IORING_SETUP_COOP_TASKRUN"},
    {0x200, "IORING_SETUP_TASKRUN_FLAG"},
    {0x400, "IORING_SETUP_SQE128"},
    {0x800, "IORING_SETUP_CQE32"},
    {0x1000, "IORING_SETUP_SINGLE_ISSUER"},
    {0x2000, "IORING_SETUP_DEFER_TASKRUN"},
    {0x4000, "IORING_SETUP_NO_MMAP"},
    {0x8000, "IORING_SETUP_REGISTERED_FD_ONLY"},
    {0x10000, "IORING_SETUP_NO_SQARRAY"},
    {0x20000, "IORING_SETUP_HYBRID_IOPOLL"},
};
const FlagSet io_uring_setup_flags{"IORING_SETUP_???", io_uring_setup_flags_rows};

static constexpr FlagName io_uring_features_rows[] = {
    {1, "IORING_FEAT_SINGLE_MMAP"},
    {2, "IORING_FEAT_NODROP"},
    {4, "IORING_FEAT_SUBMIT_STABLE"},
    {8, "IORING_FEAT_RW_CUR_POS"},
    {0x10, "IORING_FEAT_CUR_PERSONALITY"},
    {0x20, "IORING_FEAT_FAST_POLL"},
    {0x40, "IORING_FEAT_POLL_32BITS"},
    {0x80, "IORING_FEAT_SQPOLL_NONFIXED"},
    {0x100, "IORING_FEAT_EXT_ARG"},
    {0x200, "IORING_FEAT_NATIVE_WORKERS"},
    {0x400, "IORING_FEAT_RSRC_TAGS"},
    {0x800, "IORING_FEAT_CQE_SKIP"},
    {0x1000, "IORING_FEAT_LINKED_FILE"},
    {0x2000, "IORING_FEAT_REG_REG_RING"},
    {0x4000, "IORING_FEAT_RECVSEND_BUNDLE"},
    {0x8000, "IORING_FEAT_MIN_TIMEOUT"},
};
const FlagSet io_uring_features{"IORING_FEAT_???", io_uring_features_rows};

static constexpr FlagName io_uring_enter_flags_rows[] = {
    {1, "IORING_ENTER_GETEVENTS"},
    {2, "IORING_ENTER_SQ_WAKEUP"},
    {4, "IORING_ENTER_SQ_WAIT"},
    {8, "IORING_ENTER_EXT_ARG"},
    {0x10, "IORING_ENTER_REGISTERED_RING"},
};
const FlagSet io_uring_enter_flags{"IORING_ENTER_???", io_uring_enter_flags_rows};

}  // namespace shimtrace::decoders
