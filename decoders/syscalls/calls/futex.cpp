// futex: what its arguments are depends on the operation.
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/time_value.hpp"

namespace shimtrace::decoders {

namespace {

// linux/futex.h
enum FutexOperation : std::uint32_t {
    wait = 0,
    wake = 1,
    descriptor = 2,
    requeue = 3,
    compare_requeue = 4,
    wake_op = 5,
    lock_pi = 6,
    unlock_pi = 7,
    trylock_pi = 8,
    wait_bitset = 9,
    wake_bitset = 10,
    wait_requeue_pi = 11,
    compare_requeue_pi = 12,
    lock_pi2 = 13,
};
constexpr std::uint32_t private_flag = 128, realtime_flag = 256;

/// Which arguments an operation has, and what they are.
enum class Fourth : std::uint8_t { none, timeout, count };
enum class Sixth : std::uint8_t { none, bitset, value, wake_op };
struct FutexShape {
    FutexOperation operation;
    bool has_value;
    Fourth fourth;
    bool second_address;
    Sixth sixth;
};
constexpr FutexShape shapes[] = {
    {wait, true, Fourth::timeout, false, Sixth::none},
    {wake, true, Fourth::none, false, Sixth::none},
    {descriptor, true, Fourth::none, false, Sixth::none},
    {requeue, true, Fourth::count, true, Sixth::none},
    {compare_requeue, true, Fourth::count, true, Sixth::value},
    {wake_op, true, Fourth::count, true, Sixth::wake_op},
    {lock_pi, false, Fourth::timeout, false, Sixth::none},
    {unlock_pi, false, Fourth::none, false, Sixth::none},
    {trylock_pi, false, Fourth::none, false, Sixth::none},
    {wait_bitset, true, Fourth::timeout, false, Sixth::bitset},
    {wake_bitset, true, Fourth::none, false, Sixth::bitset},
    {wait_requeue_pi, true, Fourth::timeout, true, Sixth::none},
    {compare_requeue_pi, true, Fourth::count, true, Sixth::value},
    {lock_pi2, false, Fourth::timeout, false, Sixth::none},
};

const FutexShape* shape_of(const Call& call) {
    const std::uint32_t operation = call.argument32(1) & ~(private_flag | realtime_flag);
    for (const FutexShape& shape : shapes)
        if (shape.operation == operation) return &shape;
    return nullptr;
}

void render_operation(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    const std::string_view name = futex_operations.name_of(value & ~(private_flag | realtime_flag));
    if (printer.style().constants == Constants::raw) return printer.hex(value);
    if (name.empty()) {
        printer.hex(value);
        return printer.comment(futex_operations.unknown);
    }
    const bool verbose = printer.style().constants == Constants::verbose;
    if (verbose) {
        printer.hex(value);
        printer.text(" /* ");
    }
    printer.text(name);
    if (value & private_flag) printer.text("_PRIVATE");
    if (value & realtime_flag) printer.text("|FUTEX_CLOCK_REALTIME");
    if (verbose) printer.text(" */");
}

bool has_value(const Call& call, const Slot&) {
    const FutexShape* shape = shape_of(call);
    return !shape || shape->has_value;
}
void render_futex_value(Printer& printer, const Slot& slot) {
    printer.unsigned_decimal(static_cast<std::uint32_t>(slot.value));
}

bool has_fourth(const Call& call, const Slot&) {
    const FutexShape* shape = shape_of(call);
    return !shape || shape->fourth != Fourth::none;
}
template <std::size_t size>
void capture_fourth(Capture& capture, const Slot& slot, int level) {
    const FutexShape* shape = shape_of(capture.call());
    if (level == 0 && shape && shape->fourth == Fourth::timeout) capture.bytes(slot.value, size);
}
template <std::size_t size, PrintStruct print>
void render_fourth(Printer& printer, const Slot& slot) {
    const FutexShape* shape = shape_of(printer.call());
    if (!shape) return printer.address(slot.value);
    if (shape->fourth == Fourth::count) return printer.unsigned_decimal(static_cast<std::uint32_t>(slot.value));
    render_struct_in<size, print>(printer, slot);
}

bool has_futex_second(const Call& call, const Slot&) {
    const FutexShape* shape = shape_of(call);
    return !shape || shape->second_address;
}
void render_futex_second(Printer& printer, const Slot& slot) {
    printer.address(slot.value);
}

bool has_sixth(const Call& call, const Slot&) {
    const FutexShape* shape = shape_of(call);
    return !shape || shape->sixth != Sixth::none;
}

/// FUTEX_OP_SET<<28|1<<12|…: an operation and a comparison packed into 32 bits.
void print_wake_op(Printer& printer, std::uint32_t value) {
    constexpr std::uint32_t shifted_argument = 8;
    const std::uint32_t operation = value >> 28;
    if (operation & shifted_argument) {
        printer.text("FUTEX_OP_OPARG_SHIFT<<28|");
    }
    printer.constant(futex_wake_operations, operation & 7);
    printer.text("<<28|");
    printer.hex(value >> 12 & 0xfff);
    printer.text("<<12|");
    printer.constant(futex_wake_comparisons, value >> 24 & 0xf);
    printer.text("<<24|");
    printer.hex(value & 0xfff);
}
void render_sixth(Printer& printer, const Slot& slot) {
    const FutexShape* shape = shape_of(printer.call());
    const auto value = static_cast<std::uint32_t>(slot.value);
    if (!shape) return printer.hex(value);
    switch (shape->sixth) {
        case Sixth::bitset:
            return value == UINT32_MAX ? printer.text("FUTEX_BITSET_MATCH_ANY") : printer.hex(value);
        case Sixth::wake_op:
            return print_wake_op(printer, value);
        default:
            return printer.unsigned_decimal(value);
    }
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

static constexpr ArgumentType compat_futex_timeout{
    .render = render_fourth<8, print_narrow_timespec>, .capture = capture_fourth<8>, .present = has_fourth};
static constexpr ArgumentType futex_operation{.render = render_operation};
static constexpr ArgumentType futex_value{.render = render_futex_value, .present = has_value};
static constexpr ArgumentType futex_timeout{.render = render_fourth<16, print_timespec>,
                                            .capture = capture_fourth<16>,
                                            .present = has_fourth,
                                            .compat = &compat_futex_timeout,
                                            .compat64 = &same};
static constexpr ArgumentType futex_second{.render = render_futex_second, .present = has_futex_second};
static constexpr ArgumentType futex_value3{.render = render_sixth, .present = has_sixth};
static constexpr ArgumentType futex_waitv{.render = render_waiters, .capture = capture_waiters, .compat = &same};
static constexpr ArgumentType futex_waitv_pair{.render = render_two, .capture = capture_two, .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow futex_table[] = {
    {"futex",
     0,
     {address("uaddr"), of("futex_op", types::futex_operation), of("val", types::futex_value), of("timeout", types::futex_timeout),
      of("uaddr2", types::futex_second), of("val3", types::futex_value3)},
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
