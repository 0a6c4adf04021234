// fcntl, by its command.
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

/// struct flock, as its caller has it: where start, length and pid are.
struct LockLayout {
    std::uint8_t size, start, length, pid;
    bool wide = true;  ///< start and length have 64 bits
};
constexpr LockLayout native_lock{32, 8, 16, 24}, compat_lock{16, 4, 8, 12, false}, compat_lock64{24, 4, 12, 20};

template <const LockLayout& layout, bool with_pid>
void print_lock(Printer& printer, std::span<const std::byte> bytes) {
    const auto number = [&](std::size_t offset) {
        return layout.wide ? value_at<std::int64_t>(bytes, offset) : value_at<std::int32_t>(bytes, offset);
    };
    Fields fields(printer);
    fields("l_type").constant(lock_types, value_at<std::uint16_t>(bytes, 0));
    fields("l_whence").constant(whence_names, value_at<std::uint16_t>(bytes, 2));
    fields("l_start").decimal(number(layout.start));
    fields("l_len").decimal(number(layout.length));
    if (with_pid) fields("l_pid").pid(value_at<std::int32_t>(bytes, layout.pid));
}

void print_owner(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("type").constant(owner_types, value_at<std::uint32_t>(bytes, 0));
    fields("pid").pid(value_at<std::int32_t>(bytes, 4));
}

void print_hint(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.constant(rw_hints, value_at<std::uint64_t>(bytes, 0));
    printer.put(']');
}

template <const LockLayout& layout>
constexpr ArgumentType lock_in_as = struct_in<layout.size, print_lock<layout, false>>;
template <const LockLayout& layout>
constexpr ArgumentType lock_out_as = struct_out<layout.size, print_lock<layout, true>>;

constexpr ArgumentType lock_in = in_32_bits(lock_in_as<native_lock>, &lock_in_as<compat_lock>);
constexpr ArgumentType lock_out = in_32_bits(lock_out_as<native_lock>, &lock_out_as<compat_lock>);
constexpr ArgumentType lock64_in = in_32_bits(lock_in_as<native_lock>, &lock_in_as<compat_lock64>);
constexpr ArgumentType lock64_out = in_32_bits(lock_out_as<native_lock>, &lock_out_as<compat_lock64>);
constexpr ArgumentType owner_in = in_32_bits(struct_in<8, print_owner>, &types::same);
constexpr ArgumentType owner_out = in_32_bits(struct_out<8, print_owner>, &types::same);
constexpr ArgumentType hint_in = in_32_bits(struct_in<8, print_hint>, &types::same);
constexpr ArgumentType hint_out = in_32_bits(struct_out<8, print_hint>, &types::same);

std::uint64_t result_of(const Printer& printer) {
    return static_cast<std::uint64_t>(printer.call().result());
}
/// 0x1 (flags FD_CLOEXEC)
template <typename Print>
void remark(Printer& printer, std::string_view name, Print print) {
    printer.hex(result_of(printer));
    printer.text(" (");
    printer.text(name);
    print();
    printer.put(')');
}
template <const FlagSet& set>
void named_flags(Printer& printer, std::string_view name) {
    const std::uint64_t result = result_of(printer);
    result == 0 ? printer.put('0') : remark(printer, name, [&] { printer.flags(set, result); });
}
void descriptor_flags(Printer& printer) {
    named_flags<fd_flags>(printer, "flags ");
}
void seal_flags(Printer& printer) {
    named_flags<seals>(printer, "seals ");
}
void status_flags(Printer& printer) {
    RenderStyle style = printer.style();
    style.constants = Constants::abbrev;  // open's flags alone are names whatever -X says
    remark(printer, "flags ", [&] {
        Printer(printer.out(), printer.call(), style, printer.scope()).open_flags(static_cast<std::uint32_t>(result_of(printer)));
    });
}
void lease(Printer& printer) {
    remark(printer, "", [&] { printer.constant(lock_types, result_of(printer)); });
}
void owner_signal(Printer& printer) {
    printer.decimal(printer.call().result());
    if (printer.call().result() == 0) return;
    printer.text(" (");
    printer.signal(printer.call().result());
    printer.put(')');
}

}  // namespace

using namespace arguments;

static constexpr Variant fcntl_variants[] = {
    {0, "F_DUPFD", {number("arg")}, results::fd},
    {1, "F_GETFD", {}, descriptor_flags},
    {2, "F_SETFD", {flags("arg", fd_flags)}},
    {3, "F_GETFL", {}, status_flags},
    {4, "F_SETFL", {of("arg", types::open_flags)}, {.effect = changes}},
    {5, "F_GETLK", {of("arg", lock_out)}},
    {6, "F_SETLK", {of("arg", lock_in)}},
    {7, "F_SETLKW", {of("arg", lock_in)}, {.waits = {locks, 0}}},
    {8, "F_SETOWN", {pid("arg")}},
    {9, "F_GETOWN", {}, results::process},
    {10, "F_SETSIG", {signal("arg")}},
    {11, "F_GETSIG", {}, owner_signal},
    only_in_32_bits({12, "F_GETLK64", {of("arg", lock64_out)}}),
    only_in_32_bits({13, "F_SETLK64", {of("arg", lock64_in)}}),
    only_in_32_bits({14, "F_SETLKW64", {of("arg", lock64_in)}, {.waits = {locks, 0}}}),
    {15, "F_SETOWN_EX", {of("arg", owner_in)}},
    {16, "F_GETOWN_EX", {of("arg", owner_out)}},
    {17, "F_GETOWNER_UIDS"},
    {36, "F_OFD_GETLK", {of("arg", lock64_out)}},
    {37, "F_OFD_SETLK", {of("arg", lock64_in)}},
    {38, "F_OFD_SETLKW", {of("arg", lock64_in)}, {.waits = {locks, 0}}},
    {1024, "F_SETLEASE", {constant("arg", lock_types)}},
    {1025, "F_GETLEASE", {}, lease},
    {1026, "F_NOTIFY", {flags("arg", notify_flags)}},
    {1027, "F_DUPFD_QUERY", {number("arg")}},
    {1028, "F_CREATED_QUERY", {}},
    {1029, "F_CANCELLK"},
    {1030, "F_DUPFD_CLOEXEC", {number("arg")}, results::fd},
    {1031, "F_SETPIPE_SZ", {number("arg")}},
    {1032, "F_GETPIPE_SZ", {}},
    {1033, "F_ADD_SEALS", {flags("arg", seals)}},
    {1034, "F_GET_SEALS", {}, seal_flags},
    {1035, "F_GET_RW_HINT", {of("arg", hint_out)}},
    {1036, "F_SET_RW_HINT", {of("arg", hint_in)}},
    {1037, "F_GET_FILE_RW_HINT", {of("arg", hint_out)}},
    {1038, "F_SET_FILE_RW_HINT", {of("arg", hint_in)}},
};
static constexpr VariantTable fcntl_by_command{fcntl_variants, "F_???", 1};

static constexpr SyscallRow fcntl_table[] = {
    {"fcntl", class_desc, {fd("fd"), selector("cmd"), hex("arg")}, fcntl_by_command, {.effect = commands}},
};

constinit const std::span<const SyscallRow> fcntl_rows = fcntl_table;

}  // namespace shimtrace::decoders
