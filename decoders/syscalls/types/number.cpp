// Arguments that are values themselves: numbers, and names of numbers.
#include "decoders/constants/file.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace {

std::uint32_t low(const Slot& slot) {
    return static_cast<std::uint32_t>(slot.value);
}
std::int32_t low_signed(const Slot& slot) {
    return static_cast<std::int32_t>(slot.value);
}

void decimal32(Printer& printer, const Slot& slot) {
    printer.decimal(low_signed(slot));
}
void decimal64(Printer& printer, const Slot& slot) {
    printer.decimal(static_cast<std::int64_t>(slot.value));
}
void unsigned32(Printer& printer, const Slot& slot) {
    printer.unsigned_decimal(low(slot));
}
void unsigned64(Printer& printer, const Slot& slot) {
    printer.unsigned_decimal(slot.value);
}
void address(Printer& printer, const Slot& slot) {
    printer.address(slot.value);
}
void hex32(Printer& printer, const Slot& slot) {
    printer.hex(low(slot));
}
void hex_number(Printer& printer, const Slot& slot) {
    printer.hex(slot.value);
}
void octal_mode(Printer& printer, const Slot& slot) {
    printer.permissions(slot.value & 0xffff);
}
/// -1 stands for "as it is" in chown and its like.
void user_id(Printer& printer, const Slot& slot) {
    printer.user(low(slot));
}
void flags32(Printer& printer, const Slot& slot) {
    printer.flags(*slot.argument.flags, low(slot));
}
void flags64(Printer& printer, const Slot& slot) {
    printer.flags(*slot.argument.flags, slot.value);
}
void constant32(Printer& printer, const Slot& slot) {
    printer.constant(*slot.argument.flags, low(slot));
}
void constant64(Printer& printer, const Slot& slot) {
    printer.constant(*slot.argument.flags, slot.value);
}
void render_open_flags(Printer& printer, const Slot& slot) {
    printer.open_flags(low(slot));
}
/// open's mode is there only where a file may be created.
bool creates(const Call& call, const Slot& slot) {
    constexpr std::uint64_t create = 0100, temporary = 020000000;  // the bit of O_TMPFILE that is not O_DIRECTORY's
    return (call.argument(slot.argument.other) & (create | temporary)) != 0;
}
void signal(Printer& printer, const Slot& slot) {
    printer.signal(low_signed(slot));
}
void pid(Printer& printer, const Slot& slot) {
    printer.pid(low_signed(slot));
}
void user_id16(Printer& printer, const Slot& slot) {
    constexpr std::uint16_t unchanged = 0xffff;
    const auto id = static_cast<std::uint16_t>(slot.value);
    id == unchanged ? printer.text("-1") : printer.unsigned_decimal(id);
}

/// A number of 64 bits in this register and the next.
void render_low_high(Printer& printer, const Slot& slot) {
    const std::uint64_t second = printer.call().argument32(slot.index + 1);
    printer.decimal(static_cast<std::int64_t>(second << 32 | low(slot)));
}

}  // namespace

namespace types {

const ArgumentType compat_low_high{.render = render_low_high};
const ArgumentType compat_user_id16{.render = decoders::user_id16};
const ArgumentType decimal32{.render = decoders::decimal32};
const ArgumentType decimal64{.render = decoders::decimal64, .compat = &decimal32};
const ArgumentType unsigned32{.render = decoders::unsigned32};
const ArgumentType unsigned64{.render = decoders::unsigned64};
const ArgumentType address{.render = decoders::address};
const ArgumentType hex32{.render = decoders::hex32};
const ArgumentType hex_number{.render = decoders::hex_number};
const ArgumentType octal_mode{.render = decoders::octal_mode};
const ArgumentType user_id{.render = decoders::user_id};
const ArgumentType flags32{.render = decoders::flags32};
const ArgumentType flags64{.render = decoders::flags64};
const ArgumentType constant32{.render = decoders::constant32};
const ArgumentType constant64{.render = decoders::constant64};
const ArgumentType open_flags{.render = render_open_flags};
const ArgumentType open_mode{.render = decoders::octal_mode, .present = creates};
const ArgumentType signal{.render = decoders::signal};
const ArgumentType pid{.render = decoders::pid};

}  // namespace types

}  // namespace shimtrace::decoders
