// ioctl: its command's name, and those commands that return something. What their argument is, their rows say (devices/).
#include "decoders/constants/ioctl_names.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/devices/argument.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/variants.hpp"

namespace shimtrace::decoders {

namespace {

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
    printer.hex(devices::size_of_command(command));
    printer.put(')');
}

/// EVIOCGBIT(EV_KEY, 96), MIXER_READ(3).
void print_family(Printer& printer, const devices::Family& family, std::uint32_t command) {
    const std::uint32_t number = command & family.numbers & ~family.first.command;
    printer.text(family.name);
    printer.put('(');
    if (family.names) {
        const std::string_view name = family.names->name_of(number);
        if (number == 0 && family.any_size) {
            printer.put('0');
        } else if (!name.empty()) {
            printer.text(name);
        } else {
            printer.hex(number);
            if (printer.style().constants != Constants::verbose) printer.comment(family.names->unknown);
        }
        if (family.any_size) printer.text(", ");
    } else if (family.numbers != 0) {
        printer.unsigned_decimal(number);
    }
    if (family.any_size && (family.names || family.numbers == 0)) printer.unsigned_decimal(devices::size_of_command(command));
    printer.put(')');
}

void print_name(Printer& printer, std::uint32_t command) {
    std::string_view name = variant_name(printer.call());
    if (name.empty()) name = ioctl_name(command);
    const devices::Family* family = devices::find_family(command);
    if (!family || family->name.empty()) return name.empty() ? print_unknown(printer, command) : printer.text(name);
    print_family(printer, *family, command);
    if (name.empty()) return;
    printer.text(" or ");
    printer.text(name);
}

void render_command(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    if (printer.style().constants == Constants::raw) return printer.hex(value);
    if (printer.style().constants == Constants::abbrev) return print_name(printer, value);
    printer.hex(value);
    printer.text(" /* ");
    print_name(printer, value);
    printer.text(" */");
}

void namespace_type(Printer& printer) {
    printer.decimal(printer.call().result());
    printer.text(" (");
    printer.constant(setns_types, static_cast<std::uint64_t>(printer.call().result()));
    printer.put(')');
}

}  // namespace

namespace types {

static constexpr ArgumentType ioctl_command{.render = render_command};

}  // namespace types

using namespace arguments;

static constexpr Variant ioctl_variants[] = {
    {0x5441, "TIOCGPTPEER", {hex("argp")}, results::fd},
    {0xae01, "KVM_CREATE_VM", {hex("argp")}, results::fd},
    {0xae41, "KVM_CREATE_VCPU", {count("argp")}, results::fd},
    {0xb701, "NS_GET_USERNS", {}, results::fd},
    {0xb702, "NS_GET_PARENT", {}, results::fd},
    {0xb703, "NS_GET_NSTYPE", {}, namespace_type},
};
static constexpr VariantTable ioctl_by_command{ioctl_variants, "", 1};

static constexpr SyscallRow ioctl_table[] = {
    {"ioctl",
     class_desc,
     {fd("fd"), of("request", types::ioctl_command), of("argp", types::device_in), from(2, of("argp", types::device_out))},
     ioctl_by_command,
     {.effect = commands}},
};

constinit const std::span<const SyscallRow> ioctl_rows = ioctl_table;

}  // namespace shimtrace::decoders
