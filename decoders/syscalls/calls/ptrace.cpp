// ptrace, by its request.
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/filter_program.hpp"
#include "decoders/syscalls/layout/layout_argument.hpp"
#include "decoders/syscalls/siginfo.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders {

namespace {

// asm/ptrace.h of x86-64: what PTRACE_GETREGS and NT_PRSTATUS fill, and the state of the FPU

namespace register_values {

using namespace values;

constexpr Field general_fields[] = {
    {"r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs", x64}};
constexpr Elements stack{x32, nullptr, 32}, vectors{x32, nullptr, 64}, padding{x32, nullptr, 24};
constexpr Field floating_fields[] = {{"cwd swd ftw fop", x16}, {"rip rdp", x64},       {"mxcsr mxcr_mask", x32},
                                     {"st_space", stack},      {"xmm_space", vectors}, {"padding", padding}};
constexpr Layout general{general_fields}, floating{floating_fields};

}  // namespace register_values

using register_values::floating, register_values::general;

constexpr std::size_t general_size = 27 * 8, floating_size = 512, iovec_size = 16;

const Layout* layout_of(const Call& call, std::uint64_t kind) {
    constexpr std::uint64_t prstatus = 1, fpregset = 2;
    if (call.enter().arch != Arch::x86_64) return nullptr;
    return kind == prstatus ? &general : kind == fpregset ? &floating : nullptr;
}

/// As many of them as there is room for, whole words.
void print_registers(Printer& printer, const Layout* layout, std::uint64_t address, std::uint64_t length, bool at_entry) {
    constexpr std::uint64_t word = 8;
    const std::uint64_t wanted = layout ? std::min<std::uint64_t>(length, size_of(*layout)) : 0;
    const Call& call = printer.call();
    const bool known = address != 0 && wanted != 0 && length % word == 0 && (at_entry || call.succeeded());
    const auto bytes = !known ? std::nullopt : at_entry ? call.bytes_at_entry(address, wanted) : call.bytes(address, wanted);
    if (!bytes || bytes->size() < wanted) return printer.address(address);
    Surroundings around;
    if (length == wanted) return print_fields(printer, *layout, {address, wanted, *bytes}, around);
    Fields fields(printer);
    print_field_rows(printer, fields, *layout, {address, wanted, *bytes}, around);
    fields.more();
}

template <const Layout& layout, std::size_t size>
void capture_registers(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, size);
}
template <const Layout& layout, std::size_t size>
void render_registers(Printer& printer, const Slot& slot) {
    const bool is_native = printer.call().enter().arch == Arch::x86_64;
    print_registers(printer, is_native ? &layout : nullptr, slot.value, size, slot.argument.type->phase == Phase::entry);
}

// PTRACE_GETREGSET, PTRACE_SETREGSET: an iovec; the kernel says how much it used

void capture_register_set(Capture& capture, const Slot& slot, int level) {
    if (level == 0) return capture.bytes(slot.value, iovec_size);
    const bool filled = slot.argument.size != 0;
    if (level != 1 || capture.at_exit() != filled) return;
    const auto vector = capture.call().bytes(slot.value, iovec_size);
    if (vector && vector->size() == iovec_size)
        capture.bytes(value_at<std::uint64_t>(*vector, 0), std::min<std::uint64_t>(value_at<std::uint64_t>(*vector, 8), floating_size));
}
void render_register_set(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const bool filled = slot.argument.size != 0;
    const auto before = slot.value ? call.bytes_at_entry(slot.value, iovec_size) : std::nullopt;
    if (!before || before->size() < iovec_size) return printer.address(slot.value);
    const auto after = call.exit()->memory.at(RemoteAddress{slot.value}, iovec_size);
    const auto length = value_at<std::uint64_t>(*before, 8);
    const std::uint64_t used = after && after->size() == iovec_size ? value_at<std::uint64_t>(*after, 8) : length;
    Fields fields(printer);
    fields("iov_base");
    print_registers(printer, layout_of(call, call.argument(2)), value_at<std::uint64_t>(*before, 0), filled ? used : length, !filled);
    fields("iov_len").unsigned_decimal(length);
    if (used == length) return;
    printer.text(" => ");
    printer.unsigned_decimal(used);
}

// PTRACE_SECCOMP_GET_FILTER: as many instructions as it returns

std::uint64_t instruction_count(const Call& call) {
    return call.succeeded() ? static_cast<std::uint16_t>(call.result()) : 0;
}
void capture_filter(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, instruction_count(capture.call()) * filter_instruction_size);
}
void render_filter(Printer& printer, const Slot& slot) {
    const std::uint64_t count = printer.abbreviate() ? 0 : instruction_count(printer.call());
    count == 0 ? printer.address(slot.value) : print_filter_instructions(printer, slot.value, count, FilterUse::seccomp);
}

/// struct seccomp_metadata {u64 filter_off; u64 flags}
void render_filter_metadata(Printer& printer, const Slot& slot) {
    constexpr std::size_t size = 16;
    const Call& call = printer.call();
    const auto offset =
        slot.value && call.argument(2) >= sizeof(std::uint64_t) ? call.value_at_entry<std::uint64_t>(slot.value) : std::nullopt;
    if (!offset) return printer.address(slot.value);
    Fields fields(printer);
    fields("filter_off").unsigned_decimal(*offset);
    const std::uint64_t filled = call.succeeded() ? static_cast<std::uint64_t>(call.result()) : 0;
    if (filled <= sizeof(std::uint64_t)) return;
    const auto bytes = filled < size ? std::nullopt : call.exit()->memory.at(RemoteAddress{slot.value}, size);
    if (!bytes || bytes->size() < size) {
        fields.separate();
        return printer.text("???");
    }
    fields("flags").flags(seccomp_filter_flags, value_at<std::uint64_t>(*bytes, sizeof(std::uint64_t)));
    if (filled > size) fields.more();
}

// linux/ptrace.h: struct ptrace_syscall_info, as much of it as there is room for

constexpr std::uint64_t call_info_size = 88;

std::uint64_t filled_call_info(const Call& call) {
    const std::uint64_t filled = call.succeeded() ? static_cast<std::uint64_t>(call.result()) : 0;
    return std::min({call.argument(2), filled, call_info_size});
}
void capture_call_info(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, filled_call_info(capture.call()));
}
void print_call(Printer& printer, std::span<const std::byte> bytes, bool with_answer) {
    constexpr std::size_t number_place = 24, arguments_place = 32, answer_place = 80;
    const auto architecture = value_at<std::uint32_t>(bytes, 4);
    const auto number = value_at<std::uint64_t>(bytes, number_place);
    Fields fields(printer);
    Printer& value = fields("nr");
    constexpr std::uint32_t native = 0xc000003e;  // AUDIT_ARCH_X86_64
    const auto name = architecture == native ? syscall_name(printer.call().enter().arch, static_cast<std::int64_t>(number)) : std::nullopt;
    name ? styled(value, "__NR_" + std::string(*name), [&] { value.unsigned_decimal(number); }) : value.unsigned_decimal(number);
    const std::size_t count = std::min<std::size_t>((bytes.size() - arguments_place) / 8, 6);
    if (bytes.size() > arguments_place && count != 0) {
        Printer& list = fields("args");
        list.put('[');
        for (std::size_t i = 0; i < count; ++i) {
            if (i != 0) list.text(", ");
            list.hex(value_at<std::uint64_t>(bytes, arguments_place + i * 8));
        }
        list.put(']');
    }
    if (with_answer && bytes.size() >= answer_place + 4) fields("ret_data").unsigned_decimal(value_at<std::uint32_t>(bytes, answer_place));
}
void print_return(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::size_t result_place = 24, error_place = 32;
    const auto result = value_at<std::int64_t>(bytes, result_place);
    const bool told = bytes.size() > error_place, is_error = told && value_at<std::uint8_t>(bytes, error_place) != 0;
    Fields fields(printer);
    is_error ? fields("rval").negated_error(result) : fields("rval").decimal(result);
    if (told) fields("is_error").unsigned_decimal(value_at<std::uint8_t>(bytes, error_place));
}
void render_call_info(Printer& printer, const Slot& slot) {
    enum Op : std::uint8_t { entered = 1, returned = 2, filtered = 3 };
    static constexpr FlagName op_rows[] = {{0, "PTRACE_SYSCALL_INFO_NONE"},
                                           {entered, "PTRACE_SYSCALL_INFO_ENTRY"},
                                           {returned, "PTRACE_SYSCALL_INFO_EXIT"},
                                           {filtered, "PTRACE_SYSCALL_INFO_SECCOMP"}};
    const std::uint64_t size = filled_call_info(printer.call());
    const auto bytes = slot.value && size != 0 ? printer.call().bytes(slot.value, size) : std::nullopt;
    if (!bytes || bytes->size() < size) return printer.address(slot.value);
    const auto op = value_at<std::uint8_t>(*bytes, 0);
    Fields fields(printer);
    fields("op").constant({"PTRACE_SYSCALL_INFO_???", op_rows}, op);
    if (size >= 8) fields("arch").constant(audit_architectures, value_at<std::uint32_t>(*bytes, 4));
    if (size >= 16) fields("instruction_pointer").address(value_at<std::uint64_t>(*bytes, 8));
    if (size >= 24) fields("stack_pointer").address(value_at<std::uint64_t>(*bytes, 16));
    if (size < 32) return;
    if (op == entered) print_call(fields("entry"), *bytes, false);
    if (op == returned) print_return(fields("exit"), *bytes);
    if (op == filtered) print_call(fields("seccomp"), *bytes, true);
}

// PTRACE_PEEKSIGINFO: linux/ptrace.h, struct ptrace_peeksiginfo_args; as many signals as it returns

constexpr FlagName peek_rows[] = {{1, "PTRACE_PEEKSIGINFO_SHARED"}};
constexpr FlagSet peek_flags{"PTRACE_PEEKSIGINFO_???", peek_rows};
constexpr Field peek_fields[] = {{"off", values::u64}, {"flags", values::flags32(peek_flags)}, {"nr", values::s32}};
constexpr Layout peek{peek_fields};

void capture_peeked(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, capture.call().returned_count() * siginfo_size);
}
void render_peeked(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    array(printer, slot.value, printer.call().returned_count(), siginfo_size, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { print_siginfo(printer, bytes); });
}

constexpr std::uint16_t filled = 1;  ///< of PTRACE_GETREGSET: the kernel fills what the iovec leads to

}  // namespace

namespace types {

template <const Layout& layout, std::size_t size>
constexpr ArgumentType registers_in{
    .render = render_registers<layout, size>, .capture = capture_registers<layout, size>, .compat = &address};
template <const Layout& layout, std::size_t size>
constexpr ArgumentType registers_out{
    .phase = Phase::exit, .render = render_registers<layout, size>, .capture = capture_registers<layout, size>, .compat = &address};
static constexpr ArgumentType register_set{.phase = Phase::exit_always,
                                           .render = render_register_set,
                                           .capture = capture_register_set,
                                           .captured_at_both = true,
                                           .compat = &address};
static constexpr ArgumentType peeked = in_32_bits(layout_in<peek>, &same);
static constexpr ArgumentType peeked_signals{.phase = Phase::exit, .render = render_peeked, .capture = capture_peeked, .compat = &address};
static constexpr ArgumentType filter_out{.phase = Phase::exit, .render = render_filter, .capture = capture_filter, .compat = &address};
static constexpr ArgumentType filter_metadata{.phase = Phase::exit_always,
                                              .render = render_filter_metadata,
                                              .capture = capture_struct<16>,
                                              .captured_at_both = true,
                                              .compat = &address};
static constexpr ArgumentType call_info{.phase = Phase::exit, .render = render_call_info, .capture = capture_call_info, .compat = &address};

}  // namespace types

using namespace arguments;

static constexpr Argument general_out = from(3, of("data", types::registers_out<general, general_size>)),
                          general_in = from(3, of("data", types::registers_in<general, general_size>)),
                          floating_out = from(3, of("data", types::registers_out<floating, floating_size>)),
                          floating_in = from(3, of("data", types::registers_in<floating, floating_size>));

static constexpr Variant ptrace_variants[] = {
    {0, "PTRACE_TRACEME", {}},
    {1, "PTRACE_PEEKTEXT", {pid("pid"), address("addr"), of("data", types::out_address)}},
    {2, "PTRACE_PEEKDATA", {pid("pid"), address("addr"), of("data", types::out_address)}},
    {3, "PTRACE_PEEKUSER", {pid("pid"), address("addr"), of("data", types::out_address)}},
    {4, "PTRACE_POKETEXT"},
    {5, "PTRACE_POKEDATA"},
    {6, "PTRACE_POKEUSER"},
    {7, "PTRACE_CONT", {pid("pid"), address("addr"), signal("data")}},
    {8, "PTRACE_KILL", {pid("pid")}},
    {9, "PTRACE_SINGLESTEP", {pid("pid"), address("addr"), signal("data")}},
    {12, "PTRACE_GETREGS", {pid("pid"), general_out}},
    {13, "PTRACE_SETREGS", {pid("pid"), general_in}},
    {14, "PTRACE_GETFPREGS", {pid("pid"), floating_out}},
    {15, "PTRACE_SETFPREGS", {pid("pid"), floating_in}},
    {16, "PTRACE_ATTACH", {pid("pid")}},
    {17, "PTRACE_DETACH", {pid("pid"), address("addr"), signal("data")}},
    {18, "PTRACE_GETFPXREGS"},
    {19, "PTRACE_SETFPXREGS"},
    {21, "PTRACE_OLDSETOPTIONS", {pid("pid"), address("addr"), flags64("data", ptrace_options)}},
    {24, "PTRACE_SYSCALL", {pid("pid"), address("addr"), signal("data")}},
    {25, "PTRACE_GET_THREAD_AREA"},
    {26, "PTRACE_SET_THREAD_AREA"},
    {30, "PTRACE_ARCH_PRCTL"},
    {31, "PTRACE_SYSEMU", {pid("pid"), address("addr"), signal("data")}},
    {32, "PTRACE_SYSEMU_SINGLESTEP", {pid("pid"), address("addr"), signal("data")}},
    {33, "PTRACE_SINGLEBLOCK", {pid("pid"), address("addr"), signal("data")}},
    {0x4200, "PTRACE_SETOPTIONS", {pid("pid"), address("addr"), flags64("data", ptrace_options)}},
    {0x4201, "PTRACE_GETEVENTMSG", {pid("pid"), address("addr"), of("data", types::out_uint64)}},
    {0x4202, "PTRACE_GETSIGINFO", {pid("pid"), address("addr"), of("data", types::siginfo_out)}},
    {0x4203, "PTRACE_SETSIGINFO", {pid("pid"), address("addr"), of("data", types::siginfo_in)}},
    {0x4204, "PTRACE_GETREGSET", {pid("pid"), constant("addr", register_sets), of("data", types::register_set, 2, filled)}},
    {0x4205, "PTRACE_SETREGSET", {pid("pid"), constant("addr", register_sets), of("data", types::register_set, 2)}},
    {0x4206, "PTRACE_SEIZE", {pid("pid"), address("addr"), flags64("data", ptrace_options)}},
    {0x4207, "PTRACE_INTERRUPT", {pid("pid")}},
    {0x4208, "PTRACE_LISTEN", {pid("pid")}},
    {0x4209, "PTRACE_PEEKSIGINFO", {pid("pid"), of("addr", types::peeked), of("data", types::peeked_signals)}},
    {0x420a, "PTRACE_GETSIGMASK", {pid("pid"), size("addr"), of("data", types::sized_signal_set_out, 2, 8)}},
    {0x420b, "PTRACE_SETSIGMASK", {pid("pid"), size("addr"), of("data", types::signal_set_in, 2)}},
    {0x420c, "PTRACE_SECCOMP_GET_FILTER", {pid("pid"), size("addr"), of("data", types::filter_out)}},
    {0x420d, "PTRACE_SECCOMP_GET_METADATA", {pid("pid"), size("addr"), of("data", types::filter_metadata)}},
    {0x420e, "PTRACE_GET_SYSCALL_INFO", {pid("pid"), size("addr"), of("data", types::call_info)}},
    {0x420f, "PTRACE_GET_RSEQ_CONFIGURATION"},
    {0x4210, "PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG"},
    {0x4211, "PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG"},
    {0x4212, "PTRACE_SET_SYSCALL_INFO"},
};
static constexpr VariantTable ptrace_by_request{ptrace_variants, "PTRACE_???", 0, 0, true};

static constexpr SyscallRow ptrace_table[] = {
    {"ptrace", 0, {selector("op"), pid("pid"), address("addr"), address("data")}, ptrace_by_request},
};

constinit const std::span<const SyscallRow> ptrace_rows = ptrace_table;

}  // namespace shimtrace::decoders
