#include "decoders/syscalls/layout/layout_argument.hpp"

#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

static void print_at(Printer& printer, const Value& value, std::uint64_t address, bool at_entry) {
    const Call& call = printer.call();
    const std::size_t size = size_of(value);
    const auto found = address == 0 ? std::nullopt : at_entry ? call.bytes_at_entry(address, size) : call.bytes(address, size);
    if (!found || found->size() < size) return printer.address(address);
    Surroundings around{.at_entry = at_entry};
    print_alone(printer, value, {address, size, *found}, around);
}

void capture_value(Capture& capture, const Slot& slot, int level, const Value& value) {
    const std::size_t size = size_of(value);
    if (level == 0) return capture.bytes(slot.value, size);
    const auto found = slot.value ? capture.call().bytes(slot.value, size) : std::nullopt;
    if (found && found->size() == size) capture_behind(capture, value, {slot.value, size, *found}, level);
}

void render_value_in(Printer& printer, const Slot& slot, const Value& value) {
    print_at(printer, value, slot.value, true);
}

void render_value_out(Printer& printer, const Slot& slot, const Value& value) {
    printer.call().failed() ? printer.address(slot.value) : print_at(printer, value, slot.value, false);
}

}  // namespace shimtrace::decoders
