#include "decoders/syscalls/results.hpp"

#include "decoders/syscalls/ioctl_commands.hpp"

#include "decoders/constants/errors.hpp"
#include "decoders/constants/file.hpp"

namespace shimtrace::decoders {

namespace {

/// strace's -X raw keeps errors as they are.
void render_error(Printer& printer, std::int64_t number) {
    const ErrorName found = error_name(number);
    if (is_restart(number)) {
        printer.text("? ");
    } else {
        printer.text("-1 ");
        if (found.name.empty()) {
            printer.text("(errno ");
            printer.decimal(number);
            return printer.put(')');
        }
    }
    printer.text(found.name);
    printer.text(" (");
    printer.text(found.text);
    printer.put(')');
}

constexpr std::uint32_t fcntl_duplicate = 0, fcntl_get_fd = 1, fcntl_get_flags = 3, fcntl_get_signal = 11, fcntl_get_lease = 1025,
                        fcntl_duplicate_cloexec = 1030, fcntl_get_seals = 1034;

}  // namespace

void render_result(Printer& printer, const SyscallRow* row) {
    const Call& call = printer.call();
    if (call.failed()) return render_error(printer, -call.result());
    if (row && row->result) return row->result(printer);
    printer.decimal(call.result());
}

bool returns_descriptor(const SyscallRow& row, const Call& call) {
    if (row.result == results::fd) return true;
    if (row.result == results::bpf) return bpf_returns_fd(call);
    if (row.result == results::landlock) return (call.argument(2) & 1) == 0;
    const std::uint32_t command = call.argument32(1);
    if (row.result == results::ioctl) return ioctl_returns_fd(command);
    if (row.result == results::fcntl) return command == fcntl_duplicate || command == fcntl_duplicate_cloexec;
    return row.result == results::seccomp && (call.argument(0) == 1 && (call.argument(1) & 8) != 0);
}

bool may_return_descriptor(const SyscallRow& row) {
    constexpr SyscallRow::Result kinds[] = {results::fd, results::bpf, results::landlock, results::ioctl, results::fcntl, results::seccomp};
    return std::ranges::find(kinds, row.result) != std::end(kinds);
}

namespace results {

void unsigned_number(Printer& printer) {
    printer.unsigned_decimal(static_cast<std::uint64_t>(printer.call().result()));
}
void hex(Printer& printer) {
    printer.hex(static_cast<std::uint64_t>(printer.call().result()));
}
void octal(Printer& printer) {
    printer.octal_padded(static_cast<std::uint64_t>(printer.call().result()), 2);
}
void fd(Printer& printer) {
    printer.returned_fd();
}
void process(Printer& printer) {
    printer.pid(static_cast<std::int32_t>(printer.call().result()));
}

void fcntl(Printer& printer) {
    const Call& call = printer.call();
    const auto result = static_cast<std::uint64_t>(call.result());
    RenderStyle style = printer.style();
    style.constants = Constants::abbrev;  // open's flags alone are names whatever -X says
    Printer names(printer.out(), call, style, printer.scope());
    const auto remark = [&](std::string_view name, auto print) {
        printer.hex(result);
        printer.text(" (");
        printer.text(name);
        print();
        printer.put(')');
    };
    switch (call.argument32(1)) {
        case fcntl_duplicate:
        case fcntl_duplicate_cloexec:
            return fd(printer);
        case fcntl_get_fd:
            return result == 0 ? printer.put('0') : remark("flags ", [&] { printer.flags(fd_flags, result); });
        case fcntl_get_flags:
            return remark("flags ", [&] { names.open_flags(result); });
        case fcntl_get_lease:
            return remark("", [&] { printer.constant(lock_types, result); });
        case fcntl_get_seals:
            return result == 0 ? printer.put('0') : remark("seals ", [&] { printer.flags(seals, result); });
        case fcntl_get_signal:
            printer.decimal(call.result());
            if (result == 0) return;
            printer.text(" (");
            printer.signal(call.result());
            return printer.put(')');
        default:
            return printer.decimal(call.result());
    }
}

void seccomp(Printer& printer) {
    constexpr std::uint64_t set_mode_filter = 1, new_listener = 8;
    const Call& call = printer.call();
    if (call.argument(0) == set_mode_filter && (call.argument(1) & new_listener) != 0) return fd(printer);
    printer.decimal(call.result());
}

}  // namespace results

}  // namespace shimtrace::decoders
