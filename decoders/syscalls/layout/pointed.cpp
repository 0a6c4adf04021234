// What pointers in structs lead to: read level by level, shown as lists, strings and values.
#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/layout/field_walk.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace {

std::uint64_t address_of(const Pointed& to, const Region& part) {
    return to.here ? part.address : number_at(part, 0, sizeof(std::uint64_t));
}

std::uint64_t count_of(const Pointed& to, const Region& whole) {
    if (to.counted_by == nowhere) return 1;
    return to.counter != 0 ? number_at(whole, to.counted_by, to.counter) : to.counted_by;
}

/// Those of a list that are looked at.
std::uint64_t looked_at(const Capture& capture, std::uint64_t count) {
    return std::min<std::uint64_t>(count, capture.limits().array_elements + std::uint64_t{1});
}

void capture_pointed(Capture& capture, const Pointed& to, const Region& whole, const Region& part, int level) {
    const std::uint64_t address = address_of(to, part), count = count_of(to, whole);
    if (to.value.format == Format::text) return level == 1 ? capture.string(address) : void();
    if (to.value.format == Format::bytes || to.value.format == Format::buffer) return level == 1 ? capture.payload(address, count) : void();
    const std::uint64_t size = size_of(to.value), length = size * looked_at(capture, count);
    if (level == 1) return capture.bytes(address, length);
    const auto bytes = capture.call().bytes(address, length);
    if (!bytes) return;
    for (Region list{address, length, *bytes}; list.readable(size) && list.length != 0; list = list.from(size))
        capture_behind(capture, to.value, list.first(size), level - 1);
}

}  // namespace

void capture_behind(Capture& capture, const Value& value, const Region& region, int level) {
    if (value.format == Format::pointer) return capture_pointed(capture, *value.pointed, region, region, level);
    if (value.format != Format::layout) return;
    for (FieldWalk walk(value.layout->fields, region); walk.next();) {
        const Region part = walk.part();
        if (!part.readable(walk.size())) return;
        if (walk.value().format == Format::pointer)
            capture_pointed(capture, *walk.value().pointed, region, part, level);
        else
            capture_behind(capture, walk.value(), part, level);
    }
}

void print_pointed(Printer& printer, const Pointed& to, const Region& whole, const Region& part, Surroundings& around) {
    const std::uint64_t address = address_of(to, part), count = count_of(to, whole), size = size_of(to.value);
    if (to.value.format == Format::text) return printer.string(address, printer.style().string_limit);
    if (to.value.format == Format::buffer) return printer.buffer(address, count);
    const Call& call = printer.call();
    const std::uint64_t wanted = to.value.format == Format::bytes ? std::min<std::uint64_t>(count, printer.style().string_limit) : size;
    const auto element = [&](std::uint64_t at) {
        const auto found = around.at_entry ? call.bytes_at_entry(at, wanted) : call.bytes(at, wanted);
        return Region{at, size, found.value_or(std::span<const std::byte>{})};
    };
    if (to.value.format == Format::bytes) {
        if (address == 0) return printer.address(0);
        const Region bytes = element(address);
        return print_hex_text(printer, {address, count, bytes.bytes});
    }
    if (to.in_full && printer.abbreviate()) return printer.text(count != 0 ? "[...]" : "[]");
    if (to.counted_by != nowhere)
        return array(
            printer, address, count, size, to.brief != 0 && printer.abbreviate() ? to.brief : printer.element_limit(),
            [&](std::span<const std::byte> bytes, std::uint64_t i) {
                print_value(printer, to.value, {address + i * size, size, bytes}, around);
            },
            around.at_entry);
    const Region one = element(address);
    address != 0 && one.readable(size) ? print_value(printer, to.value, one, around) : printer.address(address);
}

}  // namespace shimtrace::decoders
