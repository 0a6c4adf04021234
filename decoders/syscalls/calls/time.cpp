// Times, clocks and timers, and the times of files.
#include "decoders/constants/file.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/compat.hpp"
#include "decoders/syscalls/epoll_event.hpp"
#include "decoders/syscalls/results.hpp"
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

void print_clock_ticks(Printer& printer, std::int64_t ticks) {
    ticks < 0 ? printer.decimal(ticks) : printer.clock_ticks(static_cast<std::uint64_t>(ticks));
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

constexpr std::size_t sigevent_size = 32;  // as far as anything is said in it
void print_sigevent(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::uint32_t none = 1, thread = 2, last = 4, thread_id = 4;
    const auto notify = value_at<std::uint32_t>(bytes, 12);
    Fields fields(printer);
    if (value_at<std::uint64_t>(bytes, 0) != 0) {
        Printer& value = fields("sigev_value");
        Fields inner(value);
        inner("sival_int").decimal(value_at<std::int32_t>(bytes, 0));
        inner("sival_ptr").address(value_at<std::uint64_t>(bytes, 0));
    }
    if (notify == none || notify > last) {
        fields("sigev_signo").unsigned_decimal(value_at<std::uint32_t>(bytes, 8));
    } else {
        fields("sigev_signo").signal(value_at<std::uint32_t>(bytes, 8));
    }
    fields("sigev_notify").constant(sigev_notifies, notify);
    if (notify == thread_id) fields("sigev_notify_thread_id").pid(value_at<std::int32_t>(bytes, 16));
    if (notify == thread) {
        fields("sigev_notify_function").address(value_at<std::uint64_t>(bytes, 16));
        fields("sigev_notify_attributes").address(value_at<std::uint64_t>(bytes, 24));
    }
}

}  // namespace

void print_time(Printer& printer, std::int64_t seconds, std::int64_t fraction, std::string_view fraction_name) {
    Fields fields(printer);
    fields("tv_sec").decimal(seconds);
    fields(fraction_name).unsigned_decimal(static_cast<std::uint64_t>(fraction));  // as the kernel takes it
}

void print_timespec(Printer& printer, std::span<const std::byte> bytes) {
    print_time(printer, value_at<std::int64_t>(bytes, 0), value_at<std::int64_t>(bytes, 8), "tv_nsec");
}

void print_timeval(Printer& printer, std::span<const std::byte> bytes) {
    print_time(printer, value_at<std::int64_t>(bytes, 0), value_at<std::int64_t>(bytes, 8), "tv_usec");
}

std::string calendar_time(std::int64_t seconds, std::int64_t nanoseconds, unsigned fraction_digits) {
    constexpr std::int64_t most_seconds = 253402300799;   // the end of the year 9999
    constexpr std::int64_t least_seconds = -62135596800;  // the beginning of the year 1
    if (seconds < least_seconds || seconds > most_seconds || nanoseconds < 0 || nanoseconds > 999'999'999) return {};
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

/// Seconds and their fractions, by turns: the first have a sign.
template <std::size_t count, PrintStruct print>
static void print_widened_times(Printer& printer, std::span<const std::byte> bytes) {
    std::array<std::uint64_t, count> wide;
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = value_at<std::int32_t>(bytes, i * sizeof(std::int32_t));
        wide[i] = i % 2 != 0 ? static_cast<std::uint32_t>(number) : static_cast<std::uint64_t>(std::int64_t{number});
    }
    print(printer, std::as_bytes(std::span(wide)));
}

void print_narrow_timespec(Printer& printer, std::span<const std::byte> bytes) {
    print_widened_times<2, print_timespec>(printer, bytes);
}

namespace {

constexpr std::size_t narrow_time_size = 8;

void print_narrow_timeval(Printer& printer, std::span<const std::byte> bytes) {
    print_widened_times<2, print_timeval>(printer, bytes);
}

bool has_narrow_times(const Call& call) {
    const auto name = syscall_name(call.enter().arch, call.enter().number);
    return is_32_bit(call.enter().arch) && name && !has_wide_times(*name);
}

}  // namespace

void print_time_left(Printer& printer, unsigned index, bool follows) {
    const Call& call = printer.call();
    const std::uint64_t address = call.argument(index);
    const auto name = syscall_name(call.enter().arch, call.enter().number);
    if (address == 0 || !name) return;
    const bool has_timeval = name->ends_with("select");
    if (!has_timeval && !name->starts_with("ppoll") && !name->starts_with("pselect6")) return;
    const std::size_t size = has_narrow_times(call) ? narrow_time_size : time_size;
    const auto bytes = call.exit()->memory.at(RemoteAddress{address}, size);
    if (!bytes || bytes->size() < size) return;
    printer.text(follows ? ", left " : "left ");
    if (size == time_size)
        has_timeval ? print_timeval(printer, *bytes) : print_timespec(printer, *bytes);
    else
        has_timeval ? print_narrow_timeval(printer, *bytes) : print_narrow_timespec(printer, *bytes);
}

namespace results {

void date(Printer& printer) {
    printer.decimal(printer.call().result());
    const std::string text = calendar_time(printer.call().result(), 0, 0);
    if (!text.empty()) printer.text(" (" + text + ")");
}
void adjtimex(Printer& printer) {
    printer.decimal(printer.call().result());
    printer.text(" (");
    printer.constant(adjtimex_states, static_cast<std::uint64_t>(printer.call().result()));
    printer.put(')');
}

}  // namespace results

namespace types {

template <std::size_t count, PrintStruct print>
constexpr ArgumentType narrow_in = struct_in<count * 4, print_widened<count, std::int32_t, print>>;
template <std::size_t count, PrintStruct print>
constexpr ArgumentType narrow_out = struct_out<count * 4, print_widened<count, std::int32_t, print>>;
template <std::size_t count, PrintStruct print>
constexpr ArgumentType narrow_times_in = struct_in<count * 4, print_widened_times<count, print>>;
template <std::size_t count, PrintStruct print>
constexpr ArgumentType narrow_times_out = struct_out<count * 4, print_widened_times<count, print>>;
static constexpr ArgumentType compat_timespec_in = narrow_times_in<2, print_timespec>;
static constexpr ArgumentType compat_timespec_out = narrow_times_out<2, print_timespec>;
static constexpr ArgumentType compat_timespec_remaining{
    .phase = Phase::exit_always, .render = render_remaining<8, print_narrow_timespec>, .capture = capture_struct<8>};
static constexpr ArgumentType compat_timespec_left{
    .render = render_struct_in<8, print_narrow_timespec>, .capture = capture_struct<8>, .captured_at_both = true};
static constexpr ArgumentType compat_timeval_left{
    .render = render_struct_in<8, print_narrow_timeval>, .capture = capture_struct<8>, .captured_at_both = true};
static constexpr ArgumentType compat_utimes_pair = narrow_in<4, print_pair<print_utime>>;
static constexpr ArgumentType compat_timeval_in = narrow_times_in<2, print_timeval>;
static constexpr ArgumentType compat_timeval_out = narrow_times_out<2, print_timeval>;
static constexpr ArgumentType compat_timeval_pair = narrow_times_in<4, print_pair<print_dated_timeval>>;
static constexpr ArgumentType compat_itimerspec_in = narrow_times_in<4, print_timer<print_timespec>>;
static constexpr ArgumentType compat_itimerspec_out = narrow_times_out<4, print_timer<print_timespec>>;
static constexpr ArgumentType compat_itimerval_in = narrow_times_in<4, print_timer<print_timeval>>;
static constexpr ArgumentType compat_itimerval_out = narrow_times_out<4, print_timer<print_timeval>>;
static constexpr ArgumentType compat_times = narrow_out<4, print_times>;
static constexpr ArgumentType compat_utimbuf = narrow_in<2, print_utimbuf>;
static constexpr ArgumentType compat_time_out = narrow_out<1, print_time_value>;
static constexpr ArgumentType timespec_remaining{.phase = Phase::exit_always,
                                                 .render = render_remaining<16, print_timespec>,
                                                 .capture = capture_struct<16>,
                                                 .compat = &compat_timespec_remaining,
                                                 .compat64 = &same};
static constexpr ArgumentType timeval_in = in_32_bits(struct_in<16, print_timeval>, &compat_timeval_in);
static constexpr ArgumentType timeval_out = in_32_bits(struct_out<16, print_timeval>, &compat_timeval_out);
static constexpr ArgumentType timezone_in = in_32_bits(struct_in<8, print_timezone>, &same);
static constexpr ArgumentType timezone_out = in_32_bits(struct_out<8, print_timezone>, &same);
static constexpr ArgumentType itimerval_in = in_32_bits(struct_in<32, print_timer<print_timeval>>, &compat_itimerval_in);
static constexpr ArgumentType itimerval_out = in_32_bits(struct_out<32, print_timer<print_timeval>>, &compat_itimerval_out);
static constexpr ArgumentType timex{.phase = Phase::exit,
                                    .render = render_struct_out<timex_size, print_timex>,
                                    .capture = capture_struct<timex_size>,
                                    .captured_at_both = true,
                                    .compat = &address,
                                    .compat64 = &same};
static constexpr ArgumentType times = in_32_bits(struct_out<32, print_times>, &compat_times);
static constexpr ArgumentType time_out = in_32_bits(struct_out<8, print_time_value>, &compat_time_out);
const ArgumentType timespec_in = in_32_bits(struct_in<16, print_timespec>, &compat_timespec_in, &same);
const ArgumentType timespec_out = in_32_bits(struct_out<16, print_timespec>, &compat_timespec_out, &same);
/// Read at entry; what is left of it is read at exit and told with the result.
const ArgumentType timespec_left{.render = render_struct_in<16, print_timespec>,
                                 .capture = capture_struct<16>,
                                 .captured_at_both = true,
                                 .compat = &compat_timespec_left,
                                 .compat64 = &same};
const ArgumentType timeval_left{
    .render = render_struct_in<16, print_timeval>, .capture = capture_struct<16>, .captured_at_both = true, .compat = &compat_timeval_left};
static constexpr ArgumentType utimes_pair = in_32_bits(struct_in<32, print_pair<print_utime>>, &compat_utimes_pair, &same);
static constexpr ArgumentType timeval_pair = in_32_bits(struct_in<32, print_pair<print_dated_timeval>>, &compat_timeval_pair);
const ArgumentType itimerspec_in = in_32_bits(struct_in<32, print_timer<print_timespec>>, &compat_itimerspec_in, &same);
const ArgumentType itimerspec_out = in_32_bits(struct_out<32, print_timer<print_timespec>>, &compat_itimerspec_out, &same);
static constexpr ArgumentType utimbuf = in_32_bits(struct_in<16, print_utimbuf>, &compat_utimbuf);
const ArgumentType sigevent = in_32_bits(struct_in<sigevent_size, print_sigevent>, &address);

}  // namespace types

using namespace arguments;

static constexpr SyscallRow time_table[] = {
    {"time", class_clock, {of("tloc", types::time_out)}, results::date},
    {"gettimeofday", class_clock, {of("tv", types::timeval_out), of("tz", types::timezone_out)}},
    {"settimeofday", class_clock, {of("tv", types::timeval_in), of("tz", types::timezone_in)}},
    {"times", 0, {of("buf", types::times)}, results::unsigned_number},
    {"nanosleep", 0, {of("req", types::timespec_in), of("rem", types::timespec_remaining)}, {.waits = {sleeps}}},
    {"clock_gettime", class_clock, {constant("clockid", clock_names), of("tp", types::timespec_out)}},
    {"clock_settime", class_clock, {constant("clockid", clock_names), of("tp", types::timespec_in)}},
    {"clock_getres", class_clock, {constant("clockid", clock_names), of("res", types::timespec_out)}},
    {"clock_nanosleep",
     0,
     {constant("clockid", clock_names), flags("flags", timer_flags), of("request", types::timespec_in),
      of("remain", types::timespec_remaining)},
     {.waits = {sleeps}}},
    {"clock_adjtime", class_clock, {constant("clockid", clock_names), of("tx", types::timex)}, results::adjtimex},
    {"adjtimex", class_clock, {of("buf", types::timex)}, results::adjtimex},
    {"alarm", 0, {count("seconds")}},
    {"getitimer", 0, {constant("which", timer_kinds), of("curr_value", types::itimerval_out)}},
    {"setitimer", 0, {constant("which", timer_kinds), of("new_value", types::itimerval_in), of("old_value", types::itimerval_out)}},
    {"timer_create", 0, {constant("clockid", clock_names), of("sevp", types::sigevent), of("timerid", types::out_int32)}},
    {"timer_settime",
     0,
     {number("timerid"), flags("flags", timer_flags), of("new_value", types::itimerspec_in), of("old_value", types::itimerspec_out)}},
    {"timer_gettime", 0, {number("timerid"), of("curr_value", types::itimerspec_out)}},
    {"timer_getoverrun", 0, {number("timerid")}},
    {"timer_delete", 0, {number("timerid")}},
    {"utime", class_file, {path("filename"), of("times", types::utimbuf)}},
    {"utimes", class_file, {path("filename"), of("times", types::timeval_pair)}},
    {"futimesat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), of("times", types::timeval_pair)}},
    {"utimensat",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), of("times", types::utimes_pair), flags("flags", at_flags)}},
};

constinit const std::span<const SyscallRow> time_rows = time_table;

}  // namespace shimtrace::decoders
