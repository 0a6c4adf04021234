// Signals: sets, actions, siginfo.
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/compat.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/siginfo.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::size_t set_size = 8;

void print_signal_set(Printer& printer, std::span<const std::byte> bytes) {
    printer.signal_set(bytes);
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

/// pselect6's last argument: a pointer to {sigset, its size}.
void capture_pselect_mask(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, 16);
    if (level != 1) return;
    if (const auto pointer = capture.call().value<std::uint64_t>(slot.value)) capture.bytes(*pointer, set_size);
}
void render_pselect_mask(Printer& printer, const Slot& slot) {
    const auto bytes = slot.value ? printer.call().bytes_at_entry(slot.value, 16) : std::nullopt;
    if (!bytes || bytes->size() < 16) return printer.address(slot.value);
    const auto pointer = value_at<std::uint64_t>(*bytes, 0);
    Fields fields(printer);
    const auto set = pointer ? printer.call().bytes_at_entry(pointer, set_size) : std::nullopt;
    Printer& value = fields("sigmask");
    set && set->size() == set_size ? value.signal_set(*set) : value.address(pointer);
    fields("sigsetsize").unsigned_decimal(value_at<std::uint64_t>(*bytes, 8));
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

}  // namespace

namespace kinds {

const Kind signal_set_in = struct_in<set_size, print_signal_set>;
const Kind signal_set_out = struct_out<set_size, print_signal_set>;
const Kind sigaction_in = struct_in<action_size, print_action>;
const Kind sigaction_out = struct_out<action_size, print_action>;
const Kind compat::sigaction_in = struct_in<narrow_action_size, print_narrow_action>;
const Kind compat::sigaction_out = struct_out<narrow_action_size, print_narrow_action>;
const Kind compat::signal_stack_in = struct_in<12, print_widened<3, std::uint32_t, print_stack>>;
const Kind compat::signal_stack_out = struct_out<12, print_widened<3, std::uint32_t, print_stack>>;
const Kind signal_stack_in = struct_in<stack_size, print_stack>;
const Kind signal_stack_out = struct_out<stack_size, print_stack>;
const Kind siginfo_in = struct_in<siginfo_size, print_siginfo>;
const Kind siginfo_out = struct_out<siginfo_size, print_siginfo>;
const Kind signal_return{.render = render_frame, .capture = capture_frame};
const Kind pselect_mask{.render = render_pselect_mask, .capture = capture_pselect_mask};

}  // namespace kinds

}  // namespace shimtrace::decoders
