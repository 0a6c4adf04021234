// Keys and keyrings.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/layout/layout_argument.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders {

namespace {

constexpr FlagName key_permission_rows[] = {
    {0x1000000, "KEY_POS_VIEW"},  {0x2000000, "KEY_POS_READ"},     {0x4000000, "KEY_POS_WRITE"}, {0x8000000, "KEY_POS_SEARCH"},
    {0x10000000, "KEY_POS_LINK"}, {0x20000000, "KEY_POS_SETATTR"}, {0x10000, "KEY_USR_VIEW"},    {0x20000, "KEY_USR_READ"},
    {0x40000, "KEY_USR_WRITE"},   {0x80000, "KEY_USR_SEARCH"},     {0x100000, "KEY_USR_LINK"},   {0x200000, "KEY_USR_SETATTR"},
    {0x100, "KEY_GRP_VIEW"},      {0x200, "KEY_GRP_READ"},         {0x400, "KEY_GRP_WRITE"},     {0x800, "KEY_GRP_SEARCH"},
    {0x1000, "KEY_GRP_LINK"},     {0x2000, "KEY_GRP_SETATTR"},     {0x1, "KEY_OTH_VIEW"},        {0x2, "KEY_OTH_READ"},
    {0x4, "KEY_OTH_WRITE"},       {0x8, "KEY_OTH_SEARCH"},         {0x10, "KEY_OTH_LINK"},       {0x20, "KEY_OTH_SETATTR"},
};
constexpr FlagSet key_permissions{"KEY_???", key_permission_rows};

constexpr FlagSet default_keyrings{
    "KEY_REQKEY_DEFL_???",
    numbers(
        "4294967295 KEY_REQKEY_DEFL_NO_CHANGE 0 KEY_REQKEY_DEFL_DEFAULT KEY_REQKEY_DEFL_THREAD_KEYRING KEY_REQKEY_DEFL_PROCESS_KEYRING "
        "KEY_REQKEY_DEFL_SESSION_KEYRING KEY_REQKEY_DEFL_USER_KEYRING KEY_REQKEY_DEFL_USER_SESSION_KEYRING KEY_REQKEY_DEFL_GROUP_KEYRING "
        "KEY_REQKEY_DEFL_REQUESTOR_KEYRING")};
constexpr FlagSet supported_operations{"KEYCTL_SUPPORTS_???",
                                       bits("KEYCTL_SUPPORTS_ENCRYPT KEYCTL_SUPPORTS_DECRYPT KEYCTL_SUPPORTS_SIGN KEYCTL_SUPPORTS_VERIFY")};
constexpr FlagSet move_flags{"KEYCTL_MOVE_???", bits("KEYCTL_MOVE_EXCL")};
constexpr FlagSet key_capabilities[] = {
    {"KEYCTL_CAPS0_???",
     bits("KEYCTL_CAPS0_CAPABILITIES KEYCTL_CAPS0_PERSISTENT_KEYRINGS KEYCTL_CAPS0_DIFFIE_HELLMAN KEYCTL_CAPS0_PUBLIC_KEY "
          "KEYCTL_CAPS0_BIG_KEY KEYCTL_CAPS0_INVALIDATE KEYCTL_CAPS0_RESTRICT_KEYRING KEYCTL_CAPS0_MOVE")},
    {"KEYCTL_CAPS1_???", bits("KEYCTL_CAPS1_NS_KEYRING_NAME KEYCTL_CAPS1_NS_KEY_TAG KEYCTL_CAPS1_NOTIFICATIONS")}};

// keys

/// A number with a sign, by its name where it has one.
void print_signed(Printer& printer, std::uint32_t value, const FlagSet& names, bool tells_unknown) {
    const std::string_view name = names.name_of(value);
    const auto number = [&] { printer.decimal(static_cast<std::int32_t>(value)); };
    if (!name.empty()) return styled(printer, name, number);
    number();
    if (tells_unknown && printer.style().constants != Constants::raw) printer.comment(names.unknown);
}
void render_serial(Printer& printer, const Slot& slot) {
    print_signed(printer, static_cast<std::uint32_t>(slot.value), key_specs, false);
}
void print_serial(Printer& printer, const Region& region, Surroundings&) {
    print_signed(printer, value_at<std::uint32_t>(region.bytes, 0), key_specs, false);
}
void render_default_keyring(Printer& printer, const Slot& slot) {
    print_signed(printer, static_cast<std::uint32_t>(slot.value), default_keyrings, true);
}
void render_rejection(Printer& printer, const Slot& slot) {
    printer.error(static_cast<std::uint32_t>(slot.value));
}
void capture_capabilities(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, capture.call().argument(slot.index + 1));
}
void render_capabilities(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (call.failed()) return printer.address(slot.value);
    const auto count = std::min<std::uint64_t>(call.argument(slot.index + 1), static_cast<std::uint64_t>(call.result()));
    array(printer, slot.value, count, 1, printer.element_limit(), [&](std::span<const std::byte> bytes, std::uint64_t i) {
        const auto value = value_at<std::uint8_t>(bytes, 0);
        i < std::size(key_capabilities) ? printer.flags(key_capabilities[i], value) : printer.hex(value);
    });
}

// linux/keyctl.h

using values::u16, values::u32, values::x32;

constexpr Value serial = values::of(print_serial, 4);
constexpr Field agreed_fields[] = {{"private prime base", serial}};
constexpr Elements eight_words{.element = x32, .count = 8}, ten_words{.element = x32, .count = 10}, seven_words{.element = x32, .count = 7};
constexpr Pointed name_of_hash{.value = values::text}, other_info{.value = Format::buffer, .counted_by = 16};
constexpr Field some_info[] = {{"otherinfo", values::at(8, other_info)}}, no_info[] = {{"otherinfo", values::at(8, values::location)}};
constexpr OfNumber without_info[] = {{0, no_info}};
constexpr ByNumber info_if_any{16, 4, without_info, some_info};
constexpr Field derived_fields[] = {{"hashname", name_of_hash},
                                    {"", info_if_any},
                                    {"otherinfolen", values::at(16, u32)},
                                    {"__spare", values::when(Shown::if_set, eight_words)}};
constexpr Field query_fields[] = {{"supported_ops", values::flags32(supported_operations)},
                                  {"key_size", u32},
                                  {"max_data_size max_sig_size max_enc_size max_dec_size", u16},
                                  {"__spare", values::when(Shown::if_set, ten_words)}};
constexpr Field filling_fields[] = {{"key_id", serial}, {"in_len out_len", u32}, {"__spare", values::when(Shown::if_set, seven_words)}};
constexpr Field checking_fields[] = {{"key_id", serial}, {"in_len in2_len", u32}, {"__spare", values::when(Shown::if_set, seven_words)}};
constexpr Layout agreed{agreed_fields}, derived{.fields = derived_fields, .size = 56}, query{query_fields}, filling{filling_fields},
    checking{checking_fields};

/// The length of a buffer, which stands in the struct that an argument before it leads to.
std::optional<std::uint32_t> told_length(const Call& call, std::size_t place) {
    constexpr std::size_t size = 40;
    const auto bytes = call.argument(1) ? call.bytes_at_entry(call.argument(1), size) : std::nullopt;
    return bytes && bytes->size() == size ? std::optional(value_at<std::uint32_t>(*bytes, place)) : std::nullopt;
}
template <std::size_t place>
void capture_told(Capture& capture, const Slot& slot, int level) {
    const auto length = told_length(capture.call(), place);
    if (length && level == (capture.at_exit() ? 0 : 1)) capture.payload(slot.value, *length);
}
template <std::size_t place, bool filled>
void render_told(Printer& printer, const Slot& slot) {
    const auto length = told_length(printer.call(), place);
    length && !(filled && printer.call().failed()) ? printer.buffer(slot.value, *length) : printer.address(slot.value);
}

std::uint64_t filled_bytes(const Call& call, const Slot& slot) {
    const auto result = static_cast<std::uint64_t>(std::max<std::int64_t>(call.result(), 0));
    return std::min(result, call.argument(slot.index + 1));
}
void capture_filled(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.payload(slot.value, filled_bytes(capture.call(), slot));
}
/// `ends`: a description, whose NUL at the end is not shown.
template <bool ends>
void render_filled(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const std::uint64_t length = filled_bytes(call, slot);
    if (call.succeeded() && length == 0 && slot.value != 0) return printer.text("\"\"");
    const auto bytes = call.failed() ? std::nullopt : call.bytes(slot.value, std::min<std::uint64_t>(length, printer.style().string_limit));
    if (!bytes) return printer.address(slot.value);
    const bool cut = ends && length == bytes->size() && !bytes->empty() && bytes->back() == std::byte{0};
    printer.quoted(cut ? bytes->first(bytes->size() - 1) : *bytes, cut ? length - 1 : length);
}
template <bool ends>
constexpr ArgumentType filled_with{.phase = Phase::exit, .render = render_filled<ends>, .capture = capture_filled, .is_text = true};

}  // namespace

namespace types {

static constexpr ArgumentType key_serial{.render = render_serial};
static constexpr ArgumentType key_description = filled_with<true>;
static constexpr ArgumentType key_contents = filled_with<false>;
static constexpr ArgumentType default_keyring{.render = render_default_keyring};
static constexpr ArgumentType rejection{.render = render_rejection};
static constexpr ArgumentType key_capabilities{
    .phase = Phase::exit, .render = render_capabilities, .capture = capture_capabilities, .compat = &same};
template <std::size_t place>
static constexpr ArgumentType told_in{
    .render = render_told<place, false>, .capture = capture_told<place>, .is_text = true, .compat = &same};
template <std::size_t place>
static constexpr ArgumentType told_out{
    .phase = Phase::exit, .render = render_told<place, true>, .capture = capture_told<place>, .is_text = true, .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr Argument key(std::string_view name) {
    return of(name, types::key_serial);
}

static constexpr Argument filling_pair = of("arg2", layout_in<filling>), checking_pair = of("arg2", layout_in<checking>),
                          from_first = of("arg4", types::told_in<4>), into_second = of("arg5", types::told_out<8>);

static constexpr Variant keyctl_variants[] = {
    {0, "KEYCTL_GET_KEYRING_ID", {key("arg2"), number("arg3")}},
    {1, "KEYCTL_JOIN_SESSION_KEYRING", {string("arg2")}},
    {2, "KEYCTL_UPDATE", {key("arg2"), in_buffer("arg3", 3), size("arg4")}},
    {3, "KEYCTL_REVOKE", {key("arg2")}},
    {4, "KEYCTL_CHOWN", {key("arg2"), id("arg3"), id("arg4")}},
    {5, "KEYCTL_SETPERM", {key("arg2"), flags("arg3", key_permissions)}},
    {6, "KEYCTL_DESCRIBE", {key("arg2"), of("arg3", types::key_description), size("arg4")}},
    {7, "KEYCTL_CLEAR", {key("arg2")}},
    {8, "KEYCTL_LINK", {key("arg2"), key("arg3")}},
    {9, "KEYCTL_UNLINK", {key("arg2"), key("arg3")}},
    {10, "KEYCTL_SEARCH", {key("arg2"), string("arg3"), string("arg4"), key("arg5")}},
    {11, "KEYCTL_READ", {key("arg2"), of("arg3", types::key_contents), size("arg4")}},
    {12, "KEYCTL_INSTANTIATE", {key("arg2"), in_buffer("arg3", 3), size("arg4"), key("arg5")}},
    {13, "KEYCTL_NEGATE", {key("arg2"), count("arg3"), key("arg4")}},
    {14, "KEYCTL_SET_REQKEY_KEYRING", {of("arg2", types::default_keyring)}},
    {15, "KEYCTL_SET_TIMEOUT", {key("arg2"), count("arg3")}},
    {16, "KEYCTL_ASSUME_AUTHORITY", {key("arg2")}},
    {17, "KEYCTL_GET_SECURITY", {key("arg2"), of("arg3", types::key_description), size("arg4")}},
    {18, "KEYCTL_SESSION_TO_PARENT", {}},
    {19, "KEYCTL_REJECT", {key("arg2"), count("arg3"), of("arg4", types::rejection), key("arg5")}},
    {20, "KEYCTL_INSTANTIATE_IOV", {key("arg2"), in_iovec("arg3", 3), size("arg4"), key("arg5")}},
    {21, "KEYCTL_INVALIDATE", {key("arg2")}},
    {22, "KEYCTL_GET_PERSISTENT", {id("arg2"), key("arg3")}},
    {23,
     "KEYCTL_DH_COMPUTE",
     {of("arg2", layout_in<agreed>), of("arg3", types::key_contents), size("arg4"), of("arg5", layout_in<derived>)}},
    {24, "KEYCTL_PKEY_QUERY", {key("arg2"), hex("arg3"), string("arg4"), of("arg5", layout_out<query>)}},
    {25, "KEYCTL_PKEY_ENCRYPT", {filling_pair, string("arg3"), from_first, into_second}},
    {26, "KEYCTL_PKEY_DECRYPT", {filling_pair, string("arg3"), from_first, into_second}},
    {27, "KEYCTL_PKEY_SIGN", {filling_pair, string("arg3"), from_first, into_second}},
    {28, "KEYCTL_PKEY_VERIFY", {checking_pair, string("arg3"), from_first, of("arg5", types::told_in<8>)}},
    {29, "KEYCTL_RESTRICT_KEYRING", {key("arg2"), string("arg3"), string("arg4")}},
    {30, "KEYCTL_MOVE", {key("arg2"), key("arg3"), key("arg4"), flags("arg5", move_flags)}},
    {31, "KEYCTL_CAPABILITIES", {of("arg2", types::key_capabilities), size("arg3")}},
    {32, "KEYCTL_WATCH_KEY"},
};
static constexpr VariantTable keyctl_by_operation{keyctl_variants, "KEYCTL_???", 0};

static constexpr SyscallRow keys_table[] = {
    {"add_key", 0, {string("type"), string("description"), in_buffer("payload", 3), size("plen"), key("keyring")}},
    {"request_key", 0, {string("type"), string("description"), string("callout_info"), key("dest_keyring")}},
    {"keyctl", 0, {selector("operation"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}, keyctl_by_operation},
};

constinit const std::span<const SyscallRow> keys_rows = keys_table;

}  // namespace shimtrace::decoders
