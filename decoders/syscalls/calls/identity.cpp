// Who a process is: ids, groups, sessions, capabilities.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

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

/// getgroups, setgroups: a list of ids, so many as another argument or the result says.
void capture_ids_in(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::uint64_t{capture.call().argument32(slot.argument.other)} * 4);
}
void capture_ids_out(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, static_cast<std::uint64_t>(capture.call().result()) * 4);
}
void print_ids(Printer& printer, std::uint64_t address, std::uint64_t count) {
    array(printer, address, count, 4, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { printer.user(value_at<std::uint32_t>(bytes, 0)); });
}
void render_ids_in(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t most = 65536;  // NGROUPS_MAX
    if (printer.call().argument32(slot.argument.other) > most) return printer.address(slot.value);
    print_ids(printer, slot.value, printer.call().argument32(slot.argument.other));
}
void render_ids_out(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (call.failed()) return printer.address(slot.value);
    print_ids(printer, slot.value, static_cast<std::uint64_t>(call.result()));
}

}  // namespace

namespace types {

static constexpr ArgumentType capability_header = in_32_bits(struct_in<8, print_header>, &same);
static constexpr ArgumentType capability_data_in{.render = render_data, .capture = capture_data, .compat = &same};
static constexpr ArgumentType capability_data_out{
    .phase = Phase::exit, .render = render_data_out, .capture = capture_data, .compat = &same};
static constexpr ArgumentType in_ids{.render = render_ids_in, .capture = capture_ids_in, .compat = &same};
static constexpr ArgumentType out_ids{.phase = Phase::exit, .render = render_ids_out, .capture = capture_ids_out, .compat = &same};
}  // namespace types

using namespace arguments;

static constexpr SyscallRow identity_table[] = {
    {"getpid", class_pure, {}, results::process},
    {"gettid", class_pure, {}, results::process},
    {"getppid", class_pure, {}, results::process},
    {"getpgrp", class_pure, {}, results::process},
    {"getpgid", 0, {pid("pid")}, results::process},
    {"setpgid", 0, {pid("pid"), pid("pgid")}},
    {"getsid", 0, {pid("pid")}, results::process},
    {"setsid", 0, {}},
    {"getuid", class_creds | class_pure, {}},
    {"geteuid", class_creds | class_pure, {}},
    {"getgid", class_creds | class_pure, {}},
    {"getegid", class_creds | class_pure, {}},
    {"setuid", class_creds, {id("uid")}},
    {"setgid", class_creds, {id("gid")}},
    {"setreuid", class_creds, {id("ruid"), id("euid")}},
    {"setregid", class_creds, {id("rgid"), id("egid")}},
    {"setresuid", class_creds, {id("ruid"), id("euid"), id("suid")}},
    {"setresgid", class_creds, {id("rgid"), id("egid"), id("sgid")}},
    {"getresuid", class_creds, {of("ruid", types::out_uint32), of("euid", types::out_uint32), of("suid", types::out_uint32)}},
    {"getresgid", class_creds, {of("rgid", types::out_uint32), of("egid", types::out_uint32), of("sgid", types::out_uint32)}},
    {"setfsuid", class_creds, {id("fsuid")}},
    {"setfsgid", class_creds, {id("fsgid")}},
    {"getgroups", class_creds, {number("size"), of("list", types::out_ids)}},
    {"setgroups", class_creds, {number("size"), of("list", types::in_ids)}},
    {"capget", class_creds, {of("hdrp", types::capability_header), of("datap", types::capability_data_out)}},
    {"capset", class_creds, {of("hdrp", types::capability_header), of("datap", types::capability_data_in)}},
    {"lsm_get_self_attr", 0, {count("attr"), address("ctx"), address("size"), of("flags", types::hex32)}},
    {"lsm_set_self_attr", 0, {count("attr"), address("ctx"), count("size"), of("flags", types::hex32)}},
    {"lsm_list_modules", 0, {address("ids"), address("size"), of("flags", types::hex32)}},
};

constinit const std::span<const SyscallRow> identity_rows = identity_table;

}  // namespace shimtrace::decoders
