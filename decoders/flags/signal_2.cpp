#include "decoders_flags/signal.hpp"

namespace shimtrace::decoders {

static constexpr FlagName io_uring_enter_flags_rows[] = {
    {1, "IORING_ENTER_GETEVENTS"},
    {2, "IORING_ENTER_SQ_WAKEUP"},
    {4, "IORING_ENTER_SQ_WAIT"},
    {8, "IORING_ENTER_EXT_ARG"},
    {0x10, "IORING_ENTER_REGISTERED_RING"},
};
const FlagSet io_uring_enter_flags{"IORING_ENTER_???", io_uring_enter_flags_rows};

static constexpr FlagName io_uring_register_opcodes_rows[] = {
    {0, "IORING_REGISTER_BUFFERS"},
    {1, "IORING_UNREGISTER_BUFFERS"},
    {2, "IORING_REGISTER_FILES"},
    {3, "IORING_UNREGISTER_FILES"},
    {4, "IORING_REGISTER_EVENTFD"},
    {5, "IORING_UNREGISTER_EVENTFD"},
    {6, "IORING_REGISTER_FILES_UPDATE"},
    {7, "IORING_REGISTER_EVENTFD_ASYNC"},
    {8, "IORING_REGISTER_PROBE"},
    {9, "IORING_REGISTER_PERSONALITY"},
    {0xa, "IORING_UNREGISTER_PERSONALITY"},
    {0xb, "IORING_REGISTER_RESTRICTIONS"},
    {0xc, "IORING_REGISTER_ENABLE_RINGS"},
    {0xd, "IORING_REGISTER_FILES2"},
    {0xe, "IORING_REGISTER_FILES_UPDATE2"},
    {0xf, "IORING_REGISTER_BUFFERS2"},
    {0x10, "IORING_REGISTER_BUFFERS_UPDATE"},
    {0x11, "IORING_REGISTER_IOWQ_AFF"},
    {0x12, "IORING_UNREGISTER_IOWQ_AFF"},
    {0x13, "IORING_REGISTER_IOWQ_MAX_WORKERS"},
    {0x14, "IORING_REGISTER_RING_FDS"},
    {0x15, "IORING_UNREGISTER_RING_FDS"},
    {0x16, "IORING_REGISTER_PBUF_RING"},
    {0x17, "IORING_UNREGISTER_PBUF_RING"},
    {0x18, "IORING_REGISTER_SYNC_CANCEL"},
    {0x19, "IORING_REGISTER_FILE_ALLOC_RANGE"},
};
const FlagSet io_uring_register_opcodes{"IORING_REGISTER_???", io_uring_register_opcodes_rows};

}  // namespace shimtrace::decoders
