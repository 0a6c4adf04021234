// Scheduling, personalities and priorities.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
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
void print_attributes(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("size").unsigned_decimal(value_at<std::uint32_t>(bytes, 0));
    if (bytes.size() < first_attributes_size) return;
    fields("sched_policy").constant(scheduling_policies, value_at<std::uint32_t>(bytes, 4));
    fields("sched_flags").flags(scheduling_flags, value_at<std::uint64_t>(bytes, 8));
    fields("sched_nice").decimal(value_at<std::int32_t>(bytes, 16));
    fields("sched_priority").unsigned_decimal(value_at<std::uint32_t>(bytes, 20));
    fields("sched_runtime").unsigned_decimal(value_at<std::uint64_t>(bytes, 24));
    fields("sched_deadline").unsigned_decimal(value_at<std::uint64_t>(bytes, 32));
    fields("sched_period").unsigned_decimal(value_at<std::uint64_t>(bytes, 40));
    if (bytes.size() < attributes_size) return;
    fields("sched_util_min").unsigned_decimal(value_at<std::uint32_t>(bytes, 48));
    fields("sched_util_max").unsigned_decimal(value_at<std::uint32_t>(bytes, 52));
}
void render_attributes(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const auto size = slot.value && !call.failed() ? call.value<std::uint32_t>(slot.value) : std::nullopt;
    const std::size_t wanted =
        size && *size != 0 ? std::clamp<std::size_t>(*size, sizeof(std::uint32_t), attributes_size) : first_attributes_size;
    const auto bytes = size ? call.bytes(slot.value, wanted) : std::nullopt;
    bytes ? print_attributes(printer, *bytes) : printer.address(slot.value);
}
void render_attributes_in(Printer& printer, const Slot& slot) {
    const auto size = slot.value ? printer.call().value_at_entry<std::uint32_t>(slot.value) : std::nullopt;
    const std::size_t wanted =
        size && *size != 0 ? std::clamp<std::size_t>(*size, sizeof(std::uint32_t), attributes_size) : first_attributes_size;
    const auto bytes = size ? printer.call().bytes_at_entry(slot.value, wanted) : std::nullopt;
    bytes ? print_attributes(printer, *bytes) : printer.address(slot.value);
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

void print_priority(Printer& printer, std::uint32_t value) {
    printer.text("IOPRIO_PRIO_VALUE(");
    printer.constant(ioprio_classes, value >> 13);
    printer.text(", ");
    printer.unsigned_decimal(value & 0x1fff);
    printer.put(')');
}
void render_priority(Printer& printer, const Slot& slot) {
    print_priority(printer, static_cast<std::uint32_t>(slot.value));
}

bool has_kcmp_indexes(const Call& call, const Slot&) {
    constexpr std::uint32_t file = 0, epoll_target = 7;
    return call.argument32(2) == file || call.argument32(2) == epoll_target || call.argument32(2) > epoll_target;
}
void render_kcmp_index(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t epoll_target = 7;
    const std::uint32_t type = printer.call().argument32(2);
    if (type > epoll_target) return printer.hex(slot.value);
    type == epoll_target&& slot.index == 4 ? printer.address(slot.value) : printer.fd(static_cast<std::int32_t>(slot.value));
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
void ioprio(Printer& printer) {
    printer.decimal(printer.call().result());
    printer.text(" (");
    print_priority(printer, static_cast<std::uint32_t>(printer.call().result()));
    printer.put(')');
}

}  // namespace results

namespace types {

static constexpr ArgumentType scheduling_parameter_in = in_32_bits(struct_in<4, print_parameter>, &same);
static constexpr ArgumentType scheduling_parameter_out = in_32_bits(struct_out<4, print_parameter>, &same);
static constexpr ArgumentType scheduling_policy{.render = render_policy};
static constexpr ArgumentType scheduling_attributes_in{
    .render = render_attributes_in, .capture = capture_struct<attributes_size>, .compat = &same};
static constexpr ArgumentType scheduling_attributes_out{
    .phase = Phase::exit, .render = render_attributes, .capture = capture_struct<attributes_size>, .compat = &same};
static constexpr ArgumentType cpu_set_in{.render = render_cpus<false>, .capture = capture_cpus<false>, .compat = &same};
static constexpr ArgumentType cpu_set_out{
    .phase = Phase::exit, .render = render_cpus<true>, .capture = capture_cpus<true>, .compat = &same};
static constexpr ArgumentType personality{.render = render_personality};
static constexpr ArgumentType ioprio_value{.render = render_priority};
static constexpr ArgumentType kcmp_index{.render = render_kcmp_index, .present = has_kcmp_indexes};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow scheduling_table[] = {
    {"getpriority", 0, {constant("which", priority_which), number("who")}},
    {"setpriority", 0, {constant("which", priority_which), number("who"), number("prio")}},
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
    {"ioprio_set", 0, {constant("which", ioprio_who), number("who"), of("ioprio", types::ioprio_value)}},
    {"ioprio_get", 0, {constant("which", ioprio_who), number("who")}, results::ioprio},
    {"personality", 0, {of("persona", types::personality)}, results::personality},
    {"kcmp", 0, {pid("pid1"), pid("pid2"), constant("type", kcmp_types), of("idx1", types::kcmp_index), of("idx2", types::kcmp_index)}},
    {"getcpu", 0, {of("cpu", types::out_uint32), of("node", types::out_uint32), address("tcache")}},
    {"set_thread_area", 0, {address("u_info")}},
    {"get_thread_area", 0, {address("u_info")}},
    {"modify_ldt", 0, {number("func"), address("ptr"), size("bytecount")}},
    {"iopl", 0, {number("level")}},
    {"ioperm", 0, {hex("from"), hex("num"), number("turn_on")}},
};

constinit const std::span<const SyscallRow> scheduling_rows = scheduling_table;

}  // namespace shimtrace::decoders
