#include "decoders/syscalls/devices/perf_attributes.hpp"

#include "decoders/constants/perf_event.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/layout/field_walk.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace perf_event {

namespace {

constexpr std::uint64_t first_size = 64, known_size = 128;  // PERF_ATTR_SIZE_VER0 and 7
constexpr std::uint16_t size_at = 4, config_at = 8, samples_at = 24, bits_at = 40;
enum Type : std::uint32_t { hardware, software, tracepoint, cache, raw, breakpoint };
enum Bit : unsigned { by_frequency = 10, by_watermark = 14, precision = 15, after_precision = 17, uses_clock = 25, unknown_bits = 38 };

constexpr std::string_view
    bit_names =
        "disabled inherit pinned exclusive exclude_user exclude_kernel exclude_hv exclude_idle mmap comm freq "
        "inherit_stat enable_on_exec task watermark",
    more_bit_names =
        "mmap_data sample_id_all exclude_host exclude_guest exclude_callchain_kernel exclude_callchain_user mmap2 comm_exec "
        "use_clockid context_switch write_backward namespaces ksymbol bpf_event aux_output cgroup text_poke build_id "
        "inherit_thread remove_on_exec sigtrap";

void print_bits(Fields& fields, std::string_view names, std::uint64_t bits, bool brief) {
    for (; !names.empty(); bits >>= 1) {
        const std::string_view name = names.substr(0, names.find(' '));
        names.remove_prefix(std::min(names.size(), name.size() + 1));
        if (!brief || (bits & 1)) fields(name).unsigned_decimal(bits & 1);
    }
}

void print_shifted(Printer& printer, std::uint64_t value, unsigned shift) {
    if (value == 0) return;
    printer.hex(value);
    printer.text("<<");
    printer.unsigned_decimal(shift);
    printer.put('|');
}

/// What is counted: by the type of the event. The upper half tells which unit counts it.
void print_config(Printer& printer, std::uint32_t type, std::uint64_t config) {
    switch (type) {
        case hardware:
            print_shifted(printer, config >> 32, 32);
            return printer.constant(perf_hardware, config & UINT32_MAX);
        case software:
            return printer.constant(perf_software, config);
        case tracepoint:
            return printer.unsigned_decimal(config);
        case cache:
            print_shifted(printer, config >> 32, 32);
            print_shifted(printer, config >> 24 & 0xff, 24);
            printer.constant(perf_cache_results, config >> 16 & 0xff);
            printer.text("<<16|");
            printer.constant(perf_cache_operations, config >> 8 & 0xff);
            printer.text("<<8|");
            return printer.constant(perf_caches, config & 0xff);
        default:
            return printer.hex(config);
    }
}

void print_unknown_bytes(Printer& printer, std::string_view where, std::uint64_t value) {
    if (value == 0) return;
    printer.text(" /* bytes ");
    printer.text(where);
    printer.text(": ");
    printer.hex(value);
    printer.text(" */");
}

/// What follows the bits, as far as there is any.
void print_rest(Fields& fields, const Region& region, std::uint32_t type) {
    constexpr std::uint64_t of_branches = 1 << 11, of_stack = 1 << 13;
    const auto number = [&](std::uint16_t place, std::size_t width) { return number_at(region, place, width); };
    const std::uint64_t bits = number(bits_at, 8), samples = number(samples_at, 8);
    const bool breaks = type == breakpoint;
    fields((bits >> by_watermark & 1) ? "wakeup_watermark" : "wakeup_events").unsigned_decimal(number(48, 4));
    if (breaks) {
        constexpr std::uint64_t most_kinds = 7;
        const std::uint64_t kind = number(52, 4);
        Printer& shown = fields("bp_type");
        kind <= most_kinds&& perf_breakpoints.name_of(kind).empty()
            ? shown.constant({"HW_BREAKPOINT_INVALID", std::span<const FlagName>{}}, kind)
            : shown.constant(perf_breakpoints, kind);
    }
    fields(breaks ? "bp_addr" : "config1").hex(number(56, 8));
    if (region.length <= 64) return;
    breaks ? fields("bp_len").unsigned_decimal(number(64, 8)) : fields("config2").hex(number(64, 8));
    if (region.length <= 72) return;
    if (samples & of_branches) fields("branch_sample_type").flags(perf_branches, number(72, 8));
    if (region.length <= 80) return;
    fields("sample_regs_user").hex(number(80, 8));
    if (region.length <= 88) return;
    if (samples & of_stack) fields("sample_stack_user").hex(number(88, 4));
    if (bits >> uses_clock & 1) {
        if (region.length <= 92) return;
        fields("clockid").constant(clock_names, number(92, 4));
    }
    if (region.length <= 96) return;
    fields("sample_regs_intr").hex(number(96, 8));
    if (region.length <= 104) return;
    fields("aux_watermark").unsigned_decimal(number(104, 4));
    if (region.length <= 108) return;
    Printer& stack = fields("sample_max_stack");
    stack.unsigned_decimal(number(108, 2));
    if (region.length <= 110) return;
    print_unknown_bytes(stack, "110..111", number(110, 2));
    if (region.length <= 112) return;
    Printer& sample = fields("aux_sample_size");
    sample.unsigned_decimal(number(112, 4));
    if (region.length <= 116) return;
    print_unknown_bytes(sample, "116..119", number(116, 4));
    if (region.length > 120) fields("sig_data").hex(number(120, 8));
}

/// `answer`: the size that the kernel knows, where it is told of a larger one.
void print(Printer& printer, const Region& region, std::optional<std::uint32_t> answer) {
    constexpr std::string_view precisions[] = {"arbitrary skid", "constant skid", "requested to have 0 skid", "must have 0 skid"};
    const auto number = [&](std::uint16_t place, std::size_t width) { return number_at(region, place, width); };
    const auto type = static_cast<std::uint32_t>(number(0, 4));
    const std::uint64_t bits = number(bits_at, 8), size = number(size_at, 4);
    const bool brief = region.length <= brief_perf_attributes;
    Fields fields(printer);
    fields("type").constant(perf_types, type);
    fields("size").constant(perf_sizes, size);
    if (answer) {
        printer.text(" => ");
        printer.constant(perf_sizes, *answer);
    }
    print_config(fields("config"), type, number(config_at, 8));
    fields((bits >> by_frequency & 1) ? "sample_freq" : "sample_period").unsigned_decimal(number(16, 8));
    fields("sample_type").flags(perf_samples, number(samples_at, 8));
    fields("read_format").flags(perf_reads, number(32, 8));
    print_bits(fields, bit_names, bits, brief);
    fields("precise_ip").unsigned_decimal(bits >> precision & 3);
    printer.comment(precisions[bits >> precision & 3]);
    print_bits(fields, more_bit_names, bits >> after_precision, brief);
    if (bits >> unknown_bits) {
        fields("__reserved_1").hex(bits >> unknown_bits);
        printer.comment("Bits 63..38");
    }
    if (!brief) print_rest(fields, region, type);
    if (size > region.length || brief) fields.more();
}

/// As much of it as its own size says.
std::uint64_t told_size(const Call& call, std::uint64_t address) {
    const auto size = address ? call.value_at_entry<std::uint32_t>(address + size_at) : std::nullopt;
    return size ? std::min<std::uint64_t>(*size == 0 ? first_size : *size, known_size) : 0;
}

void capture(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value + size_at, sizeof(std::uint32_t));
    if (level == 1 && !capture.at_exit()) capture.bytes(slot.value, told_size(capture.call(), slot.value));
}
void render(Printer& printer, const Slot& slot) {
    constexpr std::int64_t too_big = -7;  // E2BIG
    const Call& call = printer.call();
    const std::uint64_t told = told_size(call, slot.value), size = printer.abbreviate() ? brief_perf_attributes : told;
    const auto bytes = told >= first_size ? call.bytes_at_entry(slot.value, size) : std::nullopt;
    if (!bytes || bytes->size() < size) return printer.address(slot.value);
    const bool is_told = call.result() == too_big;
    print(printer, {slot.value, size, *bytes},
          is_told ? call.exit()->memory.value<std::uint32_t>(RemoteAddress{slot.value + size_at}) : std::nullopt);
}

}  // namespace

}  // namespace perf_event

void print_perf_attributes(Printer& printer, const Region& region, Surroundings&) {
    perf_event::print(printer, region, std::nullopt);
}

namespace types {

const ArgumentType perf_attributes{
    .phase = Phase::exit_always, .render = perf_event::render, .capture = perf_event::capture, .captured_at_both = true, .compat = &same};

}  // namespace types

}  // namespace shimtrace::decoders
