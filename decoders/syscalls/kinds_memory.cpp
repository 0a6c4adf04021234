// Mappings and memory policies.
#include "decoders/constants/memory.hpp"
#include "decoders/syscalls/compat.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/structs.hpp"

#include <cstdio>

namespace shimtrace::decoders {

namespace {

/// Sizes of huge pages are a logarithm in the flags: linux/mman.h, MAP_HUGE_SHIFT; the same in shmget.
constexpr std::uint32_t huge_shift = 26, huge_mask = 0x3f;

void print_huge(Printer& printer, std::uint32_t value, std::string_view shift_name) {
    const std::uint32_t huge = value >> huge_shift & huge_mask;
    if (huge == 0) return;
    printer.put('|');
    printer.unsigned_decimal(huge);
    printer.text("<<");
    printer.text(shift_name);
}

/// MAP_PRIVATE|MAP_ANONYMOUS: the low bits are one of a few types, the rest a set.
void render_mmap_flags(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t type_mask = 0xf, huge_page = 0x40000;
    const auto value = static_cast<std::uint32_t>(slot.value);
    if (printer.style().constants != Constants::abbrev) {
        printer.hex(value);
        if (printer.style().constants == Constants::raw) return;
        printer.text(" /* ");
        RenderStyle abbreviated = printer.style();
        abbreviated.constants = Constants::abbrev;
        Printer inner(printer.out(), printer.call(), abbreviated, printer.scope());
        render_mmap_flags(inner, slot);
        return printer.text(" */");
    }
    printer.constant(mmap_types, value & type_mask);
    std::uint32_t rest = value & ~type_mask;
    const bool huge = (rest & huge_page) != 0;
    if (huge) rest &= ~(huge_mask << huge_shift);
    if (rest != 0) {
        std::uint32_t left = rest;
        for (const FlagName& flag : mmap_flags.names) {
            if ((left & flag.value) == 0) continue;
            printer.put('|');
            printer.text(flag.name);
            left &= ~static_cast<std::uint32_t>(flag.value);
        }
        if (left != 0) {
            printer.put('|');
            printer.hex(left);
        }
    }
    if (huge) print_huge(printer, value, "MAP_HUGE_SHIFT");
}

/// mmap2 counts in pages.
void render_page_offset(Printer& printer, const Slot& slot) {
    constexpr std::uint64_t page = 4096;
    printer.hex(slot.value * page);
}

bool moves_to_fixed(const Call& call, const Slot&) {
    constexpr std::uint64_t fixed = 2, dont_unmap = 4;
    return (call.argument(3) & (fixed | dont_unmap)) != 0;
}
void render_new_address(Printer& printer, const Slot& slot) {
    printer.address(slot.value);
}

constexpr std::uint64_t page_size = 4096;
void capture_mincore(Capture& capture, const Slot& slot, int level) {
    const std::uint64_t pages = (capture.call().argument(1) + page_size - 1) / page_size;
    if (level == 0) capture.bytes(slot.value, std::min<std::uint64_t>(pages, capture.limits().payload_bytes));
}
void render_mincore(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const std::uint64_t pages = (call.argument(1) + page_size - 1) / page_size;
    if (call.failed() || slot.value == 0) return printer.address(slot.value);
    array(printer, slot.value, pages, 1, printer.element_limit(),
          [&](std::span<const std::byte> resident, std::uint64_t) { printer.put(value_at<std::uint8_t>(resident, 0) & 1 ? '1' : '0'); });
}

template <bool wide>
void render_policy(Printer& printer, const Slot& slot) {
    const std::uint64_t value = wide ? slot.value : static_cast<std::uint32_t>(slot.value);
    constexpr std::uint64_t modes = 0xe000;
    if (const std::string_view name = memory_policies.name_of(value & ~modes); !name.empty()) {
        printer.text(name);
        if ((value & modes) == 0) return;
        printer.put('|');
        return printer.flags(memory_policy_modes, value & modes);
    }
    printer.flags(memory_policy_modes, value);
}
void print_policy_out(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.constant(memory_policies, value_at<std::uint32_t>(bytes, 0));
    printer.put(']');
}

std::uint64_t node_bytes(const Call& call, const Slot& slot) {
    constexpr std::uint64_t most = 128;
    const std::uint64_t bits = call.argument(slot.argument.other);
    return bits > most * 8 ? most : (bits + 63) / 64 * 8;
}
void capture_nodes(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, node_bytes(capture.call(), slot));
}
void render_nodes(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const std::uint64_t length = node_bytes(call, slot);
    const auto words = slot.value && length && !call.failed() ? call.bytes(slot.value, length) : std::nullopt;
    if (!words || words->size() < length) return printer.address(slot.value);
    printer.put('[');
    for (std::size_t at = 0; at < length; at += 8) {
        if (at != 0) printer.text(", ");
        // As printf's %#018lx: no prefix for zero, and 16 digits.
        const auto word = value_at<std::uint64_t>(*words, at);
        char text[19];
        std::snprintf(text, sizeof text, word == 0 ? "%016lx" : "%#018lx", word);
        printer.text(text);
    }
    printer.put(']');
}

void render_shm_flags(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    const std::uint32_t flags = value & ~0777u & ~(huge_mask << huge_shift);
    if (flags != 0) {
        printer.flags(shm_get_flags, flags);
        print_huge(printer, value, "SHM_HUGE_SHIFT");
        printer.put('|');
    }
    printer.octal_padded(value & 0777, 2);
}

// move_pages(2): lists of addresses, of nodes, and of what became of each page (a node, or an error).

constexpr std::uint64_t most_moved = 1024;
template <std::size_t size>
void capture_moved(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::min(capture.call().argument(slot.argument.other), most_moved) * size);
}
void print_page(Printer& printer, std::span<const std::byte> bytes) {
    printer.address(value_at<std::uint64_t>(bytes, 0));
}
void print_node(Printer& printer, std::span<const std::byte> bytes) {
    printer.decimal(value_at<std::int32_t>(bytes, 0));
}
void print_page_status(Printer& printer, std::span<const std::byte> bytes) {
    const auto status = value_at<std::int32_t>(bytes, 0);
    if (status >= 0) return printer.decimal(status);
    printer.put('-');
    printer.error(-status);
}
template <std::size_t size, PrintStruct print>
void render_moved(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    array(printer, slot.value, printer.call().argument(slot.argument.other), size, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { print(printer, bytes); });
}

}  // namespace

namespace kinds {

const Kind compat::page_offset{.render = render_page_offset};
const Kind mmap_flags{.render = render_mmap_flags};
const Kind mremap_address{.render = render_new_address, .present = moves_to_fixed};
const Kind mincore_vector{.phase = Phase::exit, .render = render_mincore, .capture = capture_mincore};
const Kind memory_policy{.render = render_policy<true>};
const Kind memory_policy32{.render = render_policy<false>};
const Kind memory_policy_out = struct_out<4, print_policy_out>;
const Kind node_mask_in{.render = render_nodes, .capture = capture_nodes};
const Kind node_mask_out{.phase = Phase::exit, .render = render_nodes, .capture = capture_nodes};
const Kind shm_flags{.render = render_shm_flags};
const Kind moved_pages{.render = render_moved<8, print_page>, .capture = capture_moved<8>};
const Kind moved_nodes{.render = render_moved<4, print_node>, .capture = capture_moved<4>};
const Kind moved_status{.phase = Phase::exit, .render = render_moved<4, print_page_status>, .capture = capture_moved<4>};

}  // namespace kinds

}  // namespace shimtrace::decoders
