// Scheduling, personalities and priorities.
#include "decoders/constants/errors.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/io_priority.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

void print_parameter(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.decimal(value_at<std::int32_t>(bytes, 0));
    printer.put(']');
}

void render_policy(Printer& printer, const Slot& slot) {
    printer.constant(scheduling_policies, static_cast<std::uint32_t>(slot.value));
}

// linux/sched/types.h: struct sched_attr, which says its own size

constexpr std::size_t attributes_size = 56, first_attributes_size = 48;

/// What is kept as it is is not told (set alone).
void print_attributes(Printer& printer, std::span<const std::byte> bytes, bool set) {
    constexpr std::uint64_t keep_policy = 8, keep_parameters = 16;
    const auto flags = value_at<std::uint64_t>(bytes, 8);
    const auto policy = value_at<std::uint32_t>(bytes, 4);
    Fields fields(printer);
    fields("size").unsigned_decimal(value_at<std::uint32_t>(bytes, 0));
    if (bytes.size() < first_attributes_size) return;
    if (!set || policy > INT32_MAX || (flags & (keep_policy | keep_parameters)) == 0)
        fields("sched_policy").constant(scheduling_policies, policy);
    fields("sched_flags").flags(scheduling_flags, flags);
    if (!set || (flags & keep_parameters) == 0) {
        fields("sched_nice").decimal(value_at<std::int32_t>(bytes, 16));
        fields("sched_priority").unsigned_decimal(value_at<std::uint32_t>(bytes, 20));
        fields("sched_runtime").unsigned_decimal(value_at<std::uint64_t>(bytes, 24));
        fields("sched_deadline").unsigned_decimal(value_at<std::uint64_t>(bytes, 32));
        fields("sched_period").unsigned_decimal(value_at<std::uint64_t>(bytes, 40));
    }
    if (bytes.size() < attributes_size) return;
    fields("sched_util_min").unsigned_decimal(value_at<std::uint32_t>(bytes, 48));
    fields("sched_util_max").unsigned_decimal(value_at<std::uint32_t>(bytes, 52));
    if (value_at<std::uint32_t>(bytes, 0) > attributes_size) fields.more();
}
/// As many as it says itself; nothing says what is read at exit where the call failed.
template <bool set>
void render_attributes(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const bool known = slot.value != 0 && (set || !call.failed());
    const auto size = !known ? std::nullopt : set ? call.value_at_entry<std::uint32_t>(slot.value) : call.value<std::uint32_t>(slot.value);
    const std::size_t given = size.value_or(0) != 0 ? std::min<std::size_t>(*size, attributes_size) : first_attributes_size;
    const std::size_t wanted = given < first_attributes_size ? sizeof(std::uint32_t) : given;
    const auto bytes = !size ? std::nullopt : set ? call.bytes_at_entry(slot.value, wanted) : call.bytes(slot.value, wanted);
    bytes && bytes->size() == wanted ? print_attributes(printer, *bytes, set) : printer.address(slot.value);
}
/// E2BIG: the kernel says how much it knows.
void render_known_size(Printer& printer, const Slot& slot) {
    constexpr std::int64_t too_big = -7;
    if (printer.call().result() != too_big) return;
    const auto size = printer.call().exit()->memory.value<std::uint32_t>(RemoteAddress{slot.value});
    if (!size) return;
    printer.text(" => ");
    Fields fields(printer);
    fields("size").unsigned_decimal(*size);
}
void capture_attributes(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, capture.at_exit() ? sizeof(std::uint32_t) : attributes_size);
}

// CPU sets

constexpr std::uint64_t most_cpu_bytes = 1024;
std::uint64_t cpu_bytes(const Call& call, const Slot& slot, bool filled) {
    const std::uint64_t asked = call.argument32(slot.argument.other);
    const auto result = static_cast<std::uint64_t>(call.result() > 0 ? call.result() : 0);
    return std::min({asked, filled ? result : asked, most_cpu_bytes});
}
template <bool filled>
void capture_cpus(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, cpu_bytes(capture.call(), slot, filled));
}
template <bool filled>
void render_cpus(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const std::uint64_t length = cpu_bytes(call, slot, filled);
    const auto bytes = slot.value && !(filled && call.failed()) && length ? call.bytes(slot.value, length) : std::nullopt;
    if (!filled && slot.value && length == 0) return printer.text("[]");
    if (!bytes) return printer.address(slot.value);
    printer.put('[');
    bool first = true;
    for (std::size_t cpu = 0; cpu < bytes->size() * 8; ++cpu) {
        if (!(std::to_integer<unsigned>((*bytes)[cpu / 8]) >> (cpu % 8) & 1)) continue;
        if (!first) printer.put(' ');
        first = false;
        printer.unsigned_decimal(cpu);
    }
    printer.put(']');
}

void print_personality(Printer& printer, std::uint32_t value) {
    constexpr std::uint32_t type = 0xff;
    printer.constant(personality_types, value & type);
    if ((value & ~type) == 0) return;
    printer.put('|');
    printer.flags(personality_flags, value & ~type);
}
void render_personality(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    value == UINT32_MAX ? printer.text("0xffffffff") : print_personality(printer, value);
}

void render_priority(Printer& printer, const Slot& slot) {
    print_numbered_priority(printer, static_cast<std::uint32_t>(slot.value));
}

/// Whom the first argument speaks of: a process or a group of them, by its leader's number, or a user.
template <std::uint32_t process, std::uint32_t group>
void render_who(Printer& printer, const Slot& slot) {
    const std::uint32_t which = printer.call().argument32(0);
    const auto who = static_cast<std::int32_t>(slot.value);
    which == process || which == group ? printer.pid(who) : printer.decimal(who);
}

// kcmp: two descriptors, or one and a place in an epoll set, each of the process that stands at its place of the first two arguments

enum Kcmp : std::uint32_t { kcmp_file = 0, kcmp_epoll_target = 7 };
constexpr std::size_t epoll_slot_size = 12;

bool has_kcmp_indexes(const Call& call, const Slot&) {
    return call.argument32(2) == kcmp_file || call.argument32(2) >= kcmp_epoll_target;
}
bool is_epoll_slot(const Call& call, const Slot& slot) {
    return call.argument32(2) == kcmp_epoll_target && slot.index == 4;
}
/// What other processes have open is not looked at.
bool is_callers_own(const Call& call, const Slot& slot) {
    return static_cast<std::int32_t>(call.argument(slot.index - 3)) == call.enter().pid.value;
}
void print_kcmp_descriptor(Printer& printer, const Slot& slot, std::int32_t fd) {
    is_callers_own(printer.call(), slot) ? printer.fd(fd) : printer.decimal(fd);
}
void capture_kcmp_index(Capture& capture, const Slot& slot, int level) {
    if (level == 0 && is_epoll_slot(capture.call(), slot)) capture.bytes(slot.value, epoll_slot_size);
}
void collect_kcmp_index(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (is_callers_own(call, slot) && has_kcmp_indexes(call, slot) && !is_epoll_slot(call, slot))
        into.push_back(Fd{static_cast<std::int32_t>(slot.value)});
}
void render_kcmp_index(Printer& printer, const Slot& slot) {
    if (printer.call().argument32(2) > kcmp_epoll_target) return printer.hex(slot.value);
    if (!is_epoll_slot(printer.call(), slot)) return print_kcmp_descriptor(printer, slot, static_cast<std::int32_t>(slot.value));
    const auto bytes = slot.value ? printer.call().bytes_at_entry(slot.value, epoll_slot_size) : std::nullopt;
    if (!bytes || bytes->size() < epoll_slot_size) return printer.address(slot.value);
    Fields fields(printer);
    print_kcmp_descriptor(fields("efd"), slot, value_at<std::int32_t>(*bytes, 0));
    print_kcmp_descriptor(fields("tfd"), slot, value_at<std::int32_t>(*bytes, 4));
    fields("toff").unsigned_decimal(value_at<std::uint32_t>(*bytes, 8));
}

// asm/ldt.h: struct user_desc

constexpr std::size_t segment_size = 16;

void print_entry_number(Fields& fields, std::span<const std::byte> bytes) {
    fields("entry_number").user(value_at<std::uint32_t>(bytes, 0));
}
void print_segment_rest(Fields& fields, std::span<const std::byte> bytes) {
    constexpr struct {
        std::string_view name;
        unsigned shift, mask;
    } parts[] = {{"seg_32bit", 0, 1}, {"contents", 1, 3}, {"read_exec_only", 3, 1}, {"limit_in_pages", 4, 1}, {"seg_not_present", 5, 1},
                 {"useable", 6, 1},   {"lm", 7, 1}};
    fields("base_addr").hex_in_8(value_at<std::uint32_t>(bytes, 4));
    fields("limit").hex_in_8(value_at<std::uint32_t>(bytes, 8));
    for (const auto& part : parts) fields(part.name).unsigned_decimal(value_at<std::uint32_t>(bytes, 12) >> part.shift & part.mask);
}
void print_segment(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    print_entry_number(fields, bytes);
    print_segment_rest(fields, bytes);
}
/// modify_ldt's: it takes one and no other size.
void render_sized_segment(Printer& printer, const Slot& slot) {
    if (printer.call().argument(2) != segment_size) return printer.address(slot.value);
    render_struct_in<segment_size, print_segment>(printer, slot);
}
void render_segment_out(Printer& printer, const Slot& slot) {
    const auto number = slot.value ? printer.call().bytes_at_entry(slot.value, sizeof(std::uint32_t)) : std::nullopt;
    if (!number || number->size() < sizeof(std::uint32_t)) return printer.address(slot.value);
    const auto filled = printer.call().succeeded() ? printer.call().bytes(slot.value, segment_size) : std::nullopt;
    Fields fields(printer);
    print_entry_number(fields, *number);
    filled && filled->size() == segment_size ? print_segment_rest(fields, *filled) : fields.more();
}

}  // namespace

namespace results {

void scheduler(Printer& printer) {
    constexpr std::uint64_t reset_on_fork = 0x40000000;
    const auto result = static_cast<std::uint64_t>(printer.call().result());
    printer.decimal(printer.call().result());
    printer.text(" (");
    const std::string_view policy = scheduling_policies.name_of(result & ~reset_on_fork);
    policy.empty() ? printer.constant(scheduling_policies, result & ~reset_on_fork) : printer.text(policy);  // whatever -X says
    if (result & reset_on_fork) printer.text("|SCHED_RESET_ON_FORK");
    printer.put(')');
}
void personality(Printer& printer) {
    printer.hex(static_cast<std::uint64_t>(printer.call().result()));
    printer.text(" (");
    print_personality(printer, static_cast<std::uint32_t>(printer.call().result()));
    printer.put(')');
}
/// An int, which the kernel does not widen (arch/x86/kernel/ldt.c): an error looks like a large number.
static void modify_ldt(Printer& printer) {
    const std::int64_t result = printer.call().result();
    printer.decimal(result);
    constexpr std::int64_t first_error = 0xfffff000;
    const ErrorName error = error_name(-static_cast<std::int32_t>(result));
    if (result < first_error || error.name.empty()) return;
    printer.put(' ');
    printer.text(error.name);
    printer.text(" (");
    printer.text(error.text);
    printer.put(')');
}
void ioprio(Printer& printer) {
    printer.decimal(printer.call().result());
    if (printer.style().constants == Constants::raw) return;
    printer.text(" (");
    print_priority(printer, static_cast<std::uint32_t>(printer.call().result()));
    printer.put(')');
}

}  // namespace results

namespace types {

static constexpr ArgumentType scheduling_parameter_in = in_32_bits(struct_in<4, print_parameter>, &same);
static constexpr ArgumentType scheduling_parameter_out = in_32_bits(struct_out<4, print_parameter>, &same);
static constexpr ArgumentType scheduling_policy{.render = render_policy};
static constexpr ArgumentType scheduling_attributes_in{.render = render_attributes<true>,
                                                       .render_rest = render_known_size,
                                                       .capture = capture_attributes,
                                                       .captured_at_both = true,
                                                       .compat = &same};
static constexpr ArgumentType scheduling_attributes_out{
    .phase = Phase::exit, .render = render_attributes<false>, .capture = capture_struct<attributes_size>, .compat = &same};
static constexpr ArgumentType cpu_set_in{.render = render_cpus<false>, .capture = capture_cpus<false>, .compat = &same};
static constexpr ArgumentType cpu_set_out{
    .phase = Phase::exit, .render = render_cpus<true>, .capture = capture_cpus<true>, .compat = &same};
static constexpr ArgumentType personality{.render = render_personality};
static constexpr ArgumentType ioprio_value{.render = render_priority};
static constexpr ArgumentType kcmp_index{.render = render_kcmp_index,
                                         .capture = capture_kcmp_index,
                                         .descriptors = collect_kcmp_index,
                                         .present = has_kcmp_indexes,
                                         .compat = &same};
static constexpr ArgumentType priority_who{.render = render_who<0, 1>};
static constexpr ArgumentType ioprio_whom{.render = render_who<1, 2>};
static constexpr ArgumentType segment_in = in_32_bits(struct_in<segment_size, print_segment>, &same);
static constexpr ArgumentType sized_segment{.render = render_sized_segment, .capture = capture_struct<segment_size>, .compat = &same};
static constexpr ArgumentType segment_out{.phase = Phase::exit_always,
                                          .render = render_segment_out,
                                          .capture = capture_struct<segment_size>,
                                          .captured_at_both = true,
                                          .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow scheduling_table[] = {
    {"getpriority", 0, {constant("which", priority_which), of("who", types::priority_who)}},
    {"setpriority", 0, {constant("which", priority_which), of("who", types::priority_who), number("prio")}},
    {"sched_yield", 0, {}},
    {"sched_setparam", 0, {pid("pid"), of("param", types::scheduling_parameter_in)}},
    {"sched_getparam", 0, {pid("pid"), of("param", types::scheduling_parameter_out)}},
    {"sched_setscheduler", 0, {pid("pid"), of("policy", types::scheduling_policy), of("param", types::scheduling_parameter_in)}},
    {"sched_getscheduler", 0, {pid("pid")}, results::scheduler},
    {"sched_get_priority_max", 0, {constant("policy", scheduling_policies)}},
    {"sched_get_priority_min", 0, {constant("policy", scheduling_policies)}},
    {"sched_rr_get_interval", 0, {pid("pid"), of("tp", types::timespec_out)}},
    {"sched_setaffinity", 0, {pid("pid"), count("cpusetsize"), of("mask", types::cpu_set_in, 1)}},
    {"sched_getaffinity", 0, {pid("pid"), count("cpusetsize"), of("mask", types::cpu_set_out, 1)}},
    {"sched_setattr", 0, {pid("pid"), of("attr", types::scheduling_attributes_in), of("flags", types::unsigned32)}},
    {"sched_getattr", 0, {pid("pid"), of("attr", types::scheduling_attributes_out, 2), count("size"), of("flags", types::unsigned32)}},
    {"ioprio_set", 0, {constant("which", ioprio_who), of("who", types::ioprio_whom), of("ioprio", types::ioprio_value)}},
    {"ioprio_get", 0, {constant("which", ioprio_who), of("who", types::ioprio_whom)}, results::ioprio},
    {"personality", 0, {of("persona", types::personality)}, results::personality},
    {"kcmp", 0, {pid("pid1"), pid("pid2"), constant("type", kcmp_types), of("idx1", types::kcmp_index), of("idx2", types::kcmp_index)}},
    {"getcpu", 0, {of("cpu", types::out_uint32), of("node", types::out_uint32), address("tcache")}},
    {"set_thread_area", 0, {of("u_info", types::segment_in)}},
    {"get_thread_area", 0, {of("u_info", types::segment_out)}},
    {"modify_ldt", 0, {number("func"), of("ptr", types::sized_segment), size("bytecount")}, results::modify_ldt},
    {"iopl", 0, {number("level")}},
    {"ioperm", 0, {hex("from"), hex("num"), number("turn_on")}},
};

constinit const std::span<const SyscallRow> scheduling_rows = scheduling_table;

}  // namespace shimtrace::decoders
