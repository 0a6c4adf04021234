#include "decoders/syscalls/siginfo.hpp"

#include "decoders/syscalls/styled.hpp"

#include "decoders/constants/errors.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"

namespace shimtrace::decoders {

namespace {

enum Signal : std::int32_t { ill = 4, trap = 5, bus = 7, fpe = 8, segv = 11, chld = 17, io = 29, sys = 31 };
constexpr std::int32_t queued_io = -5;  // SI_SIGIO

struct SignalCodes {
    std::int32_t signal;
    const FlagSet* codes;
};
const SignalCodes signal_codes[] = {{ill, &sigill_codes},   {trap, &sigtrap_codes}, {bus, &sigbus_codes}, {fpe, &sigfpe_codes},
                                    {segv, &sigsegv_codes}, {chld, &sigchld_codes}, {io, &sigpoll_codes}, {sys, &sigsys_codes}};

void print_code(Printer& printer, std::int32_t signal, std::int32_t code) {
    std::string_view name = siginfo_codes.name_of(static_cast<std::uint32_t>(code));
    for (const SignalCodes& row : signal_codes)
        if (name.empty() && row.signal == signal) name = row.codes->name_of(static_cast<std::uint32_t>(code));
    if (name.empty()) {
        printer.hex(static_cast<std::uint32_t>(code));
        return printer.style().constants == Constants::raw ? void() : printer.comment("SI_???");
    }
    styled(printer, name, [&] { printer.hex(static_cast<std::uint32_t>(code)); });
}

void print_sender(Fields& fields, std::span<const std::byte> bytes) {
    fields("si_pid").pid(value_at<std::int32_t>(bytes, 16));
    fields("si_uid").user(value_at<std::uint32_t>(bytes, 20));
}

/// Present where it is not zero, and always with a timer's.
void print_sigval(Fields& fields, std::span<const std::byte> bytes, bool always = false) {
    const auto pointer = value_at<std::uint64_t>(bytes, 24);
    if (pointer == 0 && !always) return;
    fields("si_int").decimal(value_at<std::int32_t>(bytes, 24));
    fields("si_ptr").address(pointer);
}

void print_child(Fields& fields, std::span<const std::byte> bytes, std::int32_t code) {
    constexpr std::int32_t exited = 1;
    print_sender(fields, bytes);
    const auto status = value_at<std::int32_t>(bytes, 24);
    Printer& value = fields("si_status");
    code == exited ? value.decimal(status) : value.signal(status);
    fields("si_utime").clock_ticks(value_at<std::uint64_t>(bytes, 32));
    fields("si_stime").clock_ticks(value_at<std::uint64_t>(bytes, 40));
}

void print_fault(Fields& fields, std::span<const std::byte> bytes, std::int32_t signal, std::int32_t code) {
    fields("si_addr").address(value_at<std::uint64_t>(bytes, 16));
    constexpr std::int32_t bounds = 3, protection_key = 4, memory_error = 4, memory_error_optional = 5;
    if (signal == bus && (code == memory_error || code == memory_error_optional))
        fields("si_addr_lsb").hex(value_at<std::uint16_t>(bytes, 24));
    if (signal == segv && code == bounds) {
        fields("si_lower").address(value_at<std::uint64_t>(bytes, 32));
        fields("si_upper").address(value_at<std::uint64_t>(bytes, 40));
    }
    if (signal == segv && code == protection_key) fields("si_pkey").unsigned_decimal(value_at<std::uint32_t>(bytes, 32));
}

void print_band(Fields& fields, std::span<const std::byte> bytes) {
    fields("si_band").decimal(value_at<std::int64_t>(bytes, 16));
    fields("si_fd").fd(value_at<std::int32_t>(bytes, 24));
}

void print_by_signal(Printer& printer, Fields& fields, std::span<const std::byte> bytes, std::int32_t signal, std::int32_t code) {
    switch (signal) {
        case chld:
            return print_child(fields, bytes, code);
        case ill:
        case fpe:
        case segv:
        case bus:
        case trap:
            return print_fault(fields, bytes, signal, code);
        case io:
            return descriptor_of_siginfo(bytes) ? print_band(fields, bytes) : void();
        case sys: {
            fields("si_call_addr").address(value_at<std::uint64_t>(bytes, 16));
            const auto number = value_at<std::int32_t>(bytes, 24);
            Printer& call = fields("si_syscall");
            const auto name = syscall_name(printer.call().enter().arch, number);
            const auto print_number = [&] { call.unsigned_decimal(static_cast<std::uint32_t>(number)); };
            name ? styled(call, "__NR_" + std::string(*name), print_number) : print_number();
            fields("si_arch").constant(audit_architectures, value_at<std::uint32_t>(bytes, 28));
            return;
        }
        default:
            if (value_at<std::uint64_t>(bytes, 16) != 0) print_sender(fields, bytes);
            print_sigval(fields, bytes);
    }
}

}  // namespace

std::optional<Fd> descriptor_of_siginfo(std::span<const std::byte> bytes) {
    constexpr std::int32_t first_poll_code = 1, last_poll_code = 6;
    const auto signal = value_at<std::int32_t>(bytes, 0), code = value_at<std::int32_t>(bytes, 8);
    if (signal == 0 || !(code == queued_io || (signal == io && code >= first_poll_code && code <= last_poll_code))) return std::nullopt;
    return Fd{value_at<std::int32_t>(bytes, 24)};
}

void print_siginfo(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::int32_t from_kernel = 0x80, user = 0, queue = -1, timer = -2, message_queue = -3, tkill = -6;
    const auto signal = value_at<std::int32_t>(bytes, 0), error = value_at<std::int32_t>(bytes, 4), code = value_at<std::int32_t>(bytes, 8);
    Fields fields(printer);
    if (signal == 0) return;
    fields("si_signo").signal(signal);
    print_code(fields("si_code"), signal, code);
    if (error != 0) fields("si_errno").error(static_cast<std::uint32_t>(error));
    switch (code) {
        case user:
        case tkill:
            return print_sender(fields, bytes);
        case queue:
        case message_queue:
            print_sender(fields, bytes);
            return print_sigval(fields, bytes);
        case queued_io:
            return print_band(fields, bytes);
        case timer:
            fields("si_timerid").hex(value_at<std::uint32_t>(bytes, 16));
            fields("si_overrun").decimal(value_at<std::int32_t>(bytes, 20));
            return print_sigval(fields, bytes, true);
        case from_kernel:
            if (signal == segv || signal == bus || signal == ill || signal == fpe)
                fields("si_addr").address(value_at<std::uint64_t>(bytes, 16));
            return;
        default:
            print_by_signal(printer, fields, bytes, signal, code);
    }
}

std::string render_siginfo(const Event& signal, const RenderStyle& style, const RenderScope& scope) {
    const auto bytes = signal.memory.at(RemoteAddress{0}, siginfo_size);
    std::string text;
    const Call call(signal, nullptr);
    Printer printer(text, call, style, scope);
    if (bytes && bytes->size() >= 48) {
        print_siginfo(printer, *bytes);
    } else {
        Fields fields(printer);
        fields("si_signo").signal(signal.number);
    }
    return text;
}

}  // namespace shimtrace::decoders
