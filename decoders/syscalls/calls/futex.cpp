// futex, by its operation.
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/variants.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::uint32_t private_flag = 128, realtime_flag = 256;

constexpr std::uint32_t descriptor_operation = 2;  // FUTEX_FD: older than the names with _PRIVATE

/// The kernel knows no others with that clock (kernel/futex/syscalls.c).
bool takes_realtime(std::uint32_t operation) {
    constexpr std::uint32_t operations[] = {0, 9, 11, 13};
    return std::ranges::find(operations, operation) != std::end(operations);
}

void render_operation(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    const std::string_view name = variant_name(printer.call());
    if (printer.style().constants == Constants::raw) return printer.hex(value);
    if (name.empty() || ((value & realtime_flag) && !takes_realtime(value & ~(private_flag | realtime_flag)))) {
        printer.hex(value);
        return printer.comment("FUTEX_???");
    }
    const bool verbose = printer.style().constants == Constants::verbose;
    if (verbose) {
        printer.hex(value);
        printer.text(" /* ");
    }
    printer.text(name);
    if (value & private_flag)
        printer.text((value & ~(private_flag | realtime_flag)) == descriptor_operation ? "|FUTEX_PRIVATE_FLAG" : "_PRIVATE");
    if (value & realtime_flag) printer.text("|FUTEX_CLOCK_REALTIME");
    if (verbose) printer.text(" */");
}

void print_shifted(Printer& printer, const FlagSet& set, std::uint64_t value, std::string_view shift) {
    const std::string_view name = set.name_of(value);
    const bool abbreviated = printer.style().constants == Constants::abbrev && !name.empty();
    abbreviated ? printer.text(name) : printer.hex(value);
    printer.text(shift);
    if (!abbreviated && printer.style().constants != Constants::raw) printer.comment(name.empty() ? set.unknown : name);
}

/// FUTEX_OP_SET<<28|1<<12|…: an operation and a comparison packed into 32 bits.
void render_wake_op(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    constexpr std::uint32_t shifted_argument = 8;
    const std::uint32_t operation = value >> 28;
    if (operation & shifted_argument) {
        printer.text("FUTEX_OP_OPARG_SHIFT<<28|");
    }
    print_shifted(printer, futex_wake_operations, operation & 7, "<<28");
    printer.put('|');
    printer.hex(value >> 12 & 0xfff);
    printer.text("<<12|");
    print_shifted(printer, futex_wake_comparisons, value >> 24 & 0xf, "<<24");
    printer.put('|');
    printer.hex(value & 0xfff);
}
void render_bitset(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    value == UINT32_MAX ? printer.text("FUTEX_BITSET_MATCH_ANY") : printer.hex(value);
}

// futex_waitv: {u64 val, u64 uaddr, u32 flags, u32 reserved}

constexpr std::size_t waiter_size = 24;
constexpr std::uint64_t most_waiters = 128;

void capture_waiters(Capture& capture, const Slot& slot, int level) {
    const std::uint64_t count = slot.argument.size ? slot.argument.size : capture.call().argument32(slot.argument.other);
    if (level == 0) capture.bytes(slot.value, std::min(count, most_waiters) * waiter_size);
}
void render_waiters(Printer& printer, const Slot& slot) {
    const std::uint64_t count = slot.argument.size ? slot.argument.size : printer.call().argument32(slot.argument.other);
    array(
        printer, slot.value, count, waiter_size, most_waiters,
        [&](std::span<const std::byte> bytes, std::uint64_t) {
            Fields fields(printer);
            fields("val").hex(value_at<std::uint64_t>(bytes, 0));
            fields("uaddr").address(value_at<std::uint64_t>(bytes, 8));
            fields("flags").flags(futex2_flags, value_at<std::uint32_t>(bytes, 16));
            if (const auto reserved = value_at<std::uint32_t>(bytes, 20); reserved != 0) fields("__reserved").hex(reserved);
        },
        true);
}
void capture_two(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, 2 * waiter_size);
}
void render_two(Printer& printer, const Slot& slot) {
    Argument argument = slot.argument;
    argument.size = 2;
    render_waiters(printer, Slot{argument, slot.value, slot.index});
}

}  // namespace

namespace types {

static constexpr ArgumentType futex_operation{.render = render_operation};
static constexpr ArgumentType futex_bitset{.render = render_bitset};
static constexpr ArgumentType futex_wake_op{.render = render_wake_op};
static constexpr ArgumentType futex_waitv{.render = render_waiters, .capture = capture_waiters, .compat = &same};
static constexpr ArgumentType futex_waitv_pair{.render = render_two, .capture = capture_two, .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr Argument futex_value = count("val"), futex_timeout = of("timeout", types::timespec_in), futex_count = count("val2"),
                          futex_second = from(4, address("uaddr2")), futex_bits = from(5, of("val3", types::futex_bitset)),
                          futex_until = from(3, futex_timeout);

static constexpr Variant futex_variants[] = {
    {0, "FUTEX_WAIT", {futex_value, futex_timeout}},
    {1, "FUTEX_WAKE", {futex_value}},
    {2, "FUTEX_FD", {futex_value}},
    {3, "FUTEX_REQUEUE", {futex_value, futex_count, futex_second}},
    {4, "FUTEX_CMP_REQUEUE", {futex_value, futex_count, futex_second, count("val3")}},
    {5, "FUTEX_WAKE_OP", {futex_value, futex_count, futex_second, of("val3", types::futex_wake_op)}},
    {6, "FUTEX_LOCK_PI", {futex_until}},
    {7, "FUTEX_UNLOCK_PI", {}},
    {8, "FUTEX_TRYLOCK_PI", {}},
    {9, "FUTEX_WAIT_BITSET", {futex_value, futex_timeout, futex_bits}},
    {10, "FUTEX_WAKE_BITSET", {futex_value, futex_bits}},
    {11, "FUTEX_WAIT_REQUEUE_PI", {futex_value, futex_timeout, futex_second}},
    {12, "FUTEX_CMP_REQUEUE_PI", {futex_value, futex_count, futex_second, count("val3")}},
    {13, "FUTEX_LOCK_PI2", {futex_until}},
};
static constexpr VariantTable futex_by_operation{futex_variants, "FUTEX_???", 1, private_flag | realtime_flag};

static constexpr SyscallRow futex_table[] = {
    {"futex",
     0,
     {address("uaddr"), of("futex_op", types::futex_operation), futex_value, address("timeout"), address("uaddr2"),
      of("val3", types::hex32)},
     futex_by_operation,
     {.waits = {locks}}},
    {"futex_waitv",
     0,
     {of("waiters", types::futex_waitv, 1), count("nr_futexes"), of("flags", types::hex32), of("timeout", types::timespec_in),
      constant("clockid", clock_names)},
     {.waits = {locks}}},
    {"futex_wake", 0, {address("uaddr"), hex("mask"), number("nr"), flags("flags", futex2_flags)}},
    {"futex_wait",
     0,
     {address("uaddr"), size("val"), hex("mask"), flags("flags", futex2_flags), of("timeout", types::timespec_in),
      constant("clockid", clock_names)}},
    {"futex_requeue", 0, {of("waiters", types::futex_waitv_pair), of("flags", types::hex32), number("nr_wake"), number("nr_requeue")}},
    {"set_robust_list", 0, {address("head"), size("len")}},
    {"get_robust_list", 0, {pid("pid"), of("head_ptr", types::out_address), of("len_ptr", types::out_uint64)}},
    {"rseq", 0, {hex("rseq"), hex("rseq_len"), hex("flags"), hex("sig")}},
};

constinit const std::span<const SyscallRow> futex_rows = futex_table;

}  // namespace shimtrace::decoders
