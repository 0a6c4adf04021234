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

void print_serial(Printer& printer, std::uint64_t value) {
    const std::string_view name = key_specs.name_of(static_cast<std::uint32_t>(value));
    name.empty() ? printer.decimal(static_cast<std::int32_t>(value)) : printer.text(name);
}
void render_serial(Printer& printer, const Slot& slot) {
    print_serial(printer, slot.value);
}

/// What an argument of a keyctl operation is.
enum class Key : std::uint8_t { none, serial, number, id, text, filled, bytes, permissions, raw };
struct KeyOperation {
    std::uint32_t operation;
    std::array<Key, 4> arguments;
};
constexpr KeyOperation key_operations[] = {
    {0, {Key::serial, Key::number}},                            // GET_KEYRING_ID
    {1, {Key::text}},                                           // JOIN_SESSION_KEYRING
    {2, {Key::serial, Key::bytes, Key::number}},                // UPDATE
    {3, {Key::serial}},                                         // REVOKE
    {4, {Key::serial, Key::id, Key::id}},                       // CHOWN
    {5, {Key::serial, Key::permissions}},                       // SETPERM
    {6, {Key::serial, Key::filled, Key::number}},               // DESCRIBE
    {7, {Key::serial}},                                         // CLEAR
    {8, {Key::serial, Key::serial}},                            // LINK
    {9, {Key::serial, Key::serial}},                            // UNLINK
    {10, {Key::serial, Key::text, Key::text, Key::serial}},     // SEARCH
    {11, {Key::serial, Key::filled, Key::number}},              // READ
    {12, {Key::serial, Key::bytes, Key::number, Key::serial}},  // INSTANTIATE
    {13, {Key::serial, Key::number, Key::serial}},              // NEGATE
    {15, {Key::serial, Key::number}},                           // SET_TIMEOUT
    {16, {Key::serial}},                                        // ASSUME_AUTHORITY
    {17, {Key::serial, Key::filled, Key::number}},              // GET_SECURITY
    {18, {}},                                                   // SESSION_TO_PARENT
    {21, {Key::serial}},                                        // INVALIDATE
    {22, {Key::id, Key::serial}},                               // GET_PERSISTENT
};
constexpr std::array<Key, 4> unknown_operation{Key::raw, Key::raw, Key::raw, Key::raw};

Key key_argument(const Call& call, const Slot& slot) {
    for (const KeyOperation& row : key_operations)
        if (row.operation == call.argument32(0)) return row.arguments[slot.index - 1];
    return unknown_operation[slot.index - 1];
}
bool has_key_argument(const Call& call, const Slot& slot) {
    return key_argument(call, slot) != Key::none;
}
bool key_argument_late(const Call& call, const Slot& slot) {
    return key_argument(call, slot) == Key::filled;
}
std::uint64_t filled_bytes(const Call& call, const Slot& slot) {
    const auto result = static_cast<std::uint64_t>(std::max<std::int64_t>(call.result(), 0));
    return std::min(result, call.argument(slot.index + 1));
}
void capture_key_argument(Capture& capture, const Slot& slot, int level) {
    if (level != 0) return;
    switch (key_argument(capture.call(), slot)) {
        case Key::text:
            return capture.string(slot.value);
        case Key::bytes:
            return capture.payload(slot.value, capture.call().argument(slot.index + 1));
        case Key::filled:
            return capture.payload(slot.value, filled_bytes(capture.call(), slot));
        default:
            return;
    }
}
void render_key_argument(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    switch (key_argument(call, slot)) {
        case Key::none:
            return;
        case Key::serial:
            return print_serial(printer, slot.value);
        case Key::number:
            return printer.decimal(static_cast<std::int64_t>(slot.value));
        case Key::id:
            return printer.decimal(static_cast<std::int32_t>(slot.value));
        case Key::text:
            return printer.string(slot.value, printer.style().string_limit);
        case Key::bytes:
            return printer.buffer(slot.value, call.argument(slot.index + 1));
        case Key::permissions:
            return printer.flags(key_permissions, static_cast<std::uint32_t>(slot.value));
        case Key::raw:
            return printer.hex(slot.value);
        case Key::filled:
            break;
    }
    if (call.failed()) return printer.address(slot.value);
    // Descriptions end with a NUL that is not shown.
    const auto bytes = call.bytes(slot.value, std::min<std::uint64_t>(filled_bytes(call, slot), printer.style().string_limit));
    if (!bytes) return printer.address(slot.value);
    constexpr std::uint32_t read = 11;
    const std::uint64_t length = filled_bytes(call, slot);
    const bool ends = call.argument32(0) != read && length == bytes->size() && !bytes->empty() && bytes->back() == std::byte{0};
    printer.quoted(ends ? bytes->first(bytes->size() - 1) : *bytes, ends ? length - 1 : length);
}

}  // namespace

namespace types {

static constexpr ArgumentType key_serial{.render = render_serial};
static constexpr ArgumentType keyctl_argument{.phase = Phase::by_call,
                                              .render = render_key_argument,
                                              .capture = capture_key_argument,
                                              .present = has_key_argument,
                                              .late = key_argument_late};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow keys_table[] = {
    {"add_key", 0, {string("type"), string("description"), in_buffer("payload", 3), size("plen"), of("keyring", types::key_serial)}},
    {"request_key", 0, {string("type"), string("description"), string("callout_info"), of("dest_keyring", types::key_serial)}},
    {"keyctl",
     0,
     {constant("operation", keyctl_operations), of("arg2", types::keyctl_argument), of("arg3", types::keyctl_argument),
      of("arg4", types::keyctl_argument), of("arg5", types::keyctl_argument)}},
};

constinit const std::span<const SyscallRow> keys_rows = keys_table;

}  // namespace shimtrace::decoders
