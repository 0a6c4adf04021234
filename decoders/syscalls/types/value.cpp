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
template <typename Number>
void render_number_in(Printer& printer, const Slot& slot) {
    const auto value = slot.value ? printer.call().value_at_entry<Number>(slot.value) : std::nullopt;
    if (!value) return printer.address(slot.value);
    printer.put('[');
    print_number(printer, *value);
    printer.put(']');
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

/// getgroups, setgroups: a list of ids, so many as another argument or the result says.
void capture_ids_in(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::uint64_t{capture.call().argument32(slot.argument.other)} * 4);
}
void capture_ids_out(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, static_cast<std::uint64_t>(capture.call().result()) * 4);
}
void print_ids(Printer& printer, std::uint64_t address, std::uint64_t count) {
    array(printer, address, count, 4, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { printer.unsigned_decimal(value_at<std::uint32_t>(bytes, 0)); });
}
void render_ids_in(Printer& printer, const Slot& slot) {
    print_ids(printer, slot.value, printer.call().argument32(slot.argument.other));
}
void render_ids_out(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (call.failed()) return printer.address(slot.value);
    print_ids(printer, slot.value, static_cast<std::uint64_t>(call.result()));
}

}  // namespace

namespace types {

const ArgumentType out_int32{
    .phase = Phase::exit, .render = render_number<std::int32_t>, .capture = capture_number<std::int32_t>, .compat = &same};
const ArgumentType out_uint32{
    .phase = Phase::exit, .render = render_number<std::uint32_t>, .capture = capture_number<std::uint32_t>, .compat = &same};
const ArgumentType in_int64{.render = render_number_in<std::int64_t>, .capture = capture_number<std::int64_t>, .compat = &same};
const ArgumentType out_int64{
    .phase = Phase::exit, .render = render_number<std::int64_t>, .capture = capture_number<std::int64_t>, .compat = &same};
const ArgumentType out_uint64{
    .phase = Phase::exit, .render = render_number<std::uint64_t>, .capture = capture_number<std::uint64_t>, .compat = &out_uint32};
const ArgumentType compat_out_address{
    .phase = Phase::exit, .render = render_hex_pointer<std::uint32_t>, .capture = capture_number<std::uint32_t>};
const ArgumentType out_address{.phase = Phase::exit,
                               .render = render_hex_pointer<std::uint64_t>,
                               .capture = capture_number<std::uint64_t>,
                               .compat = &compat_out_address};
const ArgumentType in_ids{.render = render_ids_in, .capture = capture_ids_in, .compat = &same};
const ArgumentType out_ids{.phase = Phase::exit, .render = render_ids_out, .capture = capture_ids_out, .compat = &same};

}  // namespace types

}  // namespace shimtrace::decoders
