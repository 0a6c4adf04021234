#include "tracer/cli/trace_plan.hpp"

#include "decoders/text/durations.hpp"
#include "tracer/engine/seccomp_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <utility>

namespace shimtrace::cli {

namespace {

/// A column of the table, and what it is sorted by; both are known by the same words.
struct NamedColumn {
    std::string_view name;
    output::SummarySort sort;
    std::optional<output::SummaryColumn> column;
};
constexpr NamedColumn column_names[] = {
    {"time-percent", output::SummarySort::time, output::SummaryColumn::time_percent},
    {"time", output::SummarySort::time, output::SummaryColumn::time_percent},
    {"total-time", output::SummarySort::time, output::SummaryColumn::total_time},
    {"time-total", output::SummarySort::time, output::SummaryColumn::total_time},
    {"min-time", output::SummarySort::min_time, output::SummaryColumn::min_time},
    {"time-min", output::SummarySort::min_time, output::SummaryColumn::min_time},
    {"shortest", output::SummarySort::min_time, output::SummaryColumn::min_time},
    {"max-time", output::SummarySort::max_time, output::SummaryColumn::max_time},
    {"time-max", output::SummarySort::max_time, output::SummaryColumn::max_time},
    {"longest", output::SummarySort::max_time, output::SummaryColumn::max_time},
    {"avg-time", output::SummarySort::avg_time, output::SummaryColumn::avg_time},
    {"time-avg", output::SummarySort::avg_time, output::SummaryColumn::avg_time},
    {"calls", output::SummarySort::calls, output::SummaryColumn::calls},
    {"count", output::SummarySort::calls, output::SummaryColumn::calls},
    {"errors", output::SummarySort::errors, output::SummaryColumn::errors},
    {"error", output::SummarySort::errors, output::SummaryColumn::errors},
    {"name", output::SummarySort::name, output::SummaryColumn::name},
    {"syscall", output::SummarySort::name, output::SummaryColumn::name},
    {"syscall-name", output::SummarySort::name, output::SummaryColumn::name},
    {"nothing", output::SummarySort::nothing, std::nullopt},
    {"none", output::SummarySort::nothing, std::nullopt},
};

struct NamedHex {
    std::string_view name;
    decoders::HexStrings hex;
};
constexpr NamedHex hex_strings[] = {{"none", decoders::HexStrings::none},
                                    {"all", decoders::HexStrings::all},
                                    {"non-ascii", decoders::HexStrings::non_ascii},
                                    {"non-ascii-chars", decoders::HexStrings::escapes}};

/// How many digits of a second's fraction a precision has.
struct NamedPrecision {
    std::string_view name;
    unsigned digits;
};
constexpr NamedPrecision precisions[] = {{"s", 0}, {"ms", 3}, {"us", 6}, {"ns", 9}};

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// strace allows several pids in one -p: "-p 12,13", "-p '12 13'" (as pidof prints them).
Result<std::vector<Pid>> parse_pids(const std::vector<std::string>& texts) {
    std::vector<Pid> pids;
    for (const std::string& text : texts) {
        for (std::size_t start = 0; start < text.size();) {
            const std::size_t end = std::min(text.find_first_of(", \t\n", start), text.size());
            if (end > start) {
                const auto pid = number(std::string_view(text).substr(start, end - start));
                if (!pid || *pid == 0 || *pid > 1U << 22) return fail(fmt::format("-p {}: not a process id", text));
                pids.push_back(Pid{static_cast<std::int32_t>(*pid)});
            }
            start = end + 1;
        }
    }
    return pids;
}

/// strace knows each with underscores, too: total_time.
const NamedColumn* find_column(std::string word) {
    std::ranges::replace(word, '_', '-');
    const auto* found = std::ranges::find(column_names, word, &NamedColumn::name);
    return found == std::end(column_names) ? nullptr : found;
}

std::uint8_t quiet_of(int level) {
    using namespace output;
    constexpr std::uint8_t levels[] = {0, quiet_attach | quiet_personality, quiet_attach | quiet_personality | quiet_exit, 0xff};
    return levels[std::min(level, 3)];
}

Result<void> plan_summary(const TraceOptions& options, output::PrintOptions& print) {
    if (options.summary_only && options.summary) return fail("-c and -C exclude each other");
    if (options.summary_only) print.summary = output::Summary::only;
    if (options.summary) print.summary = output::Summary::both;
    print.wall_clock = options.wall_clock;
    const NamedColumn* sort = find_column(options.sort);
    if (sort == nullptr)
        return fail(fmt::format("-S {}: time, min-time, max-time, avg-time, calls, errors, name or nothing", options.sort));
    print.sort = sort->sort;
    if (!options.columns.empty()) {
        print.columns.clear();
        for (const std::string& word : CLI::detail::split(options.columns, ',')) {
            const NamedColumn* column = find_column(word);
            if (column == nullptr || !column->column) return fail(fmt::format("-U {}: no such column", word));
            print.columns.push_back(*column->column);
        }
        if (std::ranges::find(print.columns, output::SummaryColumn::name) == print.columns.end())
            print.columns.push_back(output::SummaryColumn::name);  // a row without it is of nobody
    }
    const bool in_micros = number(options.overhead).has_value();  // microseconds, as in strace
    const auto overhead = text::parse_duration(in_micros ? options.overhead + "us" : options.overhead);
    if (!overhead) return fail(fmt::format("-O {}: a number of microseconds, or with its unit: s, ms, us, ns", options.overhead));
    print.overhead_ns = overhead->count();
    return {};
}

Result<decoders::RenderStyle> plan_style(const TraceOptions& options) {
    decoders::RenderStyle style;
    const auto limit = number(options.string_limit);
    constexpr std::uint32_t longest = UINT32_MAX / 4;  // a byte is printed as four characters at most
    if (!limit || *limit > longest) return fail(fmt::format("-s {}: a number of bytes", options.string_limit));
    style.string_limit = *limit;
    style.hex = options.hex == 0   ? decoders::HexStrings::none
                : options.hex == 1 ? decoders::HexStrings::non_ascii
                                   : decoders::HexStrings::all;
    if (!options.strings_in_hex.empty()) {
        const auto hex = std::ranges::find(hex_strings, options.strings_in_hex, &NamedHex::name);
        if (hex == std::end(hex_strings))
            return fail(fmt::format("--strings-in-hex={}: none, all, non-ascii or non-ascii-chars", options.strings_in_hex));
        style.hex = hex->hex;
    }
    if (options.constants == "raw")
        style.constants = decoders::Constants::raw;
    else if (options.constants == "verbose")
        style.constants = decoders::Constants::verbose;
    else if (options.constants != "abbrev")
        return fail(fmt::format("-X {}: raw, abbrev or verbose", options.constants));
    style.roles = !options.plain;
    style.fds = options.fds >= 2 || !options.plain ? decoders::FdDecoding::all
                : options.fds == 1                 ? decoders::FdDecoding::paths
                                                   : decoders::FdDecoding::none;

    return style;
}

Result<unsigned> digits_of(std::string_view option, std::string_view precision) {
    const auto known = std::ranges::find(precisions, precision, &NamedPrecision::name);
    if (known == std::end(precisions)) return fail(fmt::format("--{}={}: s, ms, us or ns", option, precision));
    return known->digits;
}

/// "[format:]FORMAT,[precision:]PRECISION", one of them or both.
Result<void> plan_absolute(std::string_view text, output::PrintOptions& print) {
    print.timestamps = output::Timestamps::time;
    print.timestamp_digits = 0;
    for (const std::string& part : CLI::detail::split(std::string(text), ',')) {
        const std::size_t colon = part.find(':');
        const std::string_view key = colon == std::string::npos ? std::string_view{} : std::string_view(part).substr(0, colon);
        const std::string_view word = std::string_view(part).substr(colon == std::string::npos ? 0 : colon + 1);
        const bool is_format = key != "precision" && (word == "none" || word == "time" || word == "unix");
        const auto digits = digits_of("absolute-timestamps", word);
        if (is_format && (key.empty() || key == "format"))
            print.timestamps = word == "none"   ? output::Timestamps::none
                               : word == "time" ? output::Timestamps::time
                                                : output::Timestamps::epoch;
        else if (digits && (key.empty() || key == "precision"))
            print.timestamp_digits = *digits;
        else
            return fail(fmt::format("--absolute-timestamps={}: none, time or unix, and s, ms, us or ns", text));
    }
    return {};
}

Result<void> plan_times(const TraceOptions& options, output::PrintOptions& print) {
    if (options.timestamps > 0) print.timestamps = options.timestamps > 2 ? output::Timestamps::epoch : output::Timestamps::time;
    if (options.timestamps > 1) print.timestamp_digits = 6;
    if (!options.absolute.empty())
        if (auto planned = plan_absolute(options.absolute, print); !planned) return planned;
    print.relative_times = !options.relative.empty();
    print.durations = !options.durations.empty();
    if (print.relative_times) {
        const auto digits = digits_of("relative-timestamps", options.relative);
        if (!digits) return std::unexpected(digits.error());
        print.relative_digits = *digits;
    }
    if (print.durations) {
        const auto digits = digits_of("syscall-times", options.durations);
        if (!digits) return std::unexpected(digits.error());
        print.duration_digits = *digits;
    }
    return {};
}

/// As strace has it: what was typed is compared with arguments, where that leads to with descriptors.
std::vector<std::string> resolve_paths(const std::vector<std::string>& typed, bool quiet) {
    std::vector<std::string> paths = typed;
    for (const std::string& path : typed) {
        std::error_code error;
        const std::string resolved = std::filesystem::canonical(path, error).string();
        if (error || resolved == path) continue;
        if (!quiet) fmt::print(stderr, "shimtrace: Requested path \"{}\" resolved into \"{}\"\n", path, resolved);
        paths.push_back(resolved);
    }
    return paths;
}

/// nullopt: the command's parent, as ever.
Result<std::optional<engine::TracerPlace>> tracer_place(const TraceOptions& options) {
    constexpr std::string_view most = "grandchild, pgroup and session (-D, -DD, -DDD) are what there is";
    int level = options.daemonize;
    if (!options.daemonized.empty()) {
        if (level != 0) return fail("-D and --daemonize exclude each other");
        constexpr std::pair<std::string_view, int> places[] = {{"grandchild", 1}, {"pgroup", 2}, {"pgrp", 2}, {"session", 3}};
        const auto place = std::ranges::find(places, options.daemonized, &std::pair<std::string_view, int>::first);
        if (place == std::end(places)) return fail("--daemonize=" + options.daemonized, 0, std::string(most));
        level = place->second;
    }
    if (level == 0) return std::nullopt;
    if (options.command.empty()) return fail("-D: there is no command", 0, "shimtrace trace -D -- COMMAND");
    constexpr engine::TracerPlace places[] = {engine::TracerPlace::grandchild, engine::TracerPlace::own_group,
                                              engine::TracerPlace::own_session};
    if (level > static_cast<int>(std::size(places))) return fail("-D: too often", 0, std::string(most));
    return places[level - 1];
}

/// What -e and the options that stand for one say, in the order in which they were typed.
Result<Expressions> plan_expressions(const TraceOptions& options) {
    Expressions expressions;
    expressions.quiet = quiet_of(options.quiet);
    if (!options.fd_details.empty())
        if (auto applied = apply_expression(expressions, "decode-fds=" + options.fd_details); !applied)
            return std::unexpected(applied.error());
    if (!options.output.empty() && !options.command.empty()) expressions.quiet |= output::quiet_attach | output::quiet_personality;
    for (const std::string& text : options.expressions)
        if (auto applied = apply_expression(expressions, text); !applied) return std::unexpected(applied.error());
    if (options.plain && expressions.messages_alone != 0) return fail("-e ttrpc, -e grpc, -e nri, -e dbus and --plain exclude each other");
    return expressions;
}

/// What they say of the lines.
void add_expressions(const Expressions& expressions, const TraceOptions& options, output::PrintOptions& print) {
    print.style.pid_comms = expressions.pid_comms;
    print.style.pid_namespaces = expressions.pid_namespaces;
    if (expressions.fd_details) {
        print.style.fds = *expressions.fd_details == 0 && options.plain ? decoders::FdDecoding::none : decoders::FdDecoding::all;
        print.style.fd_details = *expressions.fd_details;
    }
    print.calls = expressions.calls;
    print.abbreviated = expressions.abbreviated;
    print.dereferenced = expressions.dereferenced;
    print.raw = expressions.raw;
    print.dump_read = expressions.dump_read;
    print.dump_written = expressions.dump_written;
    print.signals = expressions.signals;
    print.statuses = expressions.statuses;
    print.quiet = expressions.quiet;
    if (!options.plain && print.summary != output::Summary::only) {
        print.messages = expressions.messages;
        print.messages_alone = expressions.messages_alone;
    }
    if (print.messages_alone != 0 && print.calls.none()) {  // these only: Go's threads come, go and signal each other all the time
        print.quiet |= output::quiet_attach | output::quiet_exit;
        if (print.signals.all()) print.signals.reset();
    }
}

/// All but the prefix of the lines, which hangs on who is traced.
Result<output::PrintOptions> plan_lines(const TraceOptions& options) {
    output::PrintOptions print;
    auto style = plan_style(options);
    if (!style) return std::unexpected(style.error());
    print.style = *style;
    if (auto summary = plan_summary(options, print); !summary) return std::unexpected(summary.error());
    const auto expressions = plan_expressions(options);
    if (!expressions) return std::unexpected(expressions.error());
    add_expressions(*expressions, options, print);
    if (auto times = plan_times(options, print); !times) return std::unexpected(times.error());
    const auto blocked = text::parse_duration(options.blocked);
    if (!blocked) return fail("--blocked " + blocked.error().message());
    print.overdue_after = *blocked;
    print.instruction_pointers = options.pointers;
    print.syscall_numbers = options.numbers;
    print.stacks = options.stacks;
    print.column = options.column;
    print.paths = resolve_paths(options.paths, (print.quiet & output::quiet_path_resolution) != 0);
    print.plain = options.plain;
    return print;
}

/// What the engine has to capture for these lines.
void add_captures(const TraceOptions& options, const output::PrintOptions& print, engine::TraceRequest& request) {
    request.calls = print.calls;
    if (print.messages_alone != 0) add_message_calls(request.calls, native_arch);
    request.signals = print.signals;
    request.capture_stacks = options.stacks;
    request.resolve_descriptors = print.style.fds != decoders::FdDecoding::none || !print.paths.empty();
    request.task_names = print.style.pid_comms;
    request.instruction_pointers = options.pointers;
    request.system_times = print.summary != output::Summary::none && !options.wall_clock;
    request.limits.payload_bytes = print.dump_read.any() || print.dump_written.any() ? most_dumped_bytes : print.style.string_limit;
    const bool in_full = !print.abbreviated.of(native_arch).all();
    request.limits.array_elements = in_full ? most_listed : std::max<std::uint32_t>(32, print.style.string_limit);
    request.limits.environment = in_full;
    if (print.messages != 0 || print.messages_alone != 0) request.limits.message_bytes = most_message_bytes;
    request.blocked_after = options.plain ? Nanoseconds{} : print.overdue_after;
}

/// Whether the kernel is to skip the calls that are not asked for.
bool filters_calls(const TraceOptions& options, const TracePlan& plan) {
    const engine::TraceRequest& request = plan.session.request;
    if (plan.tracer) return false;             // under -D the command's process waits already, without one
    if (request.detach_on_exec) return false;  // who is let go would keep the filter, and its calls would fail
    if (options.no_seccomp || options.command.empty() || !request.follow) return false;
    return options.seccomp || (!plan.print.calls.of(native_arch).all() && engine::filter_takes_no_privileges());
}

}  // namespace

Result<TracePlan> plan_trace(const TraceOptions& options) {
    auto print = plan_lines(options);
    if (!print) return std::unexpected(print.error());
    TracePlan plan{.print = std::move(*print), .place = {}, .tracer = {}, .session = {}};

    const bool follow = options.follow > 0 || (!options.targets.empty() && !options.no_follow);
    const bool separate = (options.follow > 1 || options.separate) && !options.output.empty();
    if (separate && plan.print.summary != output::Summary::none) return fail("-c and -ff exclude each other");
    plan.place = {
        .path = options.output, .append = options.append, .separate = separate, .notices_apart = options.plain && !options.output.empty()};
    auto pids = parse_pids(options.pids);
    if (!pids) return std::unexpected(pids.error());
    const bool several = follow || pids->size() + (options.command.empty() ? 0 : 1) > 1;
    plan.print.prefix = separate                             ? output::PidPrefix::none
                        : !options.output.empty() && several ? output::PidPrefix::column
                                                             : output::PidPrefix::bracketed;
    auto tracer = tracer_place(options);
    if (!tracer) return std::unexpected(tracer.error());
    plan.tracer = *tracer;
    if (plan.tracer && options.seccomp)
        return fail("-D and --seccomp-bpf exclude each other", 0, "under -D the command's process waits already, without a filter");

    plan.session.pids = std::move(*pids);
    plan.session.roles = !options.plain;
    plan.session.interruptible =
        options.interruptible != "3" && options.interruptible != "4" && !options.interruptible.starts_with("never");
    engine::TraceRequest& request = plan.session.request;
    request.command = options.command;
    request.environment_changes = options.environment;
    request.follow = follow;
    request.colocate = options.colocate;
    request.detach_on_exec = !options.detach_on.empty();
    add_captures(options, plan.print, request);
    request.seccomp_filter = filters_calls(options, plan);
    return plan;
}

}  // namespace shimtrace::cli
