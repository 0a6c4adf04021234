// Keys and keyrings.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/structs.hpp"

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

// keys

void render_serial(Printer& printer, const Slot& slot) {
    const std::string_view name = key_specs.name_of(static_cast<std::uint32_t>(slot.value));
    if (!name.empty() && printer.style().constants == Constants::abbrev) return printer.text(name);
    printer.decimal(static_cast<std::int32_t>(slot.value));
    if (!name.empty() && printer.style().constants == Constants::verbose) printer.comment(name);
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

}  // namespace types

using namespace arguments;

static constexpr Argument key(std::string_view name) {
    return of(name, types::key_serial);
}

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
    {14, "KEYCTL_SET_REQKEY_KEYRING"},
    {15, "KEYCTL_SET_TIMEOUT", {key("arg2"), count("arg3")}},
    {16, "KEYCTL_ASSUME_AUTHORITY", {key("arg2")}},
    {17, "KEYCTL_GET_SECURITY", {key("arg2"), of("arg3", types::key_description), size("arg4")}},
    {18, "KEYCTL_SESSION_TO_PARENT", {}},
    {19, "KEYCTL_REJECT"},
    {20, "KEYCTL_INSTANTIATE_IOV"},
    {21, "KEYCTL_INVALIDATE", {key("arg2")}},
    {22, "KEYCTL_GET_PERSISTENT", {id("arg2"), key("arg3")}},
    {23, "KEYCTL_DH_COMPUTE"},
    {24, "KEYCTL_PKEY_QUERY"},
    {25, "KEYCTL_PKEY_ENCRYPT"},
    {26, "KEYCTL_PKEY_DECRYPT"},
    {27, "KEYCTL_PKEY_SIGN"},
    {28, "KEYCTL_PKEY_VERIFY"},
    {29, "KEYCTL_RESTRICT_KEYRING", {key("arg2"), string("arg3"), string("arg4")}},
    {30, "KEYCTL_MOVE"},
    {31, "KEYCTL_CAPABILITIES"},
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
