// fcntl: what the third argument is depends on the command.
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

enum class Third : std::uint8_t {
    none,
    fd,
    fd_flags,
    open_flags,
    lock,
    lock_out,
    signal,
    number,
    lease,
    notify,
    seals,
    owner,
    owner_out,
    hint,
    hint_out
};

struct FcntlCommandRow {
    std::uint32_t command;
    Third third;
};
constexpr FcntlCommandRow fcntl_command_rows[] = {
    {0, Third::fd},       {1, Third::none},    {2, Third::fd_flags},    {3, Third::none},       {4, Third::open_flags},
    {5, Third::lock_out}, {6, Third::lock},    {7, Third::lock},        {8, Third::number},     {9, Third::none},
    {10, Third::signal},  {11, Third::none},   {15, Third::owner},      {16, Third::owner_out}, {36, Third::lock_out},
    {37, Third::lock},    {38, Third::lock},   {1024, Third::lease},    {1025, Third::none},    {1026, Third::notify},
    {1027, Third::fd},    {1028, Third::none}, {1030, Third::fd},       {1031, Third::number},  {1032, Third::none},
    {1033, Third::seals}, {1034, Third::none}, {1035, Third::hint_out}, {1036, Third::hint},    {1037, Third::hint_out},
    {1038, Third::hint},
};

/// F_GETLK64, F_SETLK64 and F_SETLKW64, which 32-bit programs have.
bool is_lock64(const Call& call) {
    const std::uint32_t command = call.argument32(1);
    return call.enter().arch == Arch::i386 && command >= 12 && command <= 14;
}

std::optional<Third> third_of(const Call& call) {
    const std::uint32_t command = call.argument32(1) - (is_lock64(call) ? 7 : 0);
    for (const FcntlCommandRow& row : fcntl_command_rows)
        if (row.command == command) return row.third;
    return std::nullopt;
}

/// struct flock, as its caller has it: where start, length and pid are.
struct LockLayout {
    std::uint8_t size, start, length, pid;
    bool wide = true;  ///< start and length have 64 bits
};
LockLayout lock_layout(const Call& call) {
    constexpr std::uint32_t first_of_files = 36;  // F_OFD_GETLK
    if (call.enter().arch != Arch::i386) return {32, 8, 16, 24};
    if (is_lock64(call) || call.argument32(1) >= first_of_files) return {24, 4, 12, 20};
    return {16, 4, 8, 12, false};
}

bool has_fcntl_argument(const Call& call, const Slot&) {
    return third_of(call) != Third::none;
}
bool fcntl_argument_late(const Call& call, const Slot&) {
    const auto third = third_of(call);
    return third == Third::lock_out || third == Third::owner_out || third == Third::hint_out;
}

void capture_fcntl_argument(Capture& capture, const Slot& slot, int level) {
    if (level != 0) return;
    switch (third_of(capture.call()).value_or(Third::none)) {
        case Third::lock:
        case Third::lock_out:
            return capture.bytes(slot.value, lock_layout(capture.call()).size);
        case Third::owner:
        case Third::owner_out:
        case Third::hint:
        case Third::hint_out:
            return capture.bytes(slot.value, 8);
        default:
            return;
    }
}

void print_lock(Printer& printer, const Slot& slot, bool with_pid) {
    const LockLayout layout = lock_layout(printer.call());
    const auto bytes = printer.call().failed() && with_pid ? std::nullopt : printer.call().bytes(slot.value, layout.size);
    if (slot.value == 0 || !bytes || bytes->size() < layout.size) return printer.address(slot.value);
    const auto number = [&](std::size_t offset) {
        return layout.wide ? value_at<std::int64_t>(*bytes, offset) : value_at<std::int32_t>(*bytes, offset);
    };
    Fields fields(printer);
    fields("l_type").constant(lock_types, value_at<std::uint16_t>(*bytes, 0));
    fields("l_whence").constant(whence_names, value_at<std::uint16_t>(*bytes, 2));
    fields("l_start").decimal(number(layout.start));
    fields("l_len").decimal(number(layout.length));
    if (with_pid) fields("l_pid").pid(value_at<std::int32_t>(*bytes, layout.pid));
}

void print_owner(Printer& printer, const Slot& slot) {
    const auto owner = printer.call().failed() ? std::nullopt : printer.call().value<std::array<std::int32_t, 2>>(slot.value);
    if (slot.value == 0 || !owner) return printer.address(slot.value);
    Fields fields(printer);
    fields("type").constant(owner_types, static_cast<std::uint32_t>((*owner)[0]));
    fields("pid").pid((*owner)[1]);
}

void print_hint(Printer& printer, const Slot& slot) {
    const auto hint = printer.call().failed() ? std::nullopt : printer.call().value<std::uint64_t>(slot.value);
    if (slot.value == 0 || !hint) return printer.address(slot.value);
    printer.put('[');
    printer.constant(rw_hints, *hint);
    printer.put(']');
}

void render_fcntl_argument(Printer& printer, const Slot& slot) {
    const auto low = static_cast<std::uint32_t>(slot.value);
    const auto third = third_of(printer.call());
    if (!third) return printer.hex(slot.value);
    switch (*third) {
        case Third::none:
            return;
        case Third::fd:
            return printer.decimal(static_cast<std::int32_t>(slot.value));
        case Third::fd_flags:
            return printer.flags(fd_flags, low);
        case Third::open_flags:
            return printer.open_flags(low);
        case Third::lock:
            return print_lock(printer, slot, false);
        case Third::lock_out:
            return print_lock(printer, slot, true);
        case Third::signal:
            return printer.signal(static_cast<std::int32_t>(low));
        case Third::number:
            return printer.decimal(static_cast<std::int32_t>(low));
        case Third::lease:
            return printer.constant(lock_types, low);
        case Third::notify:
            return printer.flags(notify_flags, low);
        case Third::seals:
            return printer.flags(seals, low);
        case Third::owner:
        case Third::owner_out:
            return print_owner(printer, slot);
        case Third::hint:
        case Third::hint_out:
            return print_hint(printer, slot);
    }
}

}  // namespace

namespace types {

static constexpr ArgumentType fcntl_argument{.phase = Phase::by_call,
                                             .render = render_fcntl_argument,
                                             .capture = capture_fcntl_argument,
                                             .present = has_fcntl_argument,
                                             .late = fcntl_argument_late,
                                             .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow fcntl_table[] = {
    {"fcntl",
     class_desc,
     {fd("fd"), constant("cmd", fcntl_commands), of("arg", types::fcntl_argument)},
     results::fcntl,
     {.waits = {locks, 0}, .effect = controls}},
};

constinit const std::span<const SyscallRow> fcntl_rows = fcntl_table;

}  // namespace shimtrace::decoders
