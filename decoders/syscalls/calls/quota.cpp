// linux/quota.h, linux/dqblk_xfs.h
#include "decoders/syscalls/calls/quota.hpp"

#include "decoders/constants/device.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/layout/layout_argument.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace quota {

namespace {

using namespace values;

constexpr Field next_limit_fields[] = {{"dqb_bhardlimit dqb_bsoftlimit dqb_curspace dqb_ihardlimit dqb_isoftlimit dqb_curinodes", u64},
                                       {"dqb_btime dqb_itime", when(Shown::in_full, u64)},
                                       {"dqb_valid", when(Shown::in_full, flags32(quota_fields))},
                                       {"dqb_id", u32}};
constexpr Field grace_fields[] = {
    {"dqi_bgrace dqi_igrace", u64}, {"dqi_flags", flags32(quota_info_flags)}, {"dqi_valid", flags32(quota_info_fields)}};
constexpr Field disk_limit_fields[] = {{"d_version", s8},
                                       {"d_flags", flags8(quota_kinds)},
                                       {"d_fieldmask", x16},
                                       {"d_id", u32},
                                       {"d_blk_hardlimit d_blk_softlimit d_ino_hardlimit d_ino_softlimit d_bcount d_icount", u64},
                                       {"d_itimer d_btimer", s32},
                                       {"d_iwarns d_bwarns", u16},
                                       {"d_rtb_hardlimit", at(72, u64)},
                                       {"d_rtb_softlimit d_rtbcount", u64},
                                       {"d_rtbtimer", s32},
                                       {"d_rtbwarns", u16}};
constexpr Field file_fields[] = {{"qfs_ino qfs_nblks", u64}, {"qfs_nextents", u32}};
constexpr Layout file{.fields = file_fields, .size = 24};
constexpr Field state_fields[] = {
    {"qs_version", s8},    {"qs_flags", at(2, flags16(quota_state_flags))},      {"qs_uquota qs_gquota", at(8, file)},
    {"qs_incoredqs", u32}, {"qs_btimelimit qs_itimelimit qs_rtbtimelimit", s32}, {"qs_bwarnlimit qs_iwarnlimit", u16}};
constexpr Field long_state_fields[] = {{"qs_version", s8},
                                       {"qs_flags", at(2, flags16(quota_state_flags))},
                                       {"qs_incoredqs", u32},
                                       {"qs_uquota qs_gquota qs_pquota", file},
                                       {"qs_btimelimit qs_itimelimit qs_rtbtimelimit", s32},
                                       {"qs_bwarnlimit qs_iwarnlimit", u16}};
constexpr Layout limits{.fields = std::span(next_limit_fields).first(3), .size = 72}, next_limits{next_limit_fields}, grace{grace_fields},
    disk_limits{.fields = disk_limit_fields, .brief = 10, .size = 112}, state{.fields = state_fields, .brief = 1, .size = 80},
    long_state{.fields = long_state_fields, .brief = 1, .size = 160};

enum class Id : std::uint8_t { none, user, format };
enum class Way : std::uint8_t { none, path, takes, fills };
struct Command {
    std::uint32_t command;
    std::string_view name;
    Id id;
    Way way;
    Value value{};
};
constexpr Command commands[] = {
    {0x800001, "Q_SYNC", Id::none, Way::none},
    {0x800002, "Q_QUOTAON", Id::format, Way::path},
    {0x800003, "Q_QUOTAOFF", Id::none, Way::none},
    {0x800004, "Q_GETFMT", Id::none, Way::fills, constant32(quota_formats)},
    {0x800005, "Q_GETINFO", Id::none, Way::fills, grace},
    {0x800006, "Q_SETINFO", Id::none, Way::takes, grace},
    {0x800007, "Q_GETQUOTA", Id::user, Way::fills, limits},
    {0x800008, "Q_SETQUOTA", Id::user, Way::takes, limits},
    {0x800009, "Q_GETNEXTQUOTA", Id::user, Way::fills, next_limits},
    {0x5801, "Q_XQUOTAON", Id::none, Way::takes, flags32(quota_state_flags)},
    {0x5802, "Q_XQUOTAOFF", Id::none, Way::takes, flags32(quota_state_flags)},
    {0x5803, "Q_XGETQUOTA", Id::user, Way::fills, disk_limits},
    {0x5804, "Q_XSETQLIM", Id::user, Way::takes, disk_limits},
    {0x5805, "Q_XGETQSTAT", Id::none, Way::fills, state},
    {0x5806, "Q_XQUOTARM", Id::none, Way::takes, flags32(quota_kinds)},
    {0x5807, "Q_XQUOTASYNC", Id::none, Way::none},
    {0x5808, "Q_XGETQSTATV", Id::none, Way::fills, long_state},
    {0x5809, "Q_XGETNEXTQUOTA", Id::user, Way::fills, disk_limits},
};

const Command* find(const Call& call, const Slot& slot) {
    const auto row = std::ranges::find(commands, call.argument32(slot.argument.other) >> 8, &Command::command);
    return row != std::end(commands) ? row : nullptr;
}

/// An operation and a type: QCMD.
void print_command(Printer& printer, const Slot& slot) {
    constexpr std::string_view kinds[] = {"USRQUOTA", "GRPQUOTA", "PRJQUOTA"};
    const Command* row = find(printer.call(), slot);
    const auto value = static_cast<std::uint32_t>(slot.value), kind = value & 0xff;
    printer.text("QCMD(");
    row ? printer.text(row->name) : (printer.hex(value >> 8), printer.comment("Q_???"));
    printer.text(", ");
    kind < std::size(kinds) ? printer.text(kinds[kind]) : (printer.hex(kind), printer.comment("???QUOTA"));
    printer.put(')');
}
void render_command(Printer& printer, const Slot& slot) {
    if (printer.style().constants == Constants::abbrev) return print_command(printer, slot);
    printer.unsigned_decimal(static_cast<std::uint32_t>(slot.value));
    if (printer.style().constants == Constants::raw) return;
    printer.text(" /* ");
    print_command(printer, slot);
    printer.text(" */");
}

bool has_id(const Call& call, const Slot& slot) {
    const Command* row = find(call, slot);
    return !row || row->id != Id::none;
}
void render_id(Printer& printer, const Slot& slot) {
    const Command* row = find(printer.call(), slot);
    const auto id = static_cast<std::uint32_t>(slot.value);
    row && row->id == Id::format ? printer.constant(quota_formats, id) : printer.user(id);
}

bool is_in(const Call& call, const Slot& slot) {
    const Command* row = find(call, slot);
    return !row || row->way == Way::path || row->way == Way::takes;
}
bool is_out(const Call& call, const Slot& slot) {
    const Command* row = find(call, slot);
    return row && row->way == Way::fills;
}
void capture(Capture& capture, const Slot& slot, int level) {
    const Command* row = find(capture.call(), slot);
    if (row && row->way == Way::path && level == 0) capture.path(slot.value);
    if (row && (row->way == Way::takes || row->way == Way::fills)) capture_value(capture, slot, level, row->value);
}
void render_in(Printer& printer, const Slot& slot) {
    const Command* row = find(printer.call(), slot);
    if (!row) return printer.address(slot.value);
    row->way == Way::path ? printer.path(slot.value) : render_value_in(printer, slot, row->value);
}
void render_out(Printer& printer, const Slot& slot) {
    render_value_out(printer, slot, find(printer.call(), slot)->value);
}

}  // namespace

}  // namespace quota

namespace types {

const ArgumentType quota_command{.render = quota::render_command};
const ArgumentType quota_id{.render = quota::render_id, .present = quota::has_id};
const ArgumentType quota_in{.render = quota::render_in, .capture = quota::capture, .present = quota::is_in, .compat = &address};
const ArgumentType quota_out{
    .phase = Phase::exit, .render = quota::render_out, .capture = quota::capture, .present = quota::is_out, .compat = &address};

}  // namespace types

}  // namespace shimtrace::decoders
