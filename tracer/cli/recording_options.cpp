#include "tracer/cli/recording_options.hpp"

#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"
#include "decoders/text/shell_quoted.hpp"
#include "tracer/cli/progress_line.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <memory>
#include <utility>

namespace shimtrace::cli {

namespace {

Result<void> set_duration(const std::string& text, const char* option, std::optional<Nanoseconds>& into) {
    if (text.empty()) return {};
    const auto value = text::parse_duration(text);
    if (!value) return fail(fmt::format("{} {}", option, value.error().what), 0, value.error().hint);
    into = *value;
    return {};
}

Result<void> set_size(const std::string& text, const char* option, std::uint64_t& into) {
    if (text.empty()) return {};
    const auto value = parse_size(text);
    if (!value) return fail(fmt::format("{} {}", option, value.error().what), 0, value.error().hint);
    into = *value;
    return {};
}

std::string number_of(std::uint64_t number, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", number, number == 1 ? one : many);
}

/// "(2 processes, 12 s, 2 snapshots, who woke whom)"
std::string holdings(const session::RecordingEnd& end) {
    std::string text = "(" + number_of(end.processes, "process", "processes");
    text += ", " + text::duration_in_words(std::chrono::duration<double>(end.lasted).count());
    if (end.snapshots != 0) text += ", " + number_of(end.snapshots, "snapshot", "snapshots");
    if (end.scheduling != 0) text += ", who woke whom";
    return text + ")";
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    constexpr std::pair<std::string_view, unsigned> units[] = {{"", 0},     {"k", 10}, {"K", 10}, {"KiB", 10}, {"m", 20}, {"M", 20},
                                                               {"MiB", 20}, {"g", 30}, {"G", 30}, {"GiB", 30}, {"T", 40}};
    const auto known = std::ranges::find(units, unit, &std::pair<std::string_view, unsigned>::first);
    if (error != std::errc{} || known == std::end(units) || value > (std::uint64_t{1} << 62 >> known->second))
        return fail(fmt::format("'{}' is not a size", text), 0, "4096, 512K, 64M, 1G");
    return value << known->second;
}

void add_file_options(CLI::App& app, RecordingOptions& options) {
    app.add_flag("--force", options.force, "overwrite an existing recording");
    app.add_option("--payload", options.payload, "bytes kept of each buffer (256; 0: none)")->type_name("BYTES");
    app.add_flag("--redact", options.redact, "leave out buffers and environments; lengths and targets are kept");
    app.add_flag("--no-snapshots", options.no_snapshots, "no snapshots of the host, at start and end or otherwise");
    app.add_flag("--sched", options.scheduling,
                 "who woke whom and who ran when as well, of the whole host, for Perfetto's critical path and stat (CAP_PERFMON)");
}

void add_recorder_options(CLI::App& app, RecordingOptions& options) {
    app.add_option("--ring", options.ring, "flight recorder: keep the last SIZE in memory, written at the end and on SIGUSR1")
        ->type_name("SIZE");
    app.add_option("--duration", options.duration, "end after that time")->type_name("TIME");
    app.add_option("--until-blocked", options.until_blocked, "end the moment that a call has blocked for that long")->type_name("TIME");
    app.add_option("--max-size", options.max_size, "begin a new file after SIZE: FILE becomes FILE.1")->type_name("SIZE");
    app.add_option("--max-files", options.max_files, "files kept with --max-size (2)");
    app.add_option("--snapshot-every", options.snapshot_every, "a snapshot of the host each time that passes")->type_name("TIME");
    app.add_option("--on-overrun", options.on_overrun, "where the disk cannot keep up: wait (up to 10 ms, then drop) or drop")
        ->check(CLI::IsMember({"wait", "drop"}));
}

Result<session::RecordingPlan> plan_recording(const RecordingOptions& options, const Globals& globals,
                                              const std::vector<std::string>& targets, TracePlan& trace) {
    session::RecordingPlan plan;
    plan.path = options.path;
    plan.about.run_dir = globals.run_dir;
    plan.about.targets = targets;
    plan.snapshots = !options.no_snapshots;
    plan.writer.force = options.force;
    plan.writer.redact = options.redact;
    if (plan.snapshots) {
        plan.versions = std::make_shared<containerd::SessionVersions>();
        plan.writer.complete_host = [versions = plan.versions](HostInfo& host) { versions->complete(host); };
        // Printed as JSON lines, too, a session says what its file says.
        if (globals.json) trace.session.complete_host = plan.writer.complete_host;
        plan.shows_last = globals.json;
    }
    plan.writer.on_overrun = options.on_overrun == "drop" ? recording::OnOverrun::drop : recording::OnOverrun::wait;
    for (const auto& set :
         {set_duration(options.duration, "--duration", plan.duration),
          set_duration(options.snapshot_every, "--snapshot-every", plan.snapshot_every),
          set_duration(options.until_blocked, "--until-blocked", plan.until_blocked),
          set_size(options.ring, "--ring", plan.writer.ring_bytes), set_size(options.max_size, "--max-size", plan.writer.max_bytes)})
        if (!set) return std::unexpected(set.error());
    const auto files = parse_size(options.max_files);
    if (!files || *files == 0 || *files > 10000) return fail("--max-files " + options.max_files + ": a number of files");
    plan.writer.max_files = static_cast<std::uint32_t>(*files);
    if (plan.writer.ring_bytes != 0 && options.path == "-") return fail("--ring needs a file: -o FILE");

    if (options.scheduling) {
        // Optional: the calls are worth recording without.
        auto opened = host::SchedulerEvents::open();
        if (opened)
            plan.scheduler = std::move(*opened);
        else
            report({.what = "--sched: " + opened.error().message() + "; recorded without"}, exit_done);
    }

    std::uint64_t payload = 0;
    if (auto set = set_size(options.payload, "--payload", payload); !set) return std::unexpected(set.error());
    engine::TraceRequest& request = trace.session.request;
    request.limits.payload_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(payload, 1 << 20));
    if (payload == 256) request.limits.payload_bytes = std::max(request.limits.payload_bytes, trace.print.style.string_limit);
    request.limits.redact = options.redact;
    // Messages are of use only whole, unless fewer bytes of everything are asked for than by default.
    request.limits.message_bytes = payload < 256 ? 0 : most_message_bytes;
    request.limits.environment = !options.redact;
    request.resolve_descriptors = true;
    request.instruction_pointers = true;
    request.system_times = true;
    if (plan.until_blocked) request.blocked_after = *plan.until_blocked;
    plan.attached = request.attach;
    for (const Tid tid : request.attach_threads) plan.attached.emplace_back(tid.value);
    for (const Pid pid : trace.session.pids) plan.about.targets.push_back(std::to_string(pid.value));
    return plan;
}

void print_progress(const session::RecordingProgress& progress) {
    std::string line =
        fmt::format("{} events, {:.0f}/s, {}", progress.counts.events, progress.events_per_second, size_text(progress.counts.bytes));
    if (progress.counts.dropped != 0) line += fmt::format(", {} dropped", progress.counts.dropped);
    if (progress.blocked != 0)
        line += fmt::format(", {} blocked: {} of {} for {:.0f} s", progress.blocked, progress.longest.call, progress.longest.tid.value,
                            std::chrono::duration<double>(progress.longest.blocked).count());
    overwrite_line(line);
}

void report_recording(const session::RecordingPlan& plan, const session::RecordingEnd& end) {
    const recording::WriterCounts& counts = end.counts;
    if (end.failure) {
        if (plan.progress) overwrite_line({});
        Error error = *end.failure;
        if (counts.dropped != 0) {
            if (!error.hint.empty()) error.hint += "; ";
            error.hint += fmt::format("{} of {} events are missing", counts.dropped, counts.dropped + counts.events);
        }
        report(error, exit_failed);
    } else if (plan.progress) {
        overwrite_line({});
        fmt::print(stderr, "shimtrace: {} events, {} in {} {}{}\n", counts.events, size_text(counts.bytes), text::printable(plan.path),
                   holdings(end), counts.dropped == 0 ? std::string() : fmt::format(", {} dropped", counts.dropped));
        const std::string file = text::shell_quoted(plan.path);
        fmt::print(stderr, "shimtrace: next: {1}shimtrace replay {0}, shimtrace export {0} --to html -o {0}.html\n", file,
                   end.snapshots != 0 ? fmt::format("shimtrace why {}, ", file) : std::string());
    } else if (counts.dropped != 0) {
        fmt::print(stderr, "shimtrace: {} of {} events were dropped: {} could not keep up\n", counts.dropped,
                   counts.dropped + counts.events, plan.path == "-" ? "standard output" : plan.path);
    } else if (plan.tells && plan.path != "-") {
        fmt::print(stderr, "shimtrace: {} events, {} in {} {}: shimtrace {} {}\n", counts.events, size_text(counts.bytes),
                   text::printable(plan.path), holdings(end), end.snapshots != 0 ? "why" : "replay", text::shell_quoted(plan.path));
    }
}

}  // namespace shimtrace::cli
