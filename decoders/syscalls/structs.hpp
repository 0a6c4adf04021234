// Kinds for structs of a fixed size behind a pointer: read whole, printed by one function.
#pragma once

#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/printer.hpp"

#include <array>
#include <type_traits>

namespace shimtrace::decoders {

using PrintStruct = void (*)(Printer&, std::span<const std::byte>);

template <std::size_t size>
void capture_struct(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, size);
}

/// A struct that was read at entry.
template <std::size_t size, PrintStruct print>
void render_struct_in(Printer& printer, const Slot& slot) {
    const auto bytes = slot.value ? printer.call().bytes_at_entry(slot.value, size) : std::nullopt;
    if (!bytes || bytes->size() < size) return printer.address(slot.value);
    print(printer, *bytes);
}

/// A struct that the call filled; its address where the call failed.
template <std::size_t size, PrintStruct print>
void render_struct_out(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const auto bytes = slot.value && !call.failed() ? call.bytes(slot.value, size) : std::nullopt;
    if (!bytes || bytes->size() < size) return printer.address(slot.value);
    print(printer, *bytes);
}

template <std::size_t size, PrintStruct print>
constexpr ArgumentType struct_in{.render = render_struct_in<size, print>, .capture = capture_struct<size>};
template <std::size_t size, PrintStruct print>
constexpr ArgumentType struct_out{.phase = Phase::exit, .render = render_struct_out<size, print>, .capture = capture_struct<size>};

/// A struct of `count` 32-bit numbers, printed as the one that has numbers of 64 bits in their places.
template <std::size_t count, typename Word, PrintStruct print>
void print_widened(Printer& printer, std::span<const std::byte> bytes) {
    using Wide = std::conditional_t<std::is_signed_v<Word>, std::int64_t, std::uint64_t>;
    std::array<Wide, count> wide;
    for (std::size_t i = 0; i < count; ++i) wide[i] = value_at<Word>(bytes, i * sizeof(Word));
    print(printer, std::as_bytes(std::span(wide)));
}

}  // namespace shimtrace::decoders
