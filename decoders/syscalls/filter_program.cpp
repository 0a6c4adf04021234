#include "decoders/syscalls/filter_program.hpp"

#include "decoders/constants/filter.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::uint64_t most_instructions = 4096;  // BPF_MAXINSNS

enum Class : std::uint16_t { load = 0, load_index = 1, store = 2, store_index = 3, arithmetic = 4, jump = 5, answer = 6, transfer = 7 };

struct Part {
    std::uint16_t mask;
    const FlagSet* names;
};

/// What the bits of a code mean, by its class: in the order in which they are written.
struct Parts {
    Part first, second;
};
const Parts code_parts[] = {
    {{0x18, &filter_sizes}, {0xe0, &filter_modes}},
    {{0x18, &filter_sizes}, {0xe0, &filter_modes}},
    {{0, nullptr}, {0, nullptr}},
    {{0, nullptr}, {0, nullptr}},
    {{0x08, &filter_sources}, {0xf0, &filter_arithmetic}},
    {{0x08, &filter_sources}, {0xf0, &filter_jumps}},
    {{0x18, &filter_returns}, {0, nullptr}},
    {{0xf8, &filter_transfers}, {0, nullptr}},
};

void print_code(Printer& printer, std::uint16_t code) {
    constexpr std::uint16_t class_mask = 7;
    const Parts& parts = code_parts[code & class_mask];
    std::uint16_t left = code & static_cast<std::uint16_t>(~class_mask);
    printer.constant(filter_classes, code & class_mask);
    for (const Part& part : {parts.first, parts.second}) {
        if (!part.names) continue;
        printer.put('|');
        printer.constant(*part.names, code & part.mask);
        left &= static_cast<std::uint16_t>(~part.mask);
    }
    if (left == 0) return;
    printer.put('|');
    printer.hex(left);
    if (printer.style().constants != Constants::raw && (code & class_mask) != load) printer.comment("BPF_???");
}

/// A negative offset of a load stands for something that the packet does not hold.
void print_offset(Printer& printer, std::uint32_t k) {
    struct Base {
        std::uint32_t offset;
        std::string_view name;
    };
    constexpr Base bases[] = {{static_cast<std::uint32_t>(-0x1000), "SKF_AD_OFF"},
                              {static_cast<std::uint32_t>(-0x100000), "SKF_NET_OFF"},
                              {static_cast<std::uint32_t>(-0x200000), "SKF_LL_OFF"}};
    for (const Base& base : bases) {
        if (k < base.offset) continue;
        styled(printer, base.name, [&] { printer.hex(base.offset); });
        printer.put('+');
        const bool ancillary = &base == &bases[0];
        return ancillary ? printer.constant(filter_ancillary, k - base.offset) : printer.unsigned_decimal(k - base.offset);
    }
    printer.hex(k);
}

void print_seccomp_answer(Printer& printer, std::uint32_t k) {
    constexpr std::uint32_t data = 0xffff;
    printer.constant(seccomp_return_actions, k & ~data);
    if ((k & data) == 0) return;
    printer.put('|');
    printer.hex(k & data);
}

}  // namespace

void capture_filter_program(Capture& capture, std::uint64_t address, int level) {
    if (level == 0) return capture.bytes(address, filter_program_size);
    if (level != 1) return;
    const auto program = address != 0 ? capture.call().bytes_at_entry(address, filter_program_size) : std::nullopt;
    if (!program || program->size() < filter_program_size) return;
    capture.bytes(value_at<std::uint64_t>(*program, 8),
                  std::min<std::uint64_t>(value_at<std::uint16_t>(*program, 0), most_instructions) * filter_instruction_size);
}

void print_filter_instruction(Printer& printer, std::span<const std::byte> bytes, FilterUse use) {
    const auto code = value_at<std::uint16_t>(bytes, 0);
    const auto when_true = value_at<std::uint8_t>(bytes, 2), when_false = value_at<std::uint8_t>(bytes, 3);
    const auto k = value_at<std::uint32_t>(bytes, 4);
    const std::uint16_t kind = code & 7;
    constexpr std::uint16_t absolute = 0x20, indirect = 0x40, mode = 0xe0;
    const bool branches = when_true != 0 || when_false != 0;
    printer.text(branches ? "BPF_JUMP(" : "BPF_STMT(");
    print_code(printer, code);
    printer.text(", ");
    if (use == FilterUse::seccomp && kind == answer && (code & 0x18) == 0)
        print_seccomp_answer(printer, k);
    else if ((kind == load || kind == load_index) && ((code & mode) == absolute || (code & mode) == indirect))
        print_offset(printer, k);
    else
        printer.hex(k);
    if (branches) {
        printer.text(", ");
        printer.hex(when_true);
        printer.text(", ");
        printer.hex(when_false);
    }
    printer.put(')');
}

void print_filter_program(Printer& printer, std::span<const std::byte> bytes, FilterUse use) {
    const auto length = value_at<std::uint16_t>(bytes, 0);
    const auto address = value_at<std::uint64_t>(bytes, 8);
    Fields fields(printer);
    fields("len").unsigned_decimal(length);
    fields("filter");
    if (printer.abbreviate()) return printer.address(address);
    print_filter_instructions(printer, address, length, use);
}

void print_filter_instructions(Printer& printer, std::uint64_t address, std::uint64_t count, FilterUse use) {
    array(printer, address, count, filter_instruction_size, most_instructions,
          [&](std::span<const std::byte> instruction, std::uint64_t) { print_filter_instruction(printer, instruction, use); });
}

namespace {

void capture_seccomp_program(Capture& capture, const Slot& slot, int level) {
    capture_filter_program(capture, slot.value, level);
}
void render_seccomp_program(Printer& printer, const Slot& slot) {
    const auto bytes = slot.value ? printer.call().bytes_at_entry(slot.value, filter_program_size) : std::nullopt;
    if (!bytes || bytes->size() < filter_program_size) return printer.address(slot.value);
    print_filter_program(printer, *bytes, FilterUse::seccomp);
}

}  // namespace

namespace types {

const ArgumentType seccomp_program{.render = render_seccomp_program, .capture = capture_seccomp_program, .compat = &address};

}  // namespace types

}  // namespace shimtrace::decoders
