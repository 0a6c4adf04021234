// Times: timespec, timeval, itimerspec and their like.
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/compat.hpp"
#include "decoders/syscalls/epoll_event.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"
#include "decoders/syscalls/time_value.hpp"

#include <chrono>
#include <cstdio>

namespace shimtrace::decoders {

namespace {

constexpr std::size_t time_size = 16;
/// nanosleep's second argument is written only when a signal interrupted the sleep.
template <std::size_t size, PrintStruct print>
void render_remaining(Printer& printer, const Slot& slot) {
    constexpr std::int64_t interrupted = 4, restart_block = 516;
    const Call& call = printer.call();
    const bool written = call.failed() && (-call.result() == interrupted || -call.result() == restart_block);
    const auto bytes = slot.value && written ? call.exit()->memory.at(RemoteAddress{slot.value}, size) : std::nullopt;
    if (!bytes || bytes->size() < size) return printer.address(slot.value);
    print(printer, *bytes);
}

constexpr std::int64_t utime_now = 0x3fffffff, utime_omit = 0x3ffffffe;

void print_utime(Printer& printer, std::span<const std::byte> bytes) {
    const auto seconds = value_at<std::int64_t>(bytes, 0), nanoseconds = value_at<std::int64_t>(bytes, 8);
    if (nanoseconds == utime_now || nanoseconds == utime_omit)
        return styled(printer, nanoseconds == utime_now ? "UTIME_NOW" : "UTIME_OMIT", [&] { print_timespec(printer, bytes); });
    print_timespec(printer, bytes);
    if (const std::string text = calendar_time(seconds, nanoseconds, 9); !text.empty()) printer.comment(text);
}

void print_dated_timeval(Printer& printer, std::span<const std::byte> bytes) {
    print_timeval(printer, bytes);
    if (const std::string text = calendar_time(value_at<std::int64_t>(bytes, 0), value_at<std::int64_t>(bytes, 8) * 1000, 6); !text.empty())
        printer.comment(text);
}

/// [first, second]
template <PrintStruct print>
void print_pair(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    print(printer, bytes.first(time_size));
    printer.text(", ");
    print(printer, bytes.subspan(time_size));
    printer.put(']');
}

void print_timezone(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("tz_minuteswest").decimal(value_at<std::int32_t>(bytes, 0));
    fields("tz_dsttime").decimal(value_at<std::int32_t>(bytes, 4));
}

template <PrintStruct print>
void print_timer(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    print(fields("it_interval"), bytes.first(time_size));
    print(fields("it_value"), bytes.subspan(time_size));
}

/// USER_HZ is 100 on every architecture that is traced: 250 /* 2.50 s */
void print_clock_ticks(Printer& printer, std::int64_t ticks) {
    constexpr std::int64_t per_second = 100;
    printer.decimal(ticks);
    if (ticks <= 0) return;
    char text[40];
    std::snprintf(text, sizeof text, "%ld.%02ld s", ticks / per_second, ticks % per_second);
    printer.comment(text);
}
void print_times(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    print_clock_ticks(fields("tms_utime"), value_at<std::int64_t>(bytes, 0));
    print_clock_ticks(fields("tms_stime"), value_at<std::int64_t>(bytes, 8));
    print_clock_ticks(fields("tms_cutime"), value_at<std::int64_t>(bytes, 16));
    print_clock_ticks(fields("tms_cstime"), value_at<std::int64_t>(bytes, 24));
}

void print_utimbuf(Printer& printer, std::span<const std::byte> bytes) {
    const auto one = [&](Printer& value, std::size_t offset) {
        const auto seconds = value_at<std::int64_t>(bytes, offset);
        value.decimal(seconds);
        if (const std::string text = calendar_time(seconds, 0, 0); !text.empty()) value.comment(text);
    };
    Fields fields(printer);
    one(fields("actime"), 0);
    one(fields("modtime"), 8);
}

void print_time_value(Printer& printer, std::span<const std::byte> bytes) {
    const auto seconds = value_at<std::int64_t>(bytes, 0);
    printer.put('[');
    printer.decimal(seconds);
    if (const std::string text = calendar_time(seconds, 0, 0); !text.empty()) printer.comment(text);
    printer.put(']');
}

/// linux/timex.h: struct __kernel_timex.
constexpr std::size_t timex_size = 208;
void print_timex(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("modes").flags(adjtimex_modes, value_at<std::uint32_t>(bytes, 0));
    constexpr std::string_view numbers[] = {"offset", "freq", "maxerror", "esterror"};
    for (std::size_t i = 0; i < std::size(numbers); ++i) fields(numbers[i]).decimal(value_at<std::int64_t>(bytes, 8 + i * 8));
    fields("status").flags(adjtimex_status, value_at<std::uint32_t>(bytes, 40));
    fields("constant").decimal(value_at<std::int64_t>(bytes, 48));
    fields("precision").unsigned_decimal(value_at<std::uint64_t>(bytes, 56));
    fields("tolerance").decimal(value_at<std::int64_t>(bytes, 64));
    print_timeval(fields("time"), bytes.subspan(72, time_size));
    constexpr std::string_view more[] = {"tick", "ppsfreq", "jitter"};
    for (std::size_t i = 0; i < std::size(more); ++i) fields(more[i]).decimal(value_at<std::int64_t>(bytes, 88 + i * 8));
    fields("shift").decimal(value_at<std::int32_t>(bytes, 112));
    constexpr std::string_view last[] = {"stabil", "jitcnt", "calcnt", "errcnt", "stbcnt"};
    for (std::size_t i = 0; i < std::size(last); ++i) fields(last[i]).decimal(value_at<std::int64_t>(bytes, 120 + i * 8));
    fields("tai").decimal(value_at<std::int32_t>(bytes, 160));
}

constexpr std::size_t sigevent_size = 64;
void print_sigevent(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::uint32_t none = 1, thread = 2, thread_id = 4;
    const auto notify = value_at<std::uint32_t>(bytes, 12);
    Fields fields(printer);
    if (value_at<std::uint64_t>(bytes, 0) != 0) {
        Printer& value = fields("sigev_value");
        Fields inner(value);
        inner("sival_int").decimal(value_at<std::int32_t>(bytes, 0));
        inner("sival_ptr").address(value_at<std::uint64_t>(bytes, 0));
    }
    if (notify == none || notify == thread) {
        fields("sigev_signo").decimal(value_at<std::int32_t>(bytes, 8));
    } else {
        fields("sigev_signo").signal(value_at<std::int32_t>(bytes, 8));
    }
    fields("sigev_notify").constant(sigev_notifies, notify);
    if (notify == thread_id) fields("sigev_notify_thread_id").pid(value_at<std::int32_t>(bytes, 16));
    if (notify == thread) {
        fields("sigev_notify_function").address(value_at<std::uint64_t>(bytes, 16));
        fields("sigev_notify_attributes").address(value_at<std::uint64_t>(bytes, 24));
    }
}

void render_timer_id(Printer& printer, const Slot& slot) {
    printer.decimal(static_cast<std::int32_t>(slot.value));
}

}  // namespace

void print_time(Printer& printer, std::int64_t seconds, std::int64_t fraction, std::string_view fraction_name) {
    Fields fields(printer);
    fields("tv_sec").decimal(seconds);
    fields(fraction_name).decimal(fraction);
}

void print_timespec(Printer& printer, std::span<const std::byte> bytes) {
    print_time(printer, value_at<std::int64_t>(bytes, 0), value_at<std::int64_t>(bytes, 8), "tv_nsec");
}

void print_timeval(Printer& printer, std::span<const std::byte> bytes) {
    print_time(printer, value_at<std::int64_t>(bytes, 0), value_at<std::int64_t>(bytes, 8), "tv_usec");
}

std::string calendar_time(std::int64_t seconds, std::int64_t nanoseconds, unsigned fraction_digits) {
    constexpr std::int64_t most_seconds = 253402300799;  // the end of the year 9999
    if (seconds < 0 || seconds > most_seconds || nanoseconds < 0 || nanoseconds > 999'999'999) return {};
    if (seconds == 0 && nanoseconds == 0) return {};
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    char text[64];
    int length =
        std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    std::string result(text, static_cast<std::size_t>(length));
    if (nanoseconds != 0 && fraction_digits != 0) {
        length = std::snprintf(text, sizeof text, ".%09d", static_cast<int>(nanoseconds));
        result.append(text, fraction_digits + std::size_t{1});
    }
    return result.append("+0000");
}

void print_narrow_timespec(Printer& printer, std::span<const std::byte> bytes) {
    print_widened<2, std::int32_t, print_timespec>(printer, bytes);
}

namespace {

constexpr std::size_t narrow_time_size = 8;

void print_narrow_timeval(Printer& printer, std::span<const std::byte> bytes) {
    print_widened<2, std::int32_t, print_timeval>(printer, bytes);
}

bool has_narrow_times(const Call& call) {
    const auto name = syscall_name(call.enter().arch, call.enter().number);
    return call.enter().arch == Arch::i386 && name && !has_wide_times(*name);
}

}  // namespace

void print_time_left(Printer& printer, unsigned index) {
    const Call& call = printer.call();
    const std::uint64_t address = call.argument(index);
    const auto name = syscall_name(call.enter().arch, call.enter().number);
    if (address == 0 || !name) return;
    const bool has_timeval = name->ends_with("select");
    if (!has_timeval && !name->starts_with("ppoll") && !name->starts_with("pselect6")) return;
    const std::size_t size = has_narrow_times(call) ? narrow_time_size : time_size;
    const auto bytes = call.exit()->memory.at(RemoteAddress{address}, size);
    if (!bytes || bytes->size() < size) return;
    printer.text(", left ");
    if (size == time_size)
        has_timeval ? print_timeval(printer, *bytes) : print_timespec(printer, *bytes);
    else
        has_timeval ? print_narrow_timeval(printer, *bytes) : print_narrow_timespec(printer, *bytes);
}

namespace kinds {

const Kind timespec_in = struct_in<16, print_timespec>;
const Kind timespec_out = struct_out<16, print_timespec>;
const Kind timespec_remaining{.phase = Phase::exit_always, .render = render_remaining<16, print_timespec>, .capture = capture_struct<16>};
/// Read at entry; what is left of it is read at exit and told with the result.
const Kind timespec_left{.render = render_struct_in<16, print_timespec>, .capture = capture_struct<16>, .captured_at_both = true};
const Kind timeval_left{.render = render_struct_in<16, print_timeval>, .capture = capture_struct<16>, .captured_at_both = true};
const Kind utimes_pair = struct_in<32, print_pair<print_utime>>;
const Kind timeval_in = struct_in<16, print_timeval>;
const Kind timeval_out = struct_out<16, print_timeval>;
const Kind timeval_pair = struct_in<32, print_pair<print_dated_timeval>>;
const Kind timezone_in = struct_in<8, print_timezone>;
const Kind timezone_out = struct_out<8, print_timezone>;
const Kind itimerspec_in = struct_in<32, print_timer<print_timespec>>;
const Kind itimerspec_out = struct_out<32, print_timer<print_timespec>>;
const Kind itimerval_in = struct_in<32, print_timer<print_timeval>>;
const Kind itimerval_out = struct_out<32, print_timer<print_timeval>>;
const Kind timex{.phase = Phase::exit,
                 .render = render_struct_out<timex_size, print_timex>,
                 .capture = capture_struct<timex_size>,
                 .captured_at_both = true};
const Kind times = struct_out<32, print_times>;
const Kind utimbuf = struct_in<16, print_utimbuf>;
const Kind time_out = struct_out<8, print_time_value>;
const Kind sigevent = struct_in<sigevent_size, print_sigevent>;
const Kind timer_id{.render = render_timer_id};

namespace compat {

template <std::size_t count, PrintStruct print>
constexpr Kind in = struct_in<count * 4, print_widened<count, std::int32_t, print>>;
template <std::size_t count, PrintStruct print>
constexpr Kind out = struct_out<count * 4, print_widened<count, std::int32_t, print>>;

const Kind timespec_in = in<2, print_timespec>;
const Kind timespec_out = out<2, print_timespec>;
const Kind timespec_remaining{
    .phase = Phase::exit_always, .render = render_remaining<8, print_narrow_timespec>, .capture = capture_struct<8>};
const Kind timespec_left{.render = render_struct_in<8, print_narrow_timespec>, .capture = capture_struct<8>, .captured_at_both = true};
const Kind timeval_left{.render = render_struct_in<8, print_narrow_timeval>, .capture = capture_struct<8>, .captured_at_both = true};
const Kind utimes_pair = in<4, print_pair<print_utime>>;
const Kind timeval_in = in<2, print_timeval>;
const Kind timeval_out = out<2, print_timeval>;
const Kind timeval_pair = in<4, print_pair<print_dated_timeval>>;
const Kind itimerspec_in = in<4, print_timer<print_timespec>>;
const Kind itimerspec_out = out<4, print_timer<print_timespec>>;
const Kind itimerval_in = in<4, print_timer<print_timeval>>;
const Kind itimerval_out = out<4, print_timer<print_timeval>>;
const Kind times = out<4, print_times>;
const Kind utimbuf = in<2, print_utimbuf>;
const Kind time_out = out<1, print_time_value>;

}  // namespace compat

}  // namespace kinds

}  // namespace shimtrace::decoders
