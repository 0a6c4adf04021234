// ioctl: the command says what is behind the pointer, and who fills it.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/ioctl_commands.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

const IoctlCommand* ioctl_command_of(const Call& call) {
    return find_ioctl(call.argument32(1));
}

/// _IOC(_IOC_READ|_IOC_WRITE, 0xff, 0xff, 0x3fff): asm-generic/ioctl.h.
void print_unknown(Printer& printer, std::uint32_t command) {
    printer.text("_IOC(");
    constexpr std::string_view directions[] = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"};
    printer.text(directions[command >> 30]);
    printer.text(", ");
    printer.hex(command >> 8 & 0xff);
    printer.text(", ");
    printer.hex(command & 0xff);
    printer.text(", ");
    printer.hex(command >> 16 & 0x3fff);
    printer.put(')');
}

void render_command(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    if (printer.style().constants == Constants::raw) return printer.hex(value);
    const IoctlCommand* command = find_ioctl(value);
    if (printer.style().constants == Constants::verbose) {
        printer.hex(value);
        printer.text(" /* ");
        command ? printer.text(command->name) : print_unknown(printer, value);
        return printer.text(" */");
    }
    command ? printer.text(command->name) : print_unknown(printer, value);
}

bool has_ioctl_argument(const Call& call, const Slot&) {
    const IoctlCommand* command = ioctl_command_of(call);
    return !command || command->content != IoctlContent::none;
}
bool ioctl_argument_late(const Call& call, const Slot&) {
    const IoctlCommand* command = ioctl_command_of(call);
    return command && command->direction == IoctlDirection::from_kernel;
}
void capture_ioctl_argument(Capture& capture, const Slot& slot, int level) {
    const IoctlCommand* command = ioctl_command_of(capture.call());
    if (level == 0 && command) capture.bytes(slot.value, ioctl_size(command->content));
}
void render_ioctl_argument(Printer& printer, const Slot& slot) {
    const IoctlCommand* command = ioctl_command_of(printer.call());
    if (!command) return printer.hex(slot.value);
    switch (command->content) {
        case IoctlContent::none:
            return;
        case IoctlContent::number:
            return printer.decimal(static_cast<std::int32_t>(slot.value));
        case IoctlContent::hex:
            return printer.hex(slot.value);
        case IoctlContent::fd:
            return printer.fd(static_cast<std::int32_t>(slot.value));
        case IoctlContent::address:
            return printer.address(slot.value);
        default:
            break;
    }
    const std::size_t size = ioctl_size(command->content);
    const bool filled = command->direction == IoctlDirection::from_kernel;
    const auto bytes = slot.value == 0 || (filled && printer.call().failed()) ? std::nullopt : printer.call().bytes(slot.value, size);
    if (!bytes || bytes->size() < size) return printer.address(slot.value);
    print_ioctl_content(printer, command->content, *bytes);
}
void collect(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (const IoctlCommand* command = ioctl_command_of(call); command && command->content == IoctlContent::fd)
        into.push_back(Fd{static_cast<std::int32_t>(slot.value)});
}

}  // namespace

namespace results {

void ioctl(Printer& printer) {
    const Call& call = printer.call();
    const IoctlCommand* command = ioctl_command_of(call);
    if (command && command->result == IoctlResult::fd) return printer.fd(static_cast<std::int32_t>(call.result()));
    printer.decimal(call.result());
    if (!command || command->result != IoctlResult::ns_type) return;
    printer.text(" (");
    printer.constant(setns_types, static_cast<std::uint64_t>(call.result()));
    printer.put(')');
}

}  // namespace results

namespace types {

static constexpr ArgumentType ioctl_command{.render = render_command};
static constexpr ArgumentType ioctl_argument{.phase = Phase::by_call,
                                             .render = render_ioctl_argument,
                                             .capture = capture_ioctl_argument,
                                             .descriptors = collect,
                                             .present = has_ioctl_argument,
                                             .late = ioctl_argument_late,
                                             .compat = &address};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow ioctl_table[] = {
    {"ioctl",
     class_desc,
     {fd("fd"), of("request", types::ioctl_command), of("argp", types::ioctl_argument)},
     results::ioctl,
     {.effect = commands}},
};

constinit const std::span<const SyscallRow> ioctl_rows = ioctl_table;

}  // namespace shimtrace::decoders
