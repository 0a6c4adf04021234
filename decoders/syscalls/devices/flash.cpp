// Flash: mtd/mtd-abi.h, mtd/ubi-user.h.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::devices {

namespace flash {

using namespace values;

static constexpr Field erased_fields[] = {{"start length", x32}};
static constexpr Field erased64_fields[] = {{"start length", x64}};
static constexpr Field spare_fields[] = {{"start length", x32}, {"ptr", location}};
static constexpr Field spare64_fields[] = {{"start", x64}, {"length", at(12, x32)}, {"usr_ptr", location}};
static constexpr Field protected_fields[] = {{"start length", x32}, {"locked", u32}};
static constexpr Field written_fields[] = {{"start len ooblen", x64}, {"usr_data usr_oob", location}, {"mode", constant8(flash_modes)}};
static constexpr Field device_fields[] = {
    {"type", constant8(flash_types)}, {"flags", flags32(flash_flags)}, {"size erasesize writesize oobsize", x32}, {"padding", x64}};
static constexpr Elements free_pair{.element = x32, .count = 2};
static constexpr Elements free_pairs{.element = free_pair, .count = 8}, old_positions{.element = x32, .count = 32, .cut = true},
    positions{.element = x32, .count = 64, .cut = true};
static constexpr Field out_of_band_fields[] = {
    {"useecc", constant32(flash_ecc)}, {"eccbytes", x32}, {"oobfree", free_pairs}, {"eccpos", old_positions}};
static constexpr Field free_fields[] = {{"offset length", x32}};
static constexpr Layout free_part{free_fields};
static constexpr Elements free_parts{.element = free_part, .count = 8};
static constexpr Field codes_fields[] = {{"eccbytes", x32}, {"eccpos", positions}, {"oobavail", x32}, {"oobfree", free_parts}};
static constexpr Field statistics_fields[] = {{"corrected failed badblocks bbtblocks", x32}};
static constexpr Field asked_region_fields[] = {{"regionindex", at(12, x32)}};
static constexpr Field told_region_fields[] = {{"offset erasesize numblocks", x32}};
static constexpr Layout erased{erased_fields}, erased64{erased64_fields}, spare{spare_fields}, spare64{spare64_fields},
    locked{protected_fields}, written{written_fields}, device{device_fields}, out_of_band{out_of_band_fields}, codes{codes_fields},
    statistics{statistics_fields}, asked_region{asked_region_fields}, told_region{told_region_fields};
static constexpr Value number{Format::signed_number, 4};

/// The name, of `name_len` characters, which stands some bytes before it.
template <std::size_t distance>
static void print_counted_name(Printer& printer, const Region& region, Surroundings&) {
    constexpr std::int16_t longest = 127;
    const auto length = static_cast<std::size_t>(std::clamp<std::int16_t>(value_at<std::int16_t>(region.bytes, 0), 0, longest));
    printer.field_text(region.bytes.subspan(distance, length + 1).first(length + 1));
}
static constexpr std::uint8_t name_size = 128;
static constexpr Field attached_fields[] = {{"ubi_num mtd_num vid_hdr_offset", s32}, {"max_beb_per1024", s16}};
static constexpr Field changed_fields[] = {{"lnum bytes", s32}, {"dtype", constant8(ubi_data)}};
static constexpr Field mapped_fields[] = {{"lnum", s32}, {"dtype", constant8(ubi_data)}};
static constexpr Field volume_fields[] = {
    {"vol_id alignment", s32},    {"bytes", s64},    {"vol_type", constant8(ubi_types)},
    {"flags", flags8(ubi_flags)}, {"name_len", s16}, {"name", at(18, of(print_counted_name<6>, 6 + name_size))}};
static constexpr Field renamed_fields[] = {{"vol_id", s32}, {"name_len", s16}, {"name", at(4, of(print_counted_name<4>, 4 + name_size))}};
static constexpr Layout renamed_volume{renamed_fields};
static constexpr Elements renamed_volumes{.element = renamed_volume, .count = 32, .counted_by = 0};
static constexpr Field rename_fields[] = {{"count", s32}, {"ents", at(16, renamed_volumes)}};
static constexpr Field resized_fields[] = {{"bytes", s64}, {"vol_id", s32}};
static constexpr Field property_fields[] = {{"property", constant8(ubi_properties)}, {"value", at(8, x64)}};
static constexpr Layout attached{attached_fields}, changed{.fields = changed_fields, .size = 16}, mapped{mapped_fields},
    volume{volume_fields}, renames{rename_fields}, resized{.fields = resized_fields, .size = 12}, property{property_fields};

static constexpr Command rows[] = {
    {0x4d13, Way::number, constant64(flash_file_modes)},      // MTDFILEMODE
    {0x4f08, Way::none},                                      // UBI_IOCVOLRMBLK
    {0x40044d0e, Way::fills, u32},                            // OTPGETREGIONCOUNT
    {0x40044f01, Way::takes, s32},                            // UBI_IOCEBER
    {0x40044f02, Way::takes, changed},                        // UBI_IOCEBCH
    {0x40044f04, Way::takes, s32},                            // UBI_IOCEBUNMAP
    {0x40046f01, Way::takes, s32},                            // UBI_IOCRMVOL
    {0x40046f04, Way::takes, s32},                            // UBI_IOCRPEB
    {0x40046f05, Way::takes, s32},                            // UBI_IOCSPEB
    {0x40046f41, Way::takes, s32},                            // UBI_IOCDET
    {0x40084d02, Way::takes, erased},                         // MEMERASE
    {0x40084d05, Way::takes, erased},                         // MEMLOCK
    {0x40084d06, Way::takes, erased},                         // MEMUNLOCK
    {0x40084d0b, Way::takes, u64},                            // MEMGETBADBLOCK
    {0x40084d0c, Way::takes, u64},                            // MEMSETBADBLOCK
    {0x40084f00, Way::takes, s64},                            // UBI_IOCVOLUP
    {0x40084f03, Way::takes, mapped},                         // UBI_IOCEBMAP
    {0x400c4d0f, Way::fills, locked},                         // OTPGETREGIONINFO
    {0x400c6f02, Way::takes, resized},                        // UBI_IOCRSVOL
    {0x40104d14, Way::takes, erased64},                       // MEMERASE64
    {0x40104f06, Way::takes, property},                       // UBI_IOCSETVOLPROP
    {0x40186f40, Way::changes, attached, number},             // UBI_IOCATT
    {0x40804f07, Way::none},                                  // UBI_IOCVOLCRBLK
    {0x40986f00, Way::changes, volume, number},               // UBI_IOCMKVOL
    {0x51106f03, Way::takes, renames},                        // UBI_IOCRNVOL
    {0x80044d07, Way::fills, s32},                            // MEMGETREGIONCOUNT
    {0x80044d0d, Way::takes, constant32(flash_otp)},          // OTPSELECT
    {0x80044f05, Way::takes, s32},                            // UBI_IOCEBISMAP
    {0x80084d17, Way::takes, erased},                         // MEMISLOCKED
    {0x800c4d10, Way::takes, locked},                         // OTPLOCK
    {0x80104d12, Way::fills, statistics},                     // ECCGETSTATS
    {0x80204d01, Way::fills, device},                         // MEMGETINFO
    {0x80c84d0a, Way::fills, out_of_band},                    // MEMGETOOBSEL
    {0x81484d11, Way::fills, codes},                          // ECCGETLAYOUT
    {0xc0104d03, Way::takes, spare},                          // MEMWRITEOOB
    {0xc0104d04, Way::takes, spare},                          // MEMREADOOB
    {0xc0104d08, Way::completes, asked_region, told_region},  // MEMGETREGIONINFO
    {0xc0184d15, Way::takes, spare64},                        // MEMWRITEOOB64
    {0xc0184d16, Way::takes, spare64},                        // MEMREADOOB64
    {0xc0304d18, Way::takes, written},                        // MEMWRITE
};

}  // namespace flash

constinit const std::span<const Command> flash_commands = flash::rows;

}  // namespace shimtrace::decoders::devices
