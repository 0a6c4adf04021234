// prctl and arch_prctl, by their option.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/filter_program.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

constexpr FlagName tsc_rows[] = {{1, "PR_TSC_ENABLE"}, {2, "PR_TSC_SIGSEGV"}};
constexpr FlagSet tsc_states{"PR_TSC_???", tsc_rows};

constexpr std::uint32_t thread_name_size = 16, vma_name_size = 80;

template <std::uint32_t size>
void capture_name(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.text(slot.value, size);
}
void render_thread_name(Printer& printer, const Slot& slot) {
    if (slot.argument.type->phase == Phase::exit && printer.call().failed()) return printer.address(slot.value);
    printer.string(slot.value, std::min(thread_name_size - 1, printer.style().string_limit));
}
void render_vma_name(Printer& printer, const Slot& slot) {
    printer.string(slot.value, printer.style().string_limit);
}

void print_signal(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.signal(value_at<std::int32_t>(bytes, 0));
    printer.put(']');
}
void print_tsc(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.constant(tsc_states, value_at<std::uint32_t>(bytes, 0));
    printer.put(']');
}
void print_hex(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.hex(value_at<std::uint64_t>(bytes, 0));
    printer.put(']');
}

bool installs_filter(const Call& call, const Slot&) {
    constexpr std::uint64_t filter_mode = 2;
    return call.argument(1) == filter_mode;
}
void capture_filter(Capture& capture, const Slot& slot, int level) {
    types::seccomp_program.capture(capture, slot, level);
}
void render_filter(Printer& printer, const Slot& slot) {
    types::seccomp_program.render(printer, slot);
}
void render_ambient_capability(Printer& printer, const Slot& slot) {
    constexpr std::uint64_t is_set = 1, raise = 2, lower = 3;
    const std::uint64_t operation = printer.call().argument(1);
    operation == is_set || operation == raise || operation == lower ? printer.constant(capabilities, slot.value) : printer.hex(slot.value);
}

/// Whom a machine check kills is told where it is set.
void render_machine_check_policy(Printer& printer, const Slot& slot) {
    constexpr std::uint64_t set = 1;
    printer.call().argument(1) == set ? printer.constant(machine_check_policies, slot.value) : printer.hex(slot.value);
}

/// The number, and its name whatever -X says.
void render_process_id_type(Printer& printer, const Slot& slot) {
    RenderStyle style = printer.style();
    if (style.constants == Constants::abbrev) style.constants = Constants::verbose;
    Printer(printer.out(), printer.call(), style, printer.scope()).constant(process_id_types, static_cast<std::uint32_t>(slot.value));
}

/// Flags, and a length of vectors in the low 16 bits.
void print_vector_length(Printer& printer, std::uint64_t value, const FlagSet& set) {
    constexpr std::uint64_t length = 0xffff;
    const bool verbose = printer.style().constants == Constants::verbose;
    if (printer.style().constants == Constants::raw || (value & ~length) == 0) return printer.hex(value);
    if (verbose) {
        printer.hex(value);
        printer.text(" /* ");
    }
    std::uint64_t left = value & ~length;
    for (NamesOf names(set); const FlagName* flag = names.next();) {
        if ((left & flag->value) == 0) continue;
        printer.text(flag->name);
        printer.put('|');
        left &= ~flag->value;
    }
    if (left != 0) {
        printer.hex(left);
        printer.put('|');
    }
    printer.hex(value & length);
    if (verbose) printer.text(" */");
}
template <const FlagSet& set>
void render_vector_length(Printer& printer, const Slot& slot) {
    print_vector_length(printer, slot.value, set);
}

// The number, and what it stands for.

template <typename Print>
void remark_result(Printer& printer, Print print) {
    printer.text(" (");
    print(static_cast<std::uint64_t>(printer.call().result()));
    printer.put(')');
}
void dumpable_result(Printer& printer) {
    printer.decimal(printer.call().result());
    remark_result(printer, [&](std::uint64_t result) { printer.constant(prctl_dumpable, result); });
}
template <const FlagSet& set>
void constant_result(Printer& printer) {
    printer.decimal(printer.call().result());
    remark_result(printer, [&](std::uint64_t result) { printer.constant(set, result); });
}
template <const FlagSet& set>
void vector_length_result(Printer& printer) {
    results::hex(printer);
    if ((printer.call().result() & ~std::int64_t{0xffff}) != 0)
        remark_result(printer, [&](std::uint64_t result) { print_vector_length(printer, result, set); });
}
template <const FlagSet& set>
void flags_result(Printer& printer) {
    results::hex(printer);
    if (printer.call().result() != 0) remark_result(printer, [&](std::uint64_t result) { printer.flags(set, result); });
}

}  // namespace

namespace types {

static constexpr ArgumentType thread_name_in{
    .render = render_thread_name, .capture = capture_name<thread_name_size>, .is_text = true, .compat = &same};
static constexpr ArgumentType thread_name_out{
    .phase = Phase::exit, .render = render_thread_name, .capture = capture_name<thread_name_size>, .is_text = true, .compat = &same};
static constexpr ArgumentType vma_name{.render = render_vma_name, .capture = capture_name<vma_name_size>, .is_text = true, .compat = &same};
static constexpr ArgumentType prctl_signal = in_32_bits(struct_out<4, print_signal>, &same);
static constexpr ArgumentType prctl_tsc = in_32_bits(struct_out<4, print_tsc>, &same);
static constexpr ArgumentType machine_check_policy{.render = render_machine_check_policy};
static constexpr ArgumentType process_id_type{.render = render_process_id_type};
template <const FlagSet& set>
constexpr ArgumentType vector_length{.render = render_vector_length<set>};
static constexpr ArgumentType ambient_capability{.render = render_ambient_capability};
static constexpr ArgumentType seccomp_filter{
    .render = render_filter, .capture = capture_filter, .present = installs_filter, .compat = &address};
static constexpr ArgumentType out_hex64 = in_32_bits(struct_out<8, print_hex>, &same);

}  // namespace types

using namespace arguments;

static constexpr Variant prctl_variants[] = {
    {1, "PR_SET_PDEATHSIG", {signal("arg2")}},
    {2, "PR_GET_PDEATHSIG", {of("arg2", types::prctl_signal)}},
    {3, "PR_GET_DUMPABLE", {}, dumpable_result},
    {4, "PR_SET_DUMPABLE", {constant64("arg2", prctl_dumpable)}},
    {5, "PR_GET_UNALIGN", {of("arg2", types::out_uint32)}},
    {6, "PR_SET_UNALIGN", {flags("arg2", unaligned_controls)}},
    {7, "PR_GET_KEEPCAPS", {}},
    {8, "PR_SET_KEEPCAPS", {size("arg2")}},
    {9, "PR_GET_FPEMU", {of("arg2", types::out_uint32)}},
    {10, "PR_SET_FPEMU"},
    {11, "PR_GET_FPEXC", {of("arg2", types::out_uint32)}},
    {12, "PR_SET_FPEXC"},
    {13, "PR_GET_TIMING", {}},
    {14, "PR_SET_TIMING", {size("arg2")}},
    {15, "PR_SET_NAME", {of("arg2", types::thread_name_in)}},
    {16, "PR_GET_NAME", {of("arg2", types::thread_name_out)}},
    {19, "PR_GET_ENDIAN", {of("arg2", types::out_uint32)}},
    {20, "PR_SET_ENDIAN"},
    {21, "PR_GET_SECCOMP", {}},
    {22, "PR_SET_SECCOMP", {constant64("arg2", seccomp_modes), of("arg3", types::seccomp_filter)}},
    {23, "PR_CAPBSET_READ", {constant64("arg2", capabilities)}},
    {24, "PR_CAPBSET_DROP", {constant64("arg2", capabilities)}},
    {25, "PR_GET_TSC", {of("arg2", types::prctl_tsc)}},
    {26, "PR_SET_TSC", {constant("arg2", tsc_states)}},
    {27, "PR_GET_SECUREBITS", {}, flags_result<secure_bits>},
    {28, "PR_SET_SECUREBITS", {flags64("arg2", secure_bits)}},
    {29, "PR_SET_TIMERSLACK", {size("arg2")}},
    {30, "PR_GET_TIMERSLACK", {}},
    {31, "PR_TASK_PERF_EVENTS_DISABLE", {}},
    {32, "PR_TASK_PERF_EVENTS_ENABLE", {}},
    {33, "PR_MCE_KILL", {constant64("arg2", machine_check_options), of("arg3", types::machine_check_policy), hex("arg4"), hex("arg5")}},
    {34, "PR_MCE_KILL_GET", {hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}, constant_result<machine_check_policies>},
    {35, "PR_SET_MM", {constant64("arg2", prctl_mm_options), hex("arg3"), hex("arg4"), hex("arg5")}},
    {36, "PR_SET_CHILD_SUBREAPER", {size("arg2")}},
    {37, "PR_GET_CHILD_SUBREAPER", {of("arg2", types::out_uint32)}},
    {38, "PR_SET_NO_NEW_PRIVS", {size("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {39, "PR_GET_NO_NEW_PRIVS", {hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {40, "PR_GET_TID_ADDRESS", {of("arg2", types::out_address)}},
    {41, "PR_SET_THP_DISABLE", {size("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {42, "PR_GET_THP_DISABLE", {hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {43, "PR_MPX_ENABLE_MANAGEMENT"},
    {44, "PR_MPX_DISABLE_MANAGEMENT"},
    {45, "PR_SET_FP_MODE"},
    {46, "PR_GET_FP_MODE"},
    {47, "PR_CAP_AMBIENT", {constant64("arg2", prctl_ambient_options), of("arg3", types::ambient_capability), hex("arg4"), hex("arg5")}},
    {50, "PR_SVE_SET_VL", {of("arg2", types::vector_length<scalable_vector_flags>)}, vector_length_result<scalable_vector_flags>},
    {51, "PR_SVE_GET_VL", {}, vector_length_result<scalable_vector_flags>},
    {52,
     "PR_GET_SPECULATION_CTRL",
     {constant64("arg2", speculation_features), hex("arg3"), hex("arg4"), hex("arg5")},
     flags_result<speculation_controls>},
    {53,
     "PR_SET_SPECULATION_CTRL",
     {constant64("arg2", speculation_features), flags64("arg3", speculation_controls), hex("arg4"), hex("arg5")}},
    {54, "PR_PAC_RESET_KEYS", {flags64("arg2", authentication_keys), hex("arg3"), hex("arg4"), hex("arg5")}},
    {55, "PR_SET_TAGGED_ADDR_CTRL"},
    {56, "PR_GET_TAGGED_ADDR_CTRL"},
    {57, "PR_SET_IO_FLUSHER", {size("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {58, "PR_GET_IO_FLUSHER", {hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {59, "PR_SET_SYSCALL_USER_DISPATCH", {constant64("arg2", dispatch_options), hex("arg3"), hex("arg4"), address("arg5")}},
    {60,
     "PR_PAC_SET_ENABLED_KEYS",
     {flags64("arg2", enabled_authentication_keys), flags64("arg3", enabled_authentication_keys), hex("arg4"), hex("arg5")}},
    {61, "PR_PAC_GET_ENABLED_KEYS", {hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}, flags_result<enabled_authentication_keys>},
    {62,
     "PR_SCHED_CORE",
     {constant("arg2", core_scheduling_options), pid("arg3"), of("arg4", types::process_id_type), of("arg5", types::out_hex64)}},
    {63, "PR_SME_SET_VL", {of("arg2", types::vector_length<scalable_matrix_flags>)}, vector_length_result<scalable_matrix_flags>},
    {64, "PR_SME_GET_VL", {}, vector_length_result<scalable_matrix_flags>},
    {65, "PR_SET_MDWE"},
    {66, "PR_GET_MDWE"},
    {67, "PR_SET_MEMORY_MERGE"},
    {68, "PR_GET_MEMORY_MERGE"},
    {69, "PR_RISCV_V_SET_CONTROL"},
    {70, "PR_RISCV_V_GET_CONTROL"},
    {71, "PR_RISCV_SET_ICACHE_FLUSH_CTX"},
    {72, "PR_PPC_GET_DEXCR"},
    {73, "PR_PPC_SET_DEXCR"},
    {74, "PR_GET_SHADOW_STACK_STATUS"},
    {75, "PR_SET_SHADOW_STACK_STATUS"},
    {76, "PR_LOCK_SHADOW_STACK_STATUS"},
    {77, "PR_TIMER_CREATE_RESTORE_IDS"},
    {78, "PR_FUTEX_HASH"},
    {0x53564d41, "PR_SET_VMA", {constant64("arg2", prctl_vma_options), address("arg3"), size("arg4"), of("arg5", types::vma_name)}},
    {0x59616d61, "PR_SET_PTRACER", {size("arg2")}},
};
static constexpr VariantTable prctl_by_option{prctl_variants, "PR_???", 0};

static constexpr Variant arch_prctl_variants[] = {
    {0x1001, "ARCH_SET_GS", {hex("addr")}},
    {0x1002, "ARCH_SET_FS", {hex("addr")}},
    {0x1003, "ARCH_GET_FS", {of("addr", types::out_hex64)}},
    {0x1004, "ARCH_GET_GS", {of("addr", types::out_hex64)}},
    {0x1011, "ARCH_GET_CPUID", {}},
    {0x1012, "ARCH_SET_CPUID"},
    {0x1021, "ARCH_GET_XCOMP_SUPP", {of("addr", types::out_hex64)}},
    {0x1022, "ARCH_GET_XCOMP_PERM", {of("addr", types::out_hex64)}},
    {0x1023, "ARCH_REQ_XCOMP_PERM"},
    {0x1024, "ARCH_GET_XCOMP_GUEST_PERM"},
    {0x1025, "ARCH_REQ_XCOMP_GUEST_PERM"},
    {0x11, "ARCH_XCOMP_TILECFG"},
    {0x12, "ARCH_XCOMP_TILEDATA"},
    {0x2001, "ARCH_MAP_VDSO_X32"},
    {0x2002, "ARCH_MAP_VDSO_32"},
    {0x2003, "ARCH_MAP_VDSO_64"},
    {0x4001, "ARCH_GET_UNTAG_MASK", {of("addr", types::out_hex64)}},
    {0x4002, "ARCH_ENABLE_TAGGED_ADDR"},
    {0x4003, "ARCH_GET_MAX_TAG_BITS", {of("addr", types::out_hex64)}},
    {0x4004, "ARCH_FORCE_TAGGED_SVA"},
    {0x5001, "ARCH_SHSTK_ENABLE"},
    {0x5002, "ARCH_SHSTK_DISABLE"},
    {0x5003, "ARCH_SHSTK_LOCK"},
    {0x5004, "ARCH_SHSTK_UNLOCK"},
    {0x5005, "ARCH_SHSTK_STATUS"},
};
static constexpr VariantTable arch_prctl_by_code{arch_prctl_variants, "ARCH_???", 0};

static constexpr SyscallRow prctl_table[] = {
    {"prctl", class_creds, {selector("option"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}, prctl_by_option},
    {"arch_prctl", 0, {selector("code"), hex("addr")}, arch_prctl_by_code},
};

constinit const std::span<const SyscallRow> prctl_rows = prctl_table;

}  // namespace shimtrace::decoders
