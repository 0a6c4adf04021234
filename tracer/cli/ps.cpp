// shimtrace ps: every container, as runc, its shim and the kernel see it, and the runtime's commands at work on it.
#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"
#include "decoders/text/timestamps.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/interruption.hpp"
#include "tracer/cli/progress_line.hpp"
#include "tracer/cli/terminal_width.hpp"
#include "tracer/cli/verdict_code.hpp"
#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/listing.hpp"
#include "tracer/output/json/why_json.hpp"
#include "tracer/output/text/why_text.hpp"
#include "tracer/session/diagnose_live.hpp"

#include <shimtrace/namesakes.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <thread>

namespace shimtrace::cli {

namespace {

using containerd::ListedContainer;
using containerd::ListedRuntime;

struct PsOptions {
    bool wide = false, no_trunc = false, exit_code = false;
    std::string sort = "namespace", ns, watch;
    Nanoseconds period{};  ///< between two printings; 0: there is one
};

/// Everything that one printing shows.
struct Picture {
    Snapshot snapshot;
    std::vector<ListedContainer> rows;
    std::vector<std::string> notes;  ///< what is missing, and why
    std::vector<Limit> limits;
    int verdict = exit_done;
};

/// --sort's words; ties keep the order by namespace and id.
using Before = bool (*)(const ListedContainer&, const ListedContainer&);
struct SortKey {
    std::string_view name;
    Before before;
};
constexpr SortKey sort_keys[] = {
    {"namespace", [](const ListedContainer& a, const ListedContainer& b) { return a.container < b.container; }},
    {"id", [](const ListedContainer& a, const ListedContainer& b) { return a.container.id < b.container.id; }},
    {"age", [](const ListedContainer& a, const ListedContainer& b) { return a.age_s.value_or(-1) > b.age_s.value_or(-1); }},
    {"processes", [](const ListedContainer& a, const ListedContainer& b) { return a.processes > b.processes; }},
    {"state", [](const ListedContainer& a, const ListedContainer& b) { return a.state < b.state; }},
    {"waits", [](const ListedContainer& a, const ListedContainer& b) { return a.waits < b.waits; }},
    {"shim", [](const ListedContainer& a, const ListedContainer& b) { return a.shim < b.shim; }},
    {"init", [](const ListedContainer& a, const ListedContainer& b) { return a.init < b.init; }},
};

/// A pod that is being made, or taken down: no shim tells of it, but a daemon's call.
ListedContainer pod_without_shim(const Diagnosis& diagnosis) {
    const DiagnosedTarget& target = diagnosis.target;
    ListedContainer row{.container = target.container, .pod_namespace = target.pod_namespace, .pod = target.pod, .name = target.name};
    if (row.container.name.empty()) row.container.name = fmt::format("{}/{}", target.pod_namespace, target.pod);
    row.runc_state = "unknown";
    row.shim_state = "none";
    row.kernel_state = "gone";
    row.state = "no shim";
    if (!diagnosis.calls.empty()) row.waits = diagnosis.calls.front().method;
    return row;
}

/// What why says of each container goes into its row: the cause's word where it is stuck, and since when. The rows are sorted by container;
/// pods without a shim come behind them.
void add_verdicts(std::vector<ListedContainer>& rows, const std::vector<Diagnosis>& diagnoses) {
    const auto take = [](ListedContainer& row, const Diagnosis& diagnosis) {
        row.waits_since_s = diagnosis.since_s;
        row.stuck = diagnosis.stuck;
        row.decided = diagnosis.decided;
        if (diagnosis.stuck || !diagnosis.decided) row.waits = diagnosis.cause;
    };
    std::vector<ListedContainer> pods;
    for (const Diagnosis& diagnosis : diagnoses) {
        const auto named = std::ranges::equal_range(rows, diagnosis.target.container, {}, &ListedContainer::container);
        const auto row = std::ranges::find_if(named, [&](const ListedContainer& each) {
            const bool same_shim = diagnosis.target.role != "shim" || !each.shim || each.shim == diagnosis.target.pid;
            const bool same_place =
                diagnosis.target.place.empty() || (each.files != nullptr && place_of_state(*each.files) == diagnosis.target.place);
            return same_shim && same_place;
        });
        if (row != named.end())
            take(*row, diagnosis);
        else if (!diagnosis.target.pod.empty() && !diagnosis.calls.empty())
            take(pods.emplace_back(pod_without_shim(diagnosis)), diagnosis);
    }
    rows.insert(rows.end(), std::make_move_iterator(pods.begin()), std::make_move_iterator(pods.end()));
}

/// What `why` sees and says of everything.
Picture picture_of(session::DiagnosisResult seen, const std::string& ns) {
    Picture picture;
    picture.verdict = verdict_code(seen);
    picture.limits = std::move(seen.limits);
    picture.snapshot = std::move(seen.snapshot);
    picture.rows = containerd::list_containers(picture.snapshot);
    std::erase_if(picture.rows, [&](const ListedContainer& row) {
        return row.files != nullptr ? !containerd::is_in_namespace(*row.files, ns) : !ns.empty() && row.container.ns != ns;
    });
    add_verdicts(picture.rows, seen.diagnoses);
    for (const Limit& limit : picture.limits) picture.notes.push_back("not seen: " + output::limit_text(limit));
    for (const std::string& gap : picture.snapshot.read_errors) picture.notes.push_back(gap);
    return picture;
}

std::string spoken_age(std::optional<double> seconds) {
    if (!seconds) return "-";
    const auto s = static_cast<std::int64_t>(*seconds);
    if (s < 60) return fmt::format("{}s", s);
    if (s < 3600) return fmt::format("{}m{:02}s", s / 60, s % 60);
    if (s < 86400) return fmt::format("{}h{:02}m", s / 3600, s / 60 % 60);
    return fmt::format("{}d{:02}h", s / 86400, s / 3600 % 24);
}

std::string spoken_pid(Pid pid) {
    return pid ? std::to_string(pid.value) : "-";
}

std::string short_id(const std::string& id, bool whole) {
    const std::string safe = text::printable(id);
    if (whole || safe.size() <= 32) return safe;
    if (safe.size() == 64 && safe.find_first_not_of("0123456789abcdef") == safe.npos) return safe.substr(0, 12);
    return safe.substr(0, 29) + "...";
}

std::string name_of(const ListedContainer& row) {
    return text::printable(row.container.name.empty() ? "-" : row.container.name);
}

std::string spoken_runtimes(const ListedContainer& row) {
    std::string text;
    for (const ListedRuntime& runtime : row.runtimes) {
        if (!text.empty()) text += ", ";
        text += fmt::format("{}[{}] {}", text::printable(runtime.comm), runtime.pid.value, text::printable(runtime.operation));
        if (!runtime.exec_id.empty()) text += " " + text::printable(runtime.exec_id);
        text += " " + spoken_age(runtime.age_s);
        if (runtime.state == ProcessState::stopped) text += " (stopped)";
    }
    return text.empty() ? "-" : text;
}

struct Column {
    std::string_view title;
    std::string (*text)(const ListedContainer&, const PsOptions&);
};

std::string file_text(const ListedContainer& row, const std::string ContainerFiles::*field) {
    return row.files == nullptr || (row.files->*field).empty() ? "-" : text::printable(row.files->*field);
}

const std::vector<Column>& plain_columns() {
    static const std::vector<Column> columns = {
        {"NAMESPACE",
         [](const ListedContainer& row, const PsOptions&) { return row.container.ns.empty() ? "-" : text::printable(row.container.ns); }},
        {"ID", [](const ListedContainer& row, const PsOptions& options) { return short_id(row.container.id, options.no_trunc); }},
        {"POD/CONTAINER", [](const ListedContainer& row, const PsOptions&) { return name_of(row); }},
        {"SHIM", [](const ListedContainer& row, const PsOptions&) { return spoken_pid(row.shim); }},
        {"INIT", [](const ListedContainer& row, const PsOptions&) { return spoken_pid(row.init); }},
        {"STATE", [](const ListedContainer& row, const PsOptions&) { return row.state; }},
        {"AGE", [](const ListedContainer& row, const PsOptions&) { return spoken_age(row.age_s); }},
        {"PROCS", [](const ListedContainer& row, const PsOptions&) { return std::to_string(row.processes); }},
        {"WAITS", [](const ListedContainer& row, const PsOptions&) { return row.waits.empty() ? "-" : row.waits; }},
        {"SINCE", [](const ListedContainer& row, const PsOptions&) { return spoken_age(row.waits_since_s); }},
        {"RUNTIME", [](const ListedContainer& row, const PsOptions&) { return spoken_runtimes(row); }},
    };
    return columns;
}

const std::vector<Column>& wide_columns() {
    static const std::vector<Column> columns = {
        {"CGROUP", [](const ListedContainer& row, const PsOptions&) { return file_text(row, &ContainerFiles::cgroup); }},
        {"RUNC ROOT", [](const ListedContainer& row, const PsOptions&) { return file_text(row, &ContainerFiles::runc_root); }},
        {"BUNDLE", [](const ListedContainer& row, const PsOptions&) { return file_text(row, &ContainerFiles::bundle); }},
        {"CONTAINERD", [](const ListedContainer& row, const PsOptions&) { return file_text(row, &ContainerFiles::containerd_address); }},
    };
    return columns;
}

/// How many columns a terminal of that width has room for; all where it is none.
std::size_t columns_within(const std::vector<std::size_t>& widths, const std::optional<std::size_t>& terminal) {
    std::size_t used = 0, fitting = 0;
    while (fitting < widths.size() && (!terminal || used + widths[fitting] <= *terminal)) used += widths[fitting++] + 2;
    return std::max<std::size_t>(fitting, 1);
}

/// The columns that had no room, below their row: "waits healthy, since 3m". What says nothing is left out.
std::string folded(const std::vector<std::string>& titles, const std::vector<std::string>& line, std::size_t from) {
    std::string text;
    for (std::size_t n = from; n < line.size(); ++n) {
        if (line[n] == "-") continue;
        std::string title = titles[n];
        std::ranges::transform(title, title.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        text += fmt::format("{}{} {}", text.empty() ? "    " : ", ", title, line[n]);
    }
    return text.empty() ? text : text + '\n';
}

std::string table(const Picture& picture, const PsOptions& options) {
    std::vector<Column> columns = plain_columns();
    const bool pods = std::ranges::any_of(picture.rows, [](const ListedContainer& row) { return !row.pod.empty() || !row.name.empty(); });
    if (!pods && !options.wide) std::erase_if(columns, [](const Column& column) { return column.title == "POD/CONTAINER"; });
    if (options.wide) columns.insert(columns.end(), wide_columns().begin(), wide_columns().end());

    std::vector<std::vector<std::string>> cells(1);
    for (const Column& column : columns) cells[0].emplace_back(column.title);
    for (const ListedContainer& row : picture.rows) {
        std::vector<std::string>& line = cells.emplace_back();
        for (const Column& column : columns) line.push_back(column.text(row, options));
    }
    std::vector<std::size_t> widths(columns.size());
    for (const auto& line : cells) {
        for (std::size_t n = 0; n < line.size(); ++n) widths[n] = std::max(widths[n], line[n].size());
    }
    const std::size_t fitting = columns_within(widths, terminal_width(STDOUT_FILENO));
    std::string text;
    for (const auto& line : cells) {
        for (std::size_t n = 0; n < fitting; ++n) text += n + 1 == fitting ? line[n] : fmt::format("{:<{}}  ", line[n], widths[n]);
        text += '\n';
        if (&line != &cells.front()) text += folded(cells.front(), line, fitting);
    }
    return text;
}

nlohmann::ordered_json number_or_null(const std::optional<double>& number) {
    return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json();
}
nlohmann::ordered_json pid_or_null(Pid pid) {
    return pid ? nlohmann::ordered_json(pid.value) : nlohmann::ordered_json();
}

nlohmann::ordered_json as_json(const ListedContainer& row) {
    nlohmann::ordered_json json = {
        {"namespace", row.container.ns},
        {"id", row.container.id},
        {"pod_namespace", row.pod_namespace},
        {"pod", row.pod},
        {"name", row.name},
        {"sandbox", row.sandbox},
        {"shim", pid_or_null(row.shim)},
        {"init", pid_or_null(row.init)},
        {"state", row.state},
        {"states", {{"runc", row.runc_state}, {"shim", row.shim_state}, {"kernel", row.kernel_state}}},
        {"age_s", number_or_null(row.age_s)},
        {"processes", row.processes},
        {"waits", row.waits},
        {"stuck", row.decided ? nlohmann::ordered_json(row.stuck) : nlohmann::ordered_json()},
        {"since_s", number_or_null(row.waits_since_s)},
    };
    if (row.init_pid_ns != 0) json["init_pid_ns"] = row.init_pid_ns;
    json["runtimes"] = nlohmann::ordered_json::array();
    for (const ListedRuntime& runtime : row.runtimes) {
        json["runtimes"].push_back({{"pid", runtime.pid.value},
                                    {"comm", runtime.comm},
                                    {"operation", runtime.operation},
                                    {"exec_id", runtime.exec_id},
                                    {"state", std::string(1, letter(runtime.state))},
                                    {"age_s", number_or_null(runtime.age_s)}});
    }
    json["execs"] = nlohmann::ordered_json::array();
    if (row.files == nullptr) return json;
    for (const ExecPidFile& exec : row.files->execs) json["execs"].push_back({{"exec_id", exec.exec_id}, {"pid", exec.pid.value}});
    json["bundle"] = row.files->bundle;
    json["runc_root"] = row.files->runc_root;
    json["cgroup"] = row.files->cgroup;
    json["address"] = row.files->address;
    json["containerd_address"] = row.files->containerd_address;
    return json;
}

std::string as_json(const Picture& picture) {
    const HostInfo& host = picture.snapshot.host;
    nlohmann::ordered_json json = {
        {"schema", "shimtrace.ps/1"},
        {"host",
         {{"name", host.name}, {"boot_id", host.boot_id}, {"kernel", host.kernel}, {"time", text::rfc3339(picture.snapshot.taken)}}},
        {"containers", nlohmann::ordered_json::array()},
        {"limits", output::limits_json(picture.limits)},
        {"notes", picture.notes}};
    for (const ListedContainer& row : picture.rows) json["containers"].push_back(as_json(row));
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string nothing_found(const Snapshot& snapshot, bool all_seen) {
    if (!all_seen) return "no container is to be seen from here\n";
    const bool daemon =
        std::ranges::any_of(snapshot.processes, [](const Process& process) { return process.role.role == ProcessRole::containerd; });
    return daemon ? "containerd is running, with no container: no shim, no bundle, no runtime's state\n"
                  : "no containerd on this host: no daemon, no shim, no bundle, no container of runc\n";
}

int print_once(const PsOptions& options, const Globals& globals, session::LiveDiagnosis& diagnosis, ProgressLine& progress) {
    constexpr Nanoseconds resample_interval = std::chrono::milliseconds(200);
    const bool repeated = options.period > Nanoseconds{};
    auto seen = repeated ? diagnosis.next(resample_interval, options.period) : diagnosis.once(resample_interval);
    progress.erase();
    if (!seen && interrupted()) return exit_done;
    if (!seen) return report(seen.error());
    Picture picture = picture_of(std::move(*seen), options.ns);
    const auto key = std::ranges::find(sort_keys, options.sort, &SortKey::name);
    std::ranges::stable_sort(picture.rows, key->before);
    std::string text;
    if (globals.json) {
        text = as_json(picture) + "\n";
    } else {
        if (repeated && isatty(STDOUT_FILENO) != 0) text = "\x1b[H\x1b[2J";
        text += picture.rows.empty() ? nothing_found(picture.snapshot, picture.limits.empty()) : table(picture, options);
    }
    fmt::print("{}", text);
    if (std::fflush(stdout) != 0) return exit_failed;
    // What a few processes keep to themselves matters only when looking closely; JSON always has it.
    if (!globals.json && (!picture.limits.empty() || options.wide)) {
        for (const std::string& note : picture.notes) fmt::print(stderr, "shimtrace: {}\n", text::printable(note));
    }
    return options.exit_code ? picture.verdict : exit_done;
}

int run(const PsOptions& options, const Globals& globals) {
    const bool repeated = options.period > Nanoseconds{};
    ProgressLine progress(shows_progress() && !repeated);
    session::LiveDiagnosis diagnosis(
        {.ns = options.ns, .run_dir = globals.run_dir, .interrupted = interrupted, .tell_work = progress.teller()});
    if (!repeated) return print_once(options, globals, diagnosis, progress);
    listen_for_interruption();
    while (!interrupted()) {
        const int code = print_once(options, globals, diagnosis, progress);
        if (!interrupted() && (code == exit_failed || code == exit_usage)) return code;
        const auto until = std::chrono::steady_clock::now() + options.period;
        while (!interrupted() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::min<Nanoseconds>(std::chrono::milliseconds(100), until - std::chrono::steady_clock::now()));
    }
    return exit_done;
}

void add_ps(CLI::App& command, Globals& globals, int& exit_code) {
    const auto options = std::make_shared<PsOptions>();
    command.add_flag("--wide,-w", options->wide, "cgroup, runc's root, bundle and containerd's socket too");
    command.add_flag("--exit-code", options->exit_code, "exit with 3 when anything is stuck, with 4 when that could not be told");
    command.add_option("-n,--namespace", options->ns, "only containers of this namespace, containerd's or Kubernetes'")
        ->type_name("NAMESPACE");
    command.add_flag("--no-trunc", options->no_trunc, "whole ids");
    std::vector<std::string> keys;
    for (const SortKey& key : sort_keys) keys.emplace_back(key.name);
    command.add_option("--sort", options->sort, "by this column")->check(CLI::IsMember(keys));
    command.add_option("--watch", options->watch, "again every so often: 10s, 500ms, 3 (seconds); without one every 2 s")
        ->expected(0, 1)
        ->type_name("2s");
    command.callback([options, &command, &globals, &exit_code] {
        if (command.count("--watch") > 0) {
            const auto period = text::parse_duration(options->watch.empty() ? "2s" : options->watch);
            if (!period || period->count() == 0) {
                exit_code = report({"--watch " + options->watch, 0, "a duration is a number with ms, s or m"}, exit_usage);
                return;
            }
            options->period = *period;
        }
        exit_code = run(*options, globals);
    });
}

}  // namespace

extern const Command ps_command;
const Command ps_command = {
    .name = "ps",
    .group = CommandGroup::look,
    .summary = "every container: its shim, its state as each sees it, and in a word what it waits for",
    .usages = {"[OPTIONS]"},
    .examples = {{"shimtrace ps", "a line a container"},
                 {"shimtrace ps --watch 2 --sort waits", "again every 2 s, those that wait for the same together"}},
    .exit_codes = "0 done, 1 failed, 2 wrong usage; with --exit-code 3 where anything is stuck, 4 where that could not be told",
    .add = add_ps,
};

}  // namespace shimtrace::cli
