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
constexpr FlagName tag_check_rows[] = {{0, "PR_MTE_TCF_NONE"}, {2, "PR_MTE_TCF_SYNC"}, {4, "PR_MTE_TCF_ASYNC"}, {6, "PR_MTE_TCF_MASK"}};
constexpr FlagSet tag_check_faults{{}, tag_check_rows};

// arch/x86/include/asm/fpu/types.h
constexpr FlagName feature_rows[] = {{3, "XFEATURE_MASK_FPSSE"},
                                     {1, "XFEATURE_MASK_FP"},
                                     {2, "XFEATURE_MASK_SSE"},
                                     {4, "XFEATURE_MASK_YMM"},
                                     {8, "XFEATURE_MASK_BNDREGS"},
                                     {0x10, "XFEATURE_MASK_BNDCSR"},
                                     {0xe0, "XFEATURE_MASK_AVX512"},
                                     {0x20, "XFEATURE_MASK_OPMASK"},
                                     {0x40, "XFEATURE_MASK_ZMM_Hi256"},
                                     {0x80, "XFEATURE_MASK_Hi16_ZMM"},
                                     {0x100, "XFEATURE_MASK_PT"},
                                     {0x200, "XFEATURE_MASK_PKRU"},
                                     {0x400, "XFEATURE_MASK_PASID"},
                                     {0x8000, "XFEATURE_MASK_LBR"},
                                     {0x60000, "XFEATURE_MASK_XTILE"},
                                     {0x20000, "XFEATURE_MASK_XTILE_CFG"},
                                     {0x40000, "XFEATURE_MASK_XTILE_DATA"}};
constexpr FlagName feature_bit_rows[] = {{0, "XFEATURE_FP"},         {1, "XFEATURE_SSE"},        {2, "XFEATURE_YMM"},
                                         {3, "XFEATURE_BNDREGS"},    {4, "XFEATURE_BNDCSR"},     {5, "XFEATURE_OPMASK"},
                                         {6, "XFEATURE_ZMM_Hi256"},  {7, "XFEATURE_Hi16_ZMM"},   {8, "XFEATURE_PT_UNIMPLEMENTED_SO_FAR"},
                                         {9, "XFEATURE_PKRU"},       {10, "XFEATURE_PASID"},     {15, "XFEATURE_LBR"},
                                         {17, "XFEATURE_XTILE_CFG"}, {18, "XFEATURE_XTILE_DATA"}};
constexpr FlagSet processor_features{"XFEATURE_MASK_???", feature_rows}, processor_feature_bits{"XFEATURE_???", feature_bit_rows};

constexpr std::uint32_t thread_name_size = 16, vma_name_size = 80;
constexpr std::uint64_t name_option = 0;  // PR_SET_VMA_ANON_NAME

template <std::uint32_t size>
void capture_name(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.text(slot.value, size);
}
void render_thread_name(Printer& printer, const Slot& slot) {
    if (slot.argument.type->phase == Phase::exit && printer.call().failed()) return printer.address(slot.value);
    printer.bounded_string(slot.value, slot.argument.type->phase == Phase::exit ? thread_name_size : thread_name_size - 1);
}
void render_vma_name(Printer& printer, const Slot& slot) {
    if (printer.call().argument(1) != name_option) return printer.hex(slot.value);
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

void render_death_signal(Printer& printer, const Slot& slot) {
    constexpr std::uint64_t most = 128;
    slot.value > most ? printer.unsigned_decimal(slot.value) : printer.signal(static_cast<std::int64_t>(slot.value));
}

/// Of a mode or an option that nobody knows, the rest is numbers.
constexpr std::uint64_t strict_mode = 1, filter_mode = 2;
bool has_unknown_mode(const Call& call, const Slot&) {
    return call.argument(1) != strict_mode && call.argument(1) != filter_mode;
}
void render_number(Printer& printer, const Slot& slot) {
    printer.hex(slot.value);
}
void render_mapping_address(Printer& printer, const Slot& slot) {
    printer.call().argument(1) == name_option ? printer.address(slot.value) : printer.hex(slot.value);
}
void render_mapping_length(Printer& printer, const Slot& slot) {
    printer.call().argument(1) == name_option ? printer.unsigned_decimal(slot.value) : printer.hex(slot.value);
}

/// PR_TAGGED_ADDR_ENABLE|PR_MTE_TCF_SYNC|0xffff<<PR_MTE_TAG_SHIFT
void print_tagged_addresses(Printer& printer, std::uint64_t value) {
    constexpr std::uint64_t enable = 1, fault_mask = 6, tag_mask = 0x7fff8, tag_shift = 3;
    printer.text(value & enable ? "PR_TAGGED_ADDR_ENABLE|" : "!PR_TAGGED_ADDR_ENABLE|");
    printer.text(tag_check_faults.name_of(value & fault_mask));
    if (const std::uint64_t tags = value & tag_mask; tags != 0) {
        printer.put('|');
        printer.hex(tags >> tag_shift);
        printer.text("<<PR_MTE_TAG_SHIFT");
    }
    if (const std::uint64_t rest = value & ~(enable | fault_mask | tag_mask); rest != 0) {
        printer.put('|');
        printer.hex(rest);
    }
}
void render_tagged_addresses(Printer& printer, const Slot& slot) {
    const Constants style = printer.style().constants;
    if (style != Constants::abbrev) printer.hex(slot.value);
    if (style == Constants::raw) return;
    if (style == Constants::verbose) printer.text(" /* ");
    print_tagged_addresses(printer, slot.value);
    if (style == Constants::verbose) printer.text(" */");
}

// arch_prctl: features of the FPU by their numbers, and by their bits

/// The number, and the names whatever -X says.
RenderStyle with_numbers(const Printer& printer) {
    RenderStyle style = printer.style();
    if (style.constants == Constants::abbrev) style.constants = Constants::verbose;
    return style;
}
void print_features(Printer& printer, std::span<const std::byte> bytes) {
    const RenderStyle style = with_numbers(printer);
    printer.put('[');
    Printer(printer.out(), printer.call(), style, printer.scope()).flags(processor_features, value_at<std::uint64_t>(bytes, 0));
    printer.put(']');
}
void render_feature(Printer& printer, const Slot& slot) {
    const RenderStyle style = with_numbers(printer);
    Printer(printer.out(), printer.call(), style, printer.scope()).constant(processor_feature_bits, slot.value);
}

bool has_seccomp_argument(const Call& call, const Slot&) {
    return call.argument(1) != strict_mode;
}
void capture_filter(Capture& capture, const Slot& slot, int level) {
    if (capture.call().argument(1) == filter_mode) types::seccomp_program.capture(capture, slot, level);
}
void render_seccomp_argument(Printer& printer, const Slot& slot) {
    printer.call().argument(1) == filter_mode ? types::seccomp_program.render(printer, slot) : printer.hex(slot.value);
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

void render_process_id_type(Printer& printer, const Slot& slot) {
    const RenderStyle style = with_numbers(printer);
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
static constexpr ArgumentType seccomp_argument{
    .render = render_seccomp_argument, .capture = capture_filter, .present = has_seccomp_argument, .compat = &address};
static constexpr ArgumentType out_hex64 = in_32_bits(struct_out<8, print_hex>, &same);
static constexpr ArgumentType death_signal{.render = render_death_signal};
static constexpr ArgumentType number_of_unknown_mode{.render = render_number, .present = has_unknown_mode};
static constexpr ArgumentType mapping_address{.render = render_mapping_address};
static constexpr ArgumentType mapping_length{.render = render_mapping_length};
static constexpr ArgumentType tagged_addresses{.render = render_tagged_addresses};
static constexpr ArgumentType features_out = in_32_bits(struct_out<8, print_features>, &same);
static constexpr ArgumentType feature{.render = render_feature};

}  // namespace types

using namespace arguments;

static constexpr Variant prctl_variants[] = {
    {1, "PR_SET_PDEATHSIG", {of("arg2", types::death_signal)}},
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
    {22,
     "PR_SET_SECCOMP",
     {constant64("arg2", seccomp_modes), of("arg3", types::seccomp_argument), of("arg4", types::number_of_unknown_mode),
      of("arg5", types::number_of_unknown_mode)}},
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
    {55, "PR_SET_TAGGED_ADDR_CTRL", {of("arg2", types::tagged_addresses), hex("arg3"), hex("arg4"), hex("arg5")}},
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
    {0x53564d41,
     "PR_SET_VMA",
     {constant64("arg2", prctl_vma_options), of("arg3", types::mapping_address), of("arg4", types::mapping_length),
      of("arg5", types::vma_name)}},
    {0x59616d61, "PR_SET_PTRACER", {size("arg2")}},
};
static constexpr VariantTable prctl_by_option{prctl_variants, "PR_???", 0};

static constexpr Variant arch_prctl_variants[] = {
    {0x1001, "ARCH_SET_GS", {hex("addr")}},
    {0x1002, "ARCH_SET_FS", {hex("addr")}},
    {0x1003, "ARCH_GET_FS", {of("addr", types::out_address)}},
    {0x1004, "ARCH_GET_GS", {of("addr", types::out_address)}},
    {0x1011, "ARCH_GET_CPUID", {}},
    {0x1012, "ARCH_SET_CPUID"},
    {0x1021, "ARCH_GET_XCOMP_SUPP", {of("addr", types::features_out)}},
    {0x1022, "ARCH_GET_XCOMP_PERM", {of("addr", types::features_out)}},
    {0x1023, "ARCH_REQ_XCOMP_PERM", {of("addr", types::feature)}},
    {0x1024, "ARCH_GET_XCOMP_GUEST_PERM", {of("addr", types::features_out)}},
    {0x1025, "ARCH_REQ_XCOMP_GUEST_PERM", {of("addr", types::feature)}},
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
