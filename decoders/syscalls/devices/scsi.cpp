// SCSI: scsi/sg.h.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"

namespace shimtrace::decoders::devices {

namespace scsi {

using namespace values;

static constexpr Command rows[] = {
    {0x2201, Way::takes, s32},                      // SG_SET_TIMEOUT
    {0x2202, Way::none},                            // SG_GET_TIMEOUT
    {0x2203, Way::fills, s32},                      // SG_EMULATED_HOST
    {0x2204, Way::number, x32},                     // SG_SET_TRANSFORM
    {0x2205, Way::fills, s32},                      // SG_GET_TRANSFORM
    {0x2270, Way::fills, s32},                      // SG_GET_COMMAND_Q
    {0x2271, Way::takes, s32},                      // SG_SET_COMMAND_Q
    {0x2272, Way::fills, s32},                      // SG_GET_RESERVED_SIZE
    {0x2275, Way::takes, s32},                      // SG_SET_RESERVED_SIZE
    {0x2276, Way::points},                          // SG_GET_SCSI_ID
    {0x2279, Way::takes, s32},                      // SG_SET_FORCE_LOW_DMA
    {0x227a, Way::fills, s32},                      // SG_GET_LOW_DMA
    {0x227b, Way::takes, s32},                      // SG_SET_FORCE_PACK_ID
    {0x227c, Way::fills, s32},                      // SG_GET_PACK_ID
    {0x227d, Way::fills, s32},                      // SG_GET_NUM_WAITING
    {0x227e, Way::takes, s32},                      // SG_SET_DEBUG
    {0x227f, Way::fills, s32},                      // SG_GET_SG_TABLESIZE
    {0x2282, Way::fills, s32},                      // SG_GET_VERSION_NUM
    {0x2283, Way::takes, s32},                      // SG_NEXT_CMD_LEN
    {0x2284, Way::takes, constant32(scsi_resets)},  // SG_SCSI_RESET
    {0x2285, Way::points},                          // SG_IO
    {0x2286, Way::points},                          // SG_GET_REQUEST_TABLE
    {0x2287, Way::takes, s32},                      // SG_SET_KEEP_ORPHAN
    {0x2288, Way::fills, s32},                      // SG_GET_KEEP_ORPHAN
    {0x2289, Way::fills, s32},                      // SG_GET_ACCESS_COUNT
};

}  // namespace scsi

constinit const std::span<const Command> scsi_commands = scsi::rows;

}  // namespace shimtrace::decoders::devices
