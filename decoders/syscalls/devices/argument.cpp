#include "decoders/syscalls/devices/argument.hpp"

#include "decoders/constants/ioctl_names.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/layout/field_walk.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace devices {

namespace {

const Command* find(const Call& call) {
    const std::uint32_t command = call.argument32(1);
    if (const Command* row = find_command(command)) return row;
    const Family* family = find_family(command);
    return family && (!family->name.empty() || !ioctl_name(command).empty()) ? &family->first : nullptr;
}

/// asm-generic/ioctl.h: a command may say how large the struct is that it takes.
std::uint64_t size_of_argument(const Call& call, const Value& value) {
    const std::size_t size = size_of(value);
    return value.format == Format::layout ? std::max<std::uint64_t>(size, size_of_command(call.argument32(1))) : size;
}

Region region_at_entry(const Call& call, const Command& row, std::uint64_t address) {
    const std::uint64_t size = size_of_argument(call, row.value);
    return {address, size, call.bytes_at_entry(address, size).value_or(std::span<const std::byte>{})};
}
Region region_at_exit(const Call& call, const Command& row, const Value& value, std::uint64_t address) {
    const std::uint64_t size = std::max(size_of_argument(call, row.value), size_of_argument(call, value));
    return {address, size, call.bytes(address, size).value_or(std::span<const std::byte>{})};
}

bool reads(Way way) {
    return way != Way::none && way != Way::number && way != Way::points && way != Way::fills;
}
bool writes(Way way) {
    return way != Way::none && way != Way::number && way != Way::points && way != Way::takes;
}

bool is_shown_at_entry(const Call& call, const Slot&) {
    const Command* row = find(call);
    return !row || (row->way != Way::none && row->way != Way::fills);
}
bool is_shown_at_exit(const Call& call, const Slot&) {
    const Command* row = find(call);
    return row && writes(row->way);
}

void capture_value(Capture& capture, const Value& value, const Region& region, int level) {
    const bool is_itself = value.format == Format::pointer && value.pointed->here;
    if (is_itself) return capture_behind(capture, value, region, level + 1);
    if (level == 0) return capture.bytes(region.address, region.length);
    if (region.address != 0 && region.readable(region.length)) capture_behind(capture, value, region, level);
}
void capture_in(Capture& capture, const Slot& slot, int level) {
    const Command* row = find(capture.call());
    if (row && reads(row->way)) capture_value(capture, row->value, region_at_entry(capture.call(), *row, slot.value), level);
}
void capture_out(Capture& capture, const Slot& slot, int level) {
    const Command* row = find(capture.call());
    if (!row || !writes(row->way)) return;
    const Value& value = row->has_answer() ? row->after : row->value;
    capture_value(capture, value, region_at_exit(capture.call(), *row, value, slot.value), level);
}

void collect_taken(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const Command* row = find(call);
    if (!row) return;
    if (row->way == Way::number) collect_descriptors(row->value, {0, sizeof slot.value, std::as_bytes(std::span(&slot.value, 1))}, into);
    if (reads(row->way)) collect_descriptors(row->value, region_at_entry(call, *row, slot.value), into);
}
void collect_answered(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const Command* row = find(call);
    if (row && row->has_answer() && call.succeeded())
        collect_descriptors(row->after, region_at_exit(call, *row, row->after, slot.value), into);
}

void print(Printer& printer, const Value& value, const Region& region, Surroundings& around) {
    if (region.address == 0 || !region.readable(region.length)) return printer.address(region.address);
    print_alone(printer, value, region, around);
}

/// Nothing of what the call leaves there is told apart from what it took.
bool is_hidden(const Value& value, const Region& region) {
    return value.shown == Shown::if_set && region.readable(region.length) && is_all_zero(region.bytes);
}

/// Whether all could be read that its pointers lead to, and there is something.
bool is_whole(const Call& call, const Value& value, const Region& region) {
    for (FieldWalk walk(value.layout->fields, region); walk.next();) {
        if (walk.value().format != Format::pointer) continue;
        const Pointed& to = *walk.value().pointed;
        const std::uint64_t length = number_at(region, to.counted_by, to.counter) * size_of(to.value);
        const auto bytes =
            length <= most_array_bytes ? call.bytes_at_entry(number_at(walk.part(), 0, sizeof(std::uint64_t)), length) : std::nullopt;
        return length != 0 && bytes && bytes->size() == length;
    }
    return false;
}

void render_in(Printer& printer, const Slot& slot) {
    const Command* row = find(printer.call());
    if (!row) return types::hex_number.render(printer, slot);
    Surroundings around{.at_entry = true};
    if (row->way == Way::number)
        return print_value(printer, row->value,
                           {0, size_of(row->value), std::as_bytes(std::span(&slot.value, 1)).first(size_of(row->value))}, around);
    if (row->way == Way::points || !printer.style().dereference) return printer.address(slot.value);
    const Region region = region_at_entry(printer.call(), *row, slot.value);
    if (is_hidden(row->value, region)) return;
    const bool is_open = row->way == Way::completes || row->way == Way::completes_or_more || row->way == Way::completes_always;
    if (!is_open || region.address == 0 || !region.readable(region.length)) return print(printer, row->value, region, around);
    print_first_fields(printer, *row->value.layout, region, around);
}

void render_out(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const Command* row = find(call);
    Surroundings around;
    if (row->way == Way::fills) {
        printer.text(", ");
        if (call.failed() || !printer.style().dereference) return printer.address(slot.value);
        return print(printer, row->value, region_at_exit(call, *row, row->value, slot.value), around);
    }
    if (!printer.style().dereference) return;
    const Region before = region_at_entry(call, *row, slot.value), now = region_at_exit(call, *row, row->after, slot.value);
    if (slot.value == 0 || !before.readable(before.length)) return;
    switch (row->way) {
        case Way::completes_or_more:
            if (call.failed()) return printer.text(", ...}");
            [[fallthrough]];
        case Way::completes:
            if (call.failed()) return printer.put('}');
            [[fallthrough]];
        case Way::completes_always:
            return print_other_fields(printer, *row->after.layout, now, before, around);
        case Way::changes_always:
            if (!is_whole(call, row->value, before)) return;
            break;
        default:
            if (call.failed() && row->way == Way::changes) return;
    }
    if (!is_hidden(row->value, before)) printer.text(" => ");
    call.failed() && row->way == Way::answers ? printer.address(slot.value) : print(printer, row->after, now, around);
}

// A 32-bit program's structs are others than these; numbers are the same.

bool has_argument(const Call& call, const Slot&) {
    const Command* row = find(call);
    return !row || row->way != Way::none;
}
void render_compat(Printer& printer, const Slot& slot) {
    const Command* row = find(printer.call());
    if (!row || row->way == Way::number) return render_in(printer, slot);
    printer.address(slot.value);
}
bool is_never_there(const Call&, const Slot&) {
    return false;
}
constexpr ArgumentType compat_in{.render = render_compat, .present = has_argument}, absent{.render = render_in, .present = is_never_there};

}  // namespace

}  // namespace devices

namespace types {

const ArgumentType device_in{.render = devices::render_in,
                             .capture = devices::capture_in,
                             .descriptors = devices::collect_taken,
                             .present = devices::is_shown_at_entry,
                             .is_text = true,
                             .compat = &devices::compat_in};
const ArgumentType device_out{.phase = Phase::exit,
                              .render = devices::render_out,
                              .capture = devices::capture_out,
                              .descriptors = devices::collect_answered,
                              .present = devices::is_shown_at_exit,
                              .unseparated = true,
                              .is_text = true,
                              .compat = &devices::absent};

}  // namespace types

}  // namespace shimtrace::decoders
