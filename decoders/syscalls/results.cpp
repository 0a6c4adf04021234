#include "decoders/syscalls/results.hpp"

#include "decoders/constants/errors.hpp"

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

}  // namespace

void render_result(Printer& printer, const SyscallRow* row) {
    const Call& call = printer.call();
    if (call.failed()) return render_error(printer, -call.result());
    if (row && row->result) return row->result(printer);
    printer.decimal(call.result());
}

bool returns_descriptor(const SyscallRow& row, const Call& call) {
    if (row.result == results::fd) return true;
    if (row.result == results::landlock) return (call.argument(2) & 1) == 0;
    constexpr std::uint64_t new_listener = 8;
    return row.result == results::seccomp && (call.argument(1) & new_listener) != 0;
}

bool may_return_descriptor(const SyscallRow& row) {
    const auto may = [](Result result) { return result == results::fd || result == results::landlock || result == results::seccomp; };
    return may(row.result) || (row.variants && std::ranges::any_of(row.variants->rows, may, &Variant::result));
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

void seccomp(Printer& printer) {
    constexpr std::uint64_t new_listener = 8;
    (printer.call().argument(1) & new_listener) != 0 ? fd(printer) : printer.decimal(printer.call().result());
}

}  // namespace results

}  // namespace shimtrace::decoders
