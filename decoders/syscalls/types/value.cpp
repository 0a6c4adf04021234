// Single numbers and lists of numbers behind a pointer.
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace {

template <typename Number>
void capture_number(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, sizeof(Number));
}

template <typename Number>
void print_number(Printer& printer, Number value) {
    if constexpr (std::is_signed_v<Number>)
        printer.decimal(value);
    else
        printer.unsigned_decimal(value);
}

/// [5]
template <typename Number>
void render_number(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    if (const auto value = printer.value_or_address<Number>(slot.value)) {
        printer.put('[');
        print_number(printer, *value);
        printer.put(']');
    }
}
template <typename Pointer>
void render_hex_pointer(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    if (const auto value = printer.value_or_address<Pointer>(slot.value)) {
        printer.put('[');
        printer.address(*value);
        printer.put(']');
    }
}

}  // namespace

namespace types {

const ArgumentType out_int32{
    .phase = Phase::exit, .render = render_number<std::int32_t>, .capture = capture_number<std::int32_t>, .compat = &same};
const ArgumentType out_uint32{
    .phase = Phase::exit, .render = render_number<std::uint32_t>, .capture = capture_number<std::uint32_t>, .compat = &same};
const ArgumentType out_uint64{
    .phase = Phase::exit, .render = render_number<std::uint64_t>, .capture = capture_number<std::uint64_t>, .compat = &out_uint32};
static constexpr ArgumentType compat_out_address{
    .phase = Phase::exit, .render = render_hex_pointer<std::uint32_t>, .capture = capture_number<std::uint32_t>};
const ArgumentType out_address{.phase = Phase::exit,
                               .render = render_hex_pointer<std::uint64_t>,
                               .capture = capture_number<std::uint64_t>,
                               .compat = &compat_out_address};

}  // namespace types

}  // namespace shimtrace::decoders
