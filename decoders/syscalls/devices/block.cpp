// Disks and what lies on them: linux/fs.h, linux/hdreg.h, linux/blkpg.h, linux/fiemap.h, network block devices.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"

namespace shimtrace::decoders::devices {

namespace block {

using namespace values;

static constexpr Elements pair64{.element = u64, .count = 2}, three_words{.element = x32, .count = 3};

static constexpr Field set_attribute_fields[] = {{"fsx_xflags", flags32(file_extended_attributes)},
                                                 {"fsx_extsize", u32},
                                                 {"", skipped(4)},
                                                 {"fsx_projid", x32},
                                                 {"fsx_cowextsize", u32},
                                                 {"", skipped(8)}};
static constexpr Field get_attribute_fields[] = {{"fsx_xflags", flags32(file_extended_attributes)},
                                                 {"fsx_extsize fsx_nextents", u32},
                                                 {"fsx_projid", x32},
                                                 {"fsx_cowextsize", u32},
                                                 {"", skipped(8)}};
static constexpr Field trim_fields[] = {{"start", x64}, {"len minlen", u64}};
static constexpr Layout set_attributes{set_attribute_fields}, get_attributes{get_attribute_fields}, trimmed{trim_fields};

static constexpr Field partition_fields[] = {{"start length", s64}, {"pno", s32}, {"devname volname", string(64)}};
static constexpr Layout partition_layout{partition_fields};
static constexpr Pointed partition{.value = partition_layout};
static constexpr Field partitioned_fields[] = {{"op", constant32(partition_operations)}, {"flags datalen", s32}, {"data", partition}};
static constexpr Field trace_fields[] = {{"act_mask", at(32, u16)}, {"buf_size buf_nr", u32}, {"start_lba end_lba", u64}, {"pid", process}};
static constexpr Field traced_fields[] = {{"name", string(32)}};
static constexpr Layout partitioned{partitioned_fields}, trace{trace_fields}, traced{traced_fields};

static constexpr Field geometry_fields[] = {{"heads sectors", u8}, {"cylinders", u16}, {"start", u64}};
static constexpr Field drive_command_fields[] = {{"command", constant8(disk_commands)}, {"sector_number feature sector_count", u8}};
static constexpr Field drive_answer_fields[] = {{"status", x8}, {"error nsector", u8}};
static constexpr Layout geometry{geometry_fields}, drive_command{drive_command_fields}, drive_answer{drive_answer_fields};
static constexpr Pointed identity{.value = Format::buffer, .counted_by = 512, .counter = 0, .here = true};

static constexpr Field extent_fields[] = {
    {"fe_logical fe_physical fe_length", u64}, {"", skipped(16)}, {"fe_flags", flags32(extent_flags)}, {"", skipped(12)}};
static constexpr Layout extent{extent_fields};
static constexpr Pointed extents{.value = extent, .counted_by = 20, .here = true};
static constexpr Field asked_extent_fields[] = {
    {"fm_start fm_length", u64}, {"fm_flags", flags32(extent_requests)}, {"fm_extent_count", at(24, u32)}};
static constexpr Field told_extent_fields[] = {
    {"fm_flags", at(16, flags32(extent_requests))}, {"fm_mapped_extents", u32}, {"fm_extents", at(32, when(Shown::in_full, extents))}};
static constexpr Layout asked_extents{asked_extent_fields}, told_extents{told_extent_fields};

static constexpr Field clone_fields[] = {{"src_fd", descriptor}, {"src_offset src_length dest_offset", u64}};
static constexpr Layout cloned{clone_fields};
static constexpr Field to_fields[] = {{"dest_fd", at(0, descriptor)}, {"dest_offset", u64}};
static constexpr Field deduped_fields[] = {{"bytes_deduped", at(16, u64)}, {"status", s32}};
static constexpr Layout to{.fields = to_fields, .size = 32}, deduped_layout{.fields = deduped_fields, .size = 32};
static constexpr Pointed destinations{.value = to, .counted_by = 16, .counter = 2, .here = true, .brief = 2},
    results{.value = deduped_layout, .counted_by = 16, .counter = 2, .here = true, .brief = 2};
static constexpr Field dedupe_fields[] = {{"src_offset src_length", u64}, {"dest_count", u16}, {"info", at(24, destinations)}};
static constexpr Field dedupe_result_fields[] = {{"info", at(24, results)}};
static constexpr Layout dedupe{dedupe_fields}, dedupe_results{dedupe_result_fields};
static constexpr Pointed label_here{.value = text, .here = true};

static constexpr Command rows[] = {
    {0x1, Way::points},                                       // FIBMAP
    {0x2, Way::fills, s32},                                   // FIGETBSZ
    {0x301, Way::fills, geometry},                            // HDIO_GETGEO
    {0x302, Way::fills, u64},                                 // HDIO_GET_UNMASKINTR
    {0x304, Way::fills, u64},                                 // HDIO_GET_MULTCOUNT
    {0x307, Way::fills, identity},                            // HDIO_OBSOLETE_IDENTITY
    {0x308, Way::fills, u64},                                 // HDIO_GET_KEEPSETTINGS
    {0x309, Way::fills, u64},                                 // HDIO_GET_32BIT
    {0x30a, Way::fills, u64},                                 // HDIO_GET_NOWERR
    {0x30b, Way::fills, u64},                                 // HDIO_GET_DMA
    {0x30c, Way::fills, flags64(ide_nice)},                   // HDIO_GET_NICE
    {0x30d, Way::fills, identity},                            // HDIO_GET_IDENTITY
    {0x30e, Way::fills, u64},                                 // HDIO_GET_WCACHE
    {0x30f, Way::fills, u64},                                 // HDIO_GET_ACOUSTIC
    {0x310, Way::fills, u64},                                 // HDIO_GET_ADDRESS
    {0x31a, Way::fills, constant64(bus_states)},              // HDIO_GET_BUSSTATE
    {0x31c, Way::takes, three_words},                         // HDIO_DRIVE_RESET
    {0x31f, Way::changes, drive_command, drive_answer},       // HDIO_DRIVE_CMD
    {0x321, Way::number, u64},                                // HDIO_SET_MULTCOUNT
    {0x322, Way::number, u64},                                // HDIO_SET_UNMASKINTR
    {0x323, Way::number, u64},                                // HDIO_SET_KEEPSETTINGS
    {0x324, Way::number, u64},                                // HDIO_SET_32BIT
    {0x325, Way::number, u64},                                // HDIO_SET_NOWERR
    {0x326, Way::number, u64},                                // HDIO_SET_DMA
    {0x327, Way::number, u64},                                // HDIO_SET_PIO_MODE
    {0x328, Way::takes, three_words},                         // HDIO_SCAN_HWIF
    {0x329, Way::number, flags64(ide_nice)},                  // HDIO_SET_NICE
    {0x32a, Way::number, u64},                                // HDIO_UNREGISTER_HWIF
    {0x32b, Way::number, u64},                                // HDIO_SET_WCACHE
    {0x32c, Way::number, u64},                                // HDIO_SET_ACOUSTIC
    {0x32d, Way::number, constant64(bus_states)},             // HDIO_SET_BUSSTATE
    {0x32f, Way::number, u64},                                // HDIO_SET_ADDRESS
    {0x125d, Way::takes, s32},                                // BLKROSET
    {0x125e, Way::fills, s32},                                // BLKROGET
    {0x125f, Way::none},                                      // BLKRRPART
    {0x1260, Way::fills, u64},                                // BLKGETSIZE
    {0x1261, Way::none},                                      // BLKFLSBUF
    {0x1262, Way::number, u64},                               // BLKRASET
    {0x1263, Way::fills, u64},                                // BLKRAGET
    {0x1264, Way::number, u64},                               // BLKFRASET
    {0x1265, Way::fills, u64},                                // BLKFRAGET
    {0x1267, Way::fills, u16},                                // BLKSECTGET
    {0x1268, Way::fills, s32},                                // BLKSSZGET
    {0x1269, Way::takes, partitioned},                        // BLKPG
    {0x1274, Way::none},                                      // BLKTRACESTART
    {0x1275, Way::none},                                      // BLKTRACESTOP
    {0x1276, Way::none},                                      // BLKTRACETEARDOWN
    {0x1277, Way::takes, pair64},                             // BLKDISCARD
    {0x1278, Way::fills, u32},                                // BLKIOMIN
    {0x1279, Way::fills, u32},                                // BLKIOOPT
    {0x127a, Way::fills, s32},                                // BLKALIGNOFF
    {0x127b, Way::fills, u32},                                // BLKPBSZGET
    {0x127c, Way::fills, u32},                                // BLKDISCARDZEROES
    {0x127d, Way::takes, pair64},                             // BLKSECDISCARD
    {0x127e, Way::fills, u16},                                // BLKROTATIONAL
    {0x127f, Way::takes, pair64},                             // BLKZEROOUT
    {0xab00, Way::number, descriptor},                        // NBD_SET_SOCK
    {0xab01, Way::number, u64},                               // NBD_SET_BLKSIZE
    {0xab02, Way::number, u64},                               // NBD_SET_SIZE
    {0xab03, Way::none},                                      // NBD_DO_IT
    {0xab04, Way::none},                                      // NBD_CLEAR_SOCK
    {0xab05, Way::none},                                      // NBD_CLEAR_QUE
    {0xab06, Way::none},                                      // NBD_PRINT_DEBUG
    {0xab07, Way::number, u64},                               // NBD_SET_SIZE_BLOCKS
    {0xab08, Way::none},                                      // NBD_DISCONNECT
    {0xab09, Way::number, u64},                               // NBD_SET_TIMEOUT
    {0xab0a, Way::number, flags32(network_disk_flags)},       // NBD_SET_FLAGS
    {0x40046602, Way::takes, flags32(file_attributes)},       // FS_IOC32_SETFLAGS
    {0x40049409, Way::number, descriptor},                    // FICLONE
    {0x40081271, Way::takes, s32},                            // BLKBSZSET
    {0x40086602, Way::takes, flags32(file_attributes)},       // FS_IOC_SETFLAGS
    {0x401c5820, Way::takes, set_attributes},                 // FS_IOC_FSSETXATTR
    {0x4020940d, Way::takes, cloned},                         // FICLONERANGE
    {0x41009432, Way::takes, label_here},                     // FS_IOC_SETFSLABEL
    {0x80041284, Way::fills, u32},                            // BLKGETZONESZ
    {0x80041285, Way::fills, u32},                            // BLKGETNRZONES
    {0x80046601, Way::fills, flags32(file_attributes)},       // FS_IOC32_GETFLAGS
    {0x80081270, Way::fills, s32},                            // BLKBSZGET
    {0x80081272, Way::fills, u64},                            // BLKGETSIZE64
    {0x80081280, Way::fills, u64},                            // BLKGETDISKSEQ
    {0x80086601, Way::fills, flags32(file_attributes)},       // FS_IOC_GETFLAGS
    {0x80087601, Way::fills, u64},                            // FS_IOC_GETVERSION
    {0x801c581f, Way::fills, get_attributes},                 // FS_IOC_FSGETXATTR
    {0x81009431, Way::fills, label_here},                     // FS_IOC_GETFSLABEL
    {0xc0045877, Way::none},                                  // FIFREEZE
    {0xc0045878, Way::none},                                  // FITHAW
    {0xc0185879, Way::takes, trimmed},                        // FITRIM
    {0xc0189436, Way::changes, dedupe, dedupe_results},       // FIDEDUPERANGE
    {0xc020660b, Way::changes, asked_extents, told_extents},  // FS_IOC_FIEMAP
    {0xc0481273, Way::completes, trace, traced},              // BLKTRACESETUP
};

}  // namespace block

constinit const std::span<const Command> block_commands = block::rows;

}  // namespace shimtrace::decoders::devices
