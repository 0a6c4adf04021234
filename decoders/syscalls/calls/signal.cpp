// Signals: sets, actions, siginfo.
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/siginfo.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::size_t set_size = 8;

void print_signal_set(Printer& printer, std::span<const std::byte> bytes) {
    printer.signal_set(bytes);
}

/// A set of another size than the kernel's is none that it takes. `other`: where the caller says its size.
void render_set_in(Printer& printer, const Slot& slot) {
    const bool is_sized = slot.argument.other != 0 && printer.call().argument(slot.argument.other) != set_size;
    const auto bytes = slot.value && !is_sized ? printer.call().bytes_at_entry(slot.value, set_size) : std::nullopt;
    if (!bytes || bytes->size() < set_size) return printer.address(slot.value);
    printer.signal_set(*bytes);
}

/// One whose caller says its size, which may be less than the kernel's but not than `size`.
void capture_sized_set(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::min<std::uint64_t>(capture.call().argument(slot.argument.other), set_size));
}
void render_sized_set(Printer& printer, const Slot& slot) {
    const std::uint64_t size = printer.call().argument(slot.argument.other);
    const bool filled = slot.value != 0 && printer.call().succeeded() && size >= slot.argument.size && size <= set_size;
    const auto bytes = filled ? printer.call().bytes(slot.value, size) : std::nullopt;
    if (!bytes || bytes->size() < size) return printer.address(slot.value);
    std::array<std::byte, set_size> whole{};
    std::ranges::copy(*bytes, whole.begin());
    printer.signal_set(whole);
}

// asm/signal.h: struct sigaction as the kernel has it.

constexpr std::size_t action_size = 32;

void print_action(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::uint64_t restorer = 0x04000000;
    const auto handler = value_at<std::uint64_t>(bytes, 0);
    const auto flags = value_at<std::uint64_t>(bytes, 8);
    Fields fields(printer);
    Printer& value = fields("sa_handler");
    const std::string_view name = handler == 0 ? "SIG_DFL" : handler == 1 ? "SIG_IGN" : handler == ~std::uint64_t{0} ? "SIG_ERR" : "";
    name.empty() ? value.address(handler) : styled(value, name, [&] { value.hex(handler); });
    fields("sa_mask").signal_set(bytes.subspan(24, set_size));
    fields("sa_flags").flags(sigaction_flags, flags);
    if (flags & restorer) fields("sa_restorer").address(value_at<std::uint64_t>(bytes, 16));
}

/// A 32-bit program's: handler, flags and restorer of 32 bits.
constexpr std::size_t narrow_action_size = 20;
void print_narrow_action(Printer& printer, std::span<const std::byte> bytes) {
    std::array<std::uint64_t, action_size / 8> wide;
    for (std::size_t i = 0; i < 3; ++i) wide[i] = value_at<std::uint32_t>(bytes, i * 4);
    wide[3] = value_at<std::uint64_t>(bytes, 12);
    print_action(printer, std::as_bytes(std::span(wide)));
}

constexpr std::size_t stack_size = 24;

void print_stack(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("ss_sp").address(value_at<std::uint64_t>(bytes, 0));
    fields("ss_flags").flags(sigaltstack_flags, value_at<std::uint32_t>(bytes, 8));
    fields("ss_size").unsigned_decimal(value_at<std::uint64_t>(bytes, 16));
}

/// The mask that the interrupted code will have again lies in the signal frame: arch/x86/kernel/signal_64.c puts a ucontext
/// at the stack pointer, whose uc_sigmask follows the registers and the floating point state's pointer.
constexpr std::uint64_t frame_mask_offset = 40 + 256;

void capture_frame(Capture& capture, const Slot&, int level) {
    if (level == 0) capture.bytes(capture.call().enter().stack_pointer + frame_mask_offset, set_size);
}
void render_frame(Printer& printer, const Slot&) {
    const std::uint64_t address = printer.call().enter().stack_pointer + frame_mask_offset;
    const auto set = printer.call().bytes_at_entry(address, set_size);
    if (!set || set->size() < set_size) return;
    printer.text("{mask=");
    printer.signal_set(*set);
    printer.put('}');
}

void render_restart(Printer& printer, const Slot&) {
    const std::string_view name = printer.scope().restarted ? printer.scope().restarted(printer.call().enter().tid) : std::string_view();
    printer.text("<... resuming interrupted ");
    printer.text(name.empty() ? "system call" : name);
    printer.text(" ...>");
}

void collect_of_siginfo(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const auto bytes = slot.value ? call.bytes_at_entry(slot.value, siginfo_size) : std::nullopt;
    if (!bytes || bytes->size() < siginfo_size) return;
    if (const auto fd = descriptor_of_siginfo(*bytes)) into.push_back(*fd);
}

}  // namespace

namespace results {

void signal_number(Printer& printer) {
    printer.decimal(printer.call().result());
    if (printer.call().result() == 0) return;
    printer.text(" (");
    printer.signal_name(printer.call().result());
    printer.put(')');
}

}  // namespace results

namespace types {

static constexpr ArgumentType signal_set_out = in_32_bits(struct_out<set_size, print_signal_set>, &same);
static constexpr ArgumentType compat_sigaction_in = struct_in<narrow_action_size, print_narrow_action>;
static constexpr ArgumentType compat_sigaction_out = struct_out<narrow_action_size, print_narrow_action>;
static constexpr ArgumentType sigaction_in = in_32_bits(struct_in<action_size, print_action>, &compat_sigaction_in);
static constexpr ArgumentType sigaction_out = in_32_bits(struct_out<action_size, print_action>, &compat_sigaction_out);
static constexpr ArgumentType compat_signal_stack_in = struct_in<12, print_widened<3, std::uint32_t, print_stack>>;
static constexpr ArgumentType compat_signal_stack_out = struct_out<12, print_widened<3, std::uint32_t, print_stack>>;
static constexpr ArgumentType signal_stack_in = in_32_bits(struct_in<stack_size, print_stack>, &compat_signal_stack_in);
static constexpr ArgumentType signal_stack_out = in_32_bits(struct_out<stack_size, print_stack>, &compat_signal_stack_out);
const ArgumentType siginfo_in{.render = render_struct_in<siginfo_size, print_siginfo>,
                              .capture = capture_struct<siginfo_size>,
                              .descriptors = collect_of_siginfo,
                              .compat = &address};
static constexpr ArgumentType signal_return{.render = render_frame, .capture = capture_frame, .compat = &address};
static constexpr ArgumentType restart{.render = render_restart};
const ArgumentType sized_signal_set_out{.phase = Phase::exit, .render = render_sized_set, .capture = capture_sized_set, .compat = &same};
const ArgumentType signal_set_in{.render = render_set_in, .capture = capture_struct<set_size>, .compat = &same};
const ArgumentType siginfo_out = in_32_bits(struct_out<siginfo_size, print_siginfo>, &address);

}  // namespace types

using namespace arguments;

static constexpr SyscallRow signal_table[] = {
    {"kill", class_process | class_signal, {pid("pid"), signal("sig")}},
    {"tkill", class_process | class_signal, {pid("tid"), signal("sig")}},
    {"tgkill", class_process | class_signal, {pid("tgid"), pid("tid"), signal("sig")}},
    {"pidfd_send_signal",
     class_desc | class_process | class_signal,
     {fd("pidfd"), signal("sig"), of("info", types::siginfo_in), of("flags", types::hex32)}},
    {"rt_sigaction",
     class_signal,
     {signal("signum"), of("act", types::sigaction_in), of("oldact", types::sigaction_out), size("sigsetsize")}},
    {"rt_sigprocmask",
     class_signal,
     {constant("how", sigprocmask_how), of("set", types::signal_set_in, 3), of("oldset", types::signal_set_out), size("sigsetsize")}},
    {"rt_sigpending", class_signal, {of("set", types::sized_signal_set_out, 1, 1), size("sigsetsize")}},
    {"rt_sigsuspend", class_signal, {of("mask", types::signal_set_in, 1), size("sigsetsize")}, {.waits = {signals}}},
    {"rt_sigtimedwait",
     class_signal,
     {of("set", types::signal_set_in, 3), of("info", types::siginfo_out), of("timeout", types::timespec_in), size("sigsetsize")},
     results::signal_number,
     {.waits = {signals}, .ends_with_eintr = true}},
    {"rt_sigqueueinfo", class_process | class_signal, {pid("tgid"), signal("sig"), of("info", types::siginfo_in)}},
    {"rt_tgsigqueueinfo", class_process | class_signal, {pid("tgid"), pid("tid"), signal("sig"), of("info", types::siginfo_in)}},
    {"rt_sigreturn", 0, {of("frame", types::signal_return)}},
    {"sigaltstack", class_signal, {of("ss", types::signal_stack_in), of("old_ss", types::signal_stack_out)}},
    {"pause", class_signal, {}, {.waits = {signals}}},
    {"restart_syscall", 0, {of("", types::restart)}, {.waits = {sleeps}}},
};

constinit const std::span<const SyscallRow> signal_rows = signal_table;

}  // namespace shimtrace::decoders
