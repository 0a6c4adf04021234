// Scheduling, capabilities, personalities and priorities.
#include "decoders/constants/process.hpp"

#include "decoders/syscalls/kinds.hpp"
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
    const std::size_t wanted = size && *size != 0 ? std::min<std::size_t>(*size, attributes_size) : first_attributes_size;
    const auto bytes = size ? call.bytes(slot.value, wanted) : std::nullopt;
    bytes ? print_attributes(printer, *bytes) : printer.address(slot.value);
}
void render_attributes_in(Printer& printer, const Slot& slot) {
    const auto size = slot.value ? printer.call().value_at_entry<std::uint32_t>(slot.value) : std::nullopt;
    const std::size_t wanted = size && *size != 0 ? std::min<std::size_t>(*size, attributes_size) : first_attributes_size;
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

// capabilities

void print_header(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("version").constant(capability_versions, value_at<std::uint32_t>(bytes, 0));
    fields("pid").pid(value_at<std::int32_t>(bytes, 4));
}
void print_capabilities(Printer& printer, std::uint64_t set) {
    if (set == 0 || printer.style().constants == Constants::raw) return printer.hex(set);
    bool first = true;
    for (unsigned bit = 0; bit < 64; ++bit) {
        if (!(set >> bit & 1)) continue;
        if (!first) printer.put('|');
        first = false;
        const std::string_view name = capabilities.name_of(bit);
        if (name.empty()) {
            printer.hex(set >> bit << bit);
            return;
        }
        printer.text("1<<");
        printer.text(name);
    }
}
/// Version 1 has one struct of three words, the later ones two, the second with the high halves.
constexpr std::uint32_t version_1 = 0x19980330;
bool has_two(const Call& call) {
    return call.value<std::uint32_t>(call.argument(0)).value_or(version_1) != version_1;
}
void capture_data(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, 24);
}
void render_data(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const bool two = has_two(call);
    const auto bytes = slot.value && !(call.failed() && call.returned() && slot.argument.size) ? call.bytes(slot.value, 24) : std::nullopt;
    if (!bytes || bytes->size() < (two ? 24u : 12u)) return printer.address(slot.value);
    const auto set = [&](std::size_t offset) {
        return value_at<std::uint32_t>(*bytes, offset) | (two ? std::uint64_t{value_at<std::uint32_t>(*bytes, offset + 12)} << 32 : 0);
    };
    Fields fields(printer);
    print_capabilities(fields("effective"), set(0));
    print_capabilities(fields("permitted"), set(4));
    print_capabilities(fields("inheritable"), set(8));
}
void render_data_out(Printer& printer, const Slot& slot) {
    printer.call().failed() ? printer.address(slot.value) : render_data(printer, slot);
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
    printer.call().argument32(2) > epoll_target || (printer.call().argument32(2) == epoll_target && slot.index == 4)
        ? printer.hex(slot.value)
        : printer.unsigned_decimal(slot.value);
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

namespace kinds {

const Kind scheduling_parameter_in = struct_in<4, print_parameter>;
const Kind scheduling_parameter_out = struct_out<4, print_parameter>;
const Kind scheduling_policy{.render = render_policy};
const Kind scheduling_attributes_in{.render = render_attributes_in, .capture = capture_struct<attributes_size>};
const Kind scheduling_attributes_out{.phase = Phase::exit, .render = render_attributes, .capture = capture_struct<attributes_size>};
const Kind cpu_set_in{.render = render_cpus<false>, .capture = capture_cpus<false>};
const Kind cpu_set_out{.phase = Phase::exit, .render = render_cpus<true>, .capture = capture_cpus<true>};
const Kind capability_header = struct_in<8, print_header>;
const Kind capability_data_in{.render = render_data, .capture = capture_data};
const Kind capability_data_out{.phase = Phase::exit, .render = render_data_out, .capture = capture_data};
const Kind personality{.render = render_personality};
const Kind ioprio_value{.render = render_priority};
const Kind kcmp_index{.render = render_kcmp_index, .present = has_kcmp_indexes};

}  // namespace kinds

}  // namespace shimtrace::decoders
