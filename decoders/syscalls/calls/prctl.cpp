// prctl and arch_prctl: what the arguments are depends on the option.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

// linux/prctl.h
enum Option : std::uint32_t {
    set_pdeathsig = 1,
    get_pdeathsig = 2,
    get_dumpable = 3,
    set_dumpable = 4,
    get_unalign = 5,
    get_keepcaps = 7,
    set_keepcaps = 8,
    get_fpemu = 9,
    get_fpexc = 11,
    get_timing = 13,
    set_timing = 14,
    set_name = 15,
    get_name = 16,
    get_endian = 19,
    get_seccomp = 21,
    set_seccomp = 22,
    capbset_read = 23,
    capbset_drop = 24,
    get_tsc = 25,
    set_tsc = 26,
    get_securebits = 27,
    set_securebits = 28,
    set_timerslack = 29,
    get_timerslack = 30,
    perf_disable = 31,
    perf_enable = 32,
    set_mm = 35,
    set_child_subreaper = 36,
    get_child_subreaper = 37,
    set_no_new_privs = 38,
    get_no_new_privs = 39,
    get_tid_address = 40,
    set_thp_disable = 41,
    get_thp_disable = 42,
    cap_ambient = 47,
    get_speculation = 52,
    set_speculation = 53,
    set_io_flusher = 57,
    get_io_flusher = 58,
    set_vma = 0x53564d41,
    set_ptracer = 0x59616d61,
};

/// What the second argument is.
enum class Second : std::uint8_t {
    none,
    number,
    hex,
    signal,
    signal_out,
    number_out,
    address_out,
    name,
    name_out,
    dumpable,
    seccomp_mode,
    capability,
    secure_bits,
    memory,
    ambient,
    vma,
    speculation,
    tsc,
    tsc_out,
    raw,
};
constexpr FlagName tsc_rows[] = {{0, "0"}, {1, "PR_TSC_ENABLE"}, {2, "PR_TSC_SIGSEGV"}};
constexpr FlagSet tsc_states{"PR_TSC_???", tsc_rows};

/// How many arguments follow it, and how they are written.
enum class Rest : std::uint8_t { none, raw3, raw2, memory, ambient, vma, speculation, filter };

struct OptionRow {
    std::uint32_t option;
    Second second;
    Rest rest;
};
constexpr OptionRow options[] = {
    {set_pdeathsig, Second::signal, Rest::none},
    {get_pdeathsig, Second::signal_out, Rest::none},
    {get_dumpable, Second::none, Rest::none},
    {set_dumpable, Second::dumpable, Rest::none},
    {get_unalign, Second::number_out, Rest::none},
    {get_keepcaps, Second::none, Rest::none},
    {set_keepcaps, Second::number, Rest::none},
    {get_fpemu, Second::number_out, Rest::none},
    {get_fpexc, Second::number_out, Rest::none},
    {get_timing, Second::none, Rest::none},
    {set_timing, Second::number, Rest::none},
    {set_name, Second::name, Rest::none},
    {get_name, Second::name_out, Rest::none},
    {get_endian, Second::number_out, Rest::none},
    {get_seccomp, Second::none, Rest::none},
    {set_seccomp, Second::seccomp_mode, Rest::filter},
    {capbset_read, Second::capability, Rest::none},
    {capbset_drop, Second::capability, Rest::none},
    {get_tsc, Second::tsc_out, Rest::none},
    {set_tsc, Second::tsc, Rest::none},
    {get_securebits, Second::none, Rest::none},
    {set_securebits, Second::secure_bits, Rest::none},
    {set_timerslack, Second::number, Rest::none},
    {get_timerslack, Second::none, Rest::none},
    {perf_disable, Second::none, Rest::none},
    {perf_enable, Second::none, Rest::none},
    {set_mm, Second::memory, Rest::memory},
    {set_child_subreaper, Second::number, Rest::none},
    {get_child_subreaper, Second::number_out, Rest::none},
    {set_no_new_privs, Second::number, Rest::raw3},
    {get_no_new_privs, Second::raw, Rest::raw3},
    {get_tid_address, Second::address_out, Rest::none},
    {set_thp_disable, Second::number, Rest::raw3},
    {get_thp_disable, Second::raw, Rest::raw3},
    {cap_ambient, Second::ambient, Rest::ambient},
    {get_speculation, Second::speculation, Rest::raw3},
    {set_speculation, Second::speculation, Rest::speculation},
    {set_io_flusher, Second::number, Rest::raw3},
    {get_io_flusher, Second::raw, Rest::raw3},
    {set_vma, Second::vma, Rest::vma},
    {set_ptracer, Second::number, Rest::none},
};

constexpr OptionRow unknown_option{0, Second::raw, Rest::raw3};

const OptionRow& row_of(const Call& call) {
    for (const OptionRow& row : options)
        if (row.option == call.argument32(0)) return row;
    return unknown_option;
}

constexpr std::uint32_t thread_name_size = 16;

bool has_second(const Call& call, const Slot&) {
    return row_of(call).second != Second::none;
}
bool second_late(const Call& call, const Slot&) {
    switch (row_of(call).second) {
        case Second::signal_out:
        case Second::number_out:
        case Second::tsc_out:
        case Second::address_out:
        case Second::name_out:
            return true;
        default:
            return false;
    }
}
void capture_second(Capture& capture, const Slot& slot, int level) {
    if (level != 0) return;
    switch (row_of(capture.call()).second) {
        case Second::signal_out:
        case Second::number_out:
        case Second::tsc_out:
            return capture.bytes(slot.value, 4);
        case Second::address_out:
            return capture.bytes(slot.value, 8);
        case Second::name:
        case Second::name_out:
            return capture.text(slot.value, thread_name_size);
        default:
            return;
    }
}

void print_filled(Printer& printer, const Slot& slot, Second kind) {
    const Call& call = printer.call();
    const bool wide = kind == Second::address_out;
    const auto narrow = slot.value && call.succeeded() ? call.value<std::int32_t>(slot.value) : std::nullopt;
    const auto address = slot.value && call.succeeded() ? call.value<std::uint64_t>(slot.value) : std::nullopt;
    if (wide ? !address : !narrow) return printer.address(slot.value);
    printer.put('[');
    if (wide)
        printer.address(*address);
    else if (kind == Second::signal_out)
        printer.signal(*narrow);
    else if (kind == Second::tsc_out)
        printer.constant(tsc_states, static_cast<std::uint32_t>(*narrow));
    else
        printer.unsigned_decimal(static_cast<std::uint32_t>(*narrow));
    printer.put(']');
}

void render_second(Printer& printer, const Slot& slot) {
    const Second kind = row_of(printer.call()).second;
    const auto low = static_cast<std::uint32_t>(slot.value);
    switch (kind) {
        case Second::none:
            return;
        case Second::number:
            return printer.unsigned_decimal(slot.value);
        case Second::hex:
            return printer.hex(slot.value);
        case Second::signal:
            return printer.signal(static_cast<std::int32_t>(low));
        case Second::signal_out:
        case Second::number_out:
        case Second::tsc_out:
        case Second::address_out:
            return print_filled(printer, slot, kind);
        case Second::name:
            return printer.string(slot.value, std::min(thread_name_size - 1, printer.style().string_limit));
        case Second::name_out:
            return printer.call().failed() ? printer.address(slot.value)
                                           : printer.string(slot.value, std::min(thread_name_size - 1, printer.style().string_limit));
        case Second::dumpable:
            return printer.constant(prctl_dumpable, slot.value);
        case Second::seccomp_mode:
            return printer.constant(seccomp_modes, slot.value);
        case Second::capability:
            return printer.constant(capabilities, slot.value);
        case Second::secure_bits:
            return printer.flags(secure_bits, slot.value);
        case Second::memory:
            return printer.constant(prctl_mm_options, slot.value);
        case Second::ambient:
            return printer.constant(prctl_ambient_options, slot.value);
        case Second::vma:
            return printer.constant(prctl_vma_options, slot.value);
        case Second::speculation:
            return printer.constant(speculation_features, slot.value);
        case Second::tsc:
            return printer.constant(tsc_states, low);
        case Second::raw:
            return printer.hex(slot.value);
    }
}

bool has_third(const Call& call, const Slot&) {
    constexpr std::uint64_t filter_mode = 2;
    const Rest rest = row_of(call).rest;
    return rest == Rest::filter ? call.argument(1) == filter_mode : rest != Rest::none;
}
void render_third(Printer& printer, const Slot& slot) {
    constexpr std::uint64_t is_set = 1, raise = 2, lower = 3;
    switch (row_of(printer.call()).rest) {
        case Rest::ambient: {
            const std::uint64_t operation = printer.call().argument(1);
            if (operation != is_set && operation != raise && operation != lower) return printer.hex(slot.value);
            return printer.constant(capabilities, slot.value);
        }
        case Rest::speculation:
            return printer.flags(speculation_controls, slot.value);
        case Rest::filter:
        case Rest::vma:
            return printer.address(slot.value);
        default:
            return printer.hex(slot.value);
    }
}

bool has_rest(const Call& call, const Slot&) {
    const Rest rest = row_of(call).rest;
    return rest != Rest::none && rest != Rest::filter;
}
void capture_rest(Capture& capture, const Slot& slot, int level) {
    if (level == 0 && slot.index == 4 && row_of(capture.call()).rest == Rest::vma) capture.text(slot.value, 80);
}
void render_rest(Printer& printer, const Slot& slot) {
    if (row_of(printer.call()).rest == Rest::vma)
        return slot.index == 3 ? printer.unsigned_decimal(slot.value) : printer.string(slot.value, printer.style().string_limit);
    printer.hex(slot.value);
}

// arch_prctl

bool fills(const Call& call, const Slot&) {
    constexpr std::uint32_t get_fs = 0x1003, get_gs = 0x1004, get_supported = 0x1021, get_permitted = 0x1022, get_untag_mask = 0x4001,
                            get_tag_bits = 0x4003;
    const std::uint32_t code = call.argument32(0);
    return code == get_fs || code == get_gs || code == get_supported || code == get_permitted || code == get_untag_mask ||
           code == get_tag_bits;
}
bool has_arch_argument(const Call& call, const Slot&) {
    constexpr std::uint32_t get_cpuid = 0x1011;
    return call.argument32(0) != get_cpuid;
}
void capture_arch(Capture& capture, const Slot& slot, int level) {
    if (level == 0 && fills(capture.call(), slot)) capture.bytes(slot.value, 8);
}
void render_arch(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const auto value = fills(call, slot) && call.succeeded() ? call.value<std::uint64_t>(slot.value) : std::nullopt;
    if (!value) return printer.address(slot.value);
    printer.put('[');
    printer.hex(*value);
    printer.put(']');
}

}  // namespace

namespace results {

/// The number, and what it stands for where the option says.
void prctl(Printer& printer) {
    const Call& call = printer.call();
    const auto result = static_cast<std::uint64_t>(call.result());
    const auto named = [&](auto print) {
        printer.text(" (");
        print();
        printer.put(')');
    };
    switch (call.argument32(0)) {
        case get_dumpable:
            printer.decimal(call.result());
            return named([&] { printer.constant(prctl_dumpable, result); });
        case get_securebits:
            printer.hex(result);
            return result == 0 ? void() : named([&] { printer.flags(secure_bits, result); });
        case get_speculation:
            printer.hex(result);
            return result == 0 ? void() : named([&] { printer.flags(speculation_controls, result); });
        default:
            printer.decimal(call.result());
    }
}

}  // namespace results

namespace types {

static constexpr ArgumentType prctl_second{.phase = Phase::by_call,
                                           .render = render_second,
                                           .capture = capture_second,
                                           .present = has_second,
                                           .late = second_late,
                                           .compat = &same};
static constexpr ArgumentType prctl_third{.render = render_third, .present = has_third};
static constexpr ArgumentType prctl_rest{.render = render_rest, .capture = capture_rest, .present = has_rest, .compat = &same};
static constexpr ArgumentType arch_prctl_argument{
    .phase = Phase::by_call, .render = render_arch, .capture = capture_arch, .present = has_arch_argument, .late = fills};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow prctl_table[] = {
    {"prctl",
     class_creds,
     {constant("option", prctl_options), of("arg2", types::prctl_second), of("arg3", types::prctl_third), of("arg4", types::prctl_rest),
      of("arg5", types::prctl_rest)},
     results::prctl},
    {"arch_prctl", 0, {constant("code", arch_prctl_codes), of("addr", types::arch_prctl_argument)}},
};

constinit const std::span<const SyscallRow> prctl_rows = prctl_table;

}  // namespace shimtrace::decoders
