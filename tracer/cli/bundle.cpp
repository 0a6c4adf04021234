// shimtrace bundle: all that somebody else needs to see of a hang, in one file that may leave the host.
#include "decoders/text/durations.hpp"
#include "decoders/text/timestamps.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/output_file.hpp"
#include "tracer/cli/recording_options.hpp"
#include "tracer/cli/shared_options.hpp"
#include "tracer/cli/trace_plan.hpp"
#include "tracer/containerd/versions.hpp"
#include "tracer/output/export/report.hpp"
#include "tracer/output/export/tar.hpp"
#include "tracer/output/json/audit_json.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/output/json/why_json.hpp"
#include "tracer/output/text/why_text.hpp"
#include "tracer/session/audit_live.hpp"
#include "tracer/session/checked_remedies.hpp"
#include "tracer/session/diagnose_live.hpp"
#include "tracer/session/redaction.hpp"
#include "tracer/session/report_moment.hpp"
#include "tracer/session/saved_snapshot.hpp"
#include "tracer/session/version.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

namespace shimtrace::cli {

namespace {

struct BundleOptions {
    std::vector<std::string> targets;
    std::string ns, output, duration = "3s";
    bool whole = false, force = false;
};

/// Files on their way into the archive; nobody else may look in meanwhile.
class Workplace {
public:
    Workplace() {
        std::error_code error;
        std::string name = std::filesystem::temp_directory_path(error) / "shimtrace-bundle-XXXXXX";
        if (!error && ::mkdtemp(name.data()) != nullptr) path_ = name;
    }
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;
    ~Workplace() {
        std::error_code error;
        if (!path_.empty()) std::filesystem::remove_all(path_, error);
    }
    explicit operator bool() const { return !path_.empty(); }
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// The archive, and what it says of itself.
class Bundle {
public:
    Bundle(std::string folder, RealTime made) : folder_(std::move(folder)), made_(made) {}

    void add(std::string_view name, std::string_view what, std::string_view bytes) {
        files_.emplace_back(name, bytes);
        list_ += fmt::format("{:<20} {:>9}  {}\n", name, bytes.size(), what);
    }
    void add_file(std::string_view name, std::string_view what, const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(file)), {});
        if (bytes.empty())
            leave_out(name, "it could not be made");
        else
            add(name, what, bytes);
    }
    void leave_out(std::string_view name, std::string_view why) { list_ += fmt::format("{:<20} {:>9}  {}\n", name, "-", why); }

    [[nodiscard]] const std::string& list() const { return list_; }

    [[nodiscard]] std::string archive(std::string_view before, std::string_view after) && {
        output::Tar tar;
        const std::int64_t seconds = made_.time_since_epoch().count() / 1'000'000'000;
        tar.add(folder_ + "/README.txt", fmt::format("{}{}{}", before, list_, after), seconds);
        for (const auto& [name, bytes] : files_) tar.add(fmt::format("{}/{}", folder_, name), bytes, seconds);
        return std::move(tar).take();
    }

private:
    std::string folder_;
    RealTime made_;
    std::vector<std::pair<std::string, std::string>> files_;
    std::string list_;
};

/// A name of a target as a file's.
std::string as_file_name(std::string_view target) {
    std::string name(target.substr(0, 40));
    std::ranges::replace_if(
        name,
        [](char c) {
            return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_');
        },
        '-');
    return name.starts_with('.') || name.starts_with('-') ? "x" + name : name;
}

/// The same, as nobody else can be meant: of a namespace that was chosen recorders and their snapshots know nothing.
std::vector<std::string> exact_targets(const BundleOptions& options, const diagnosis::Query& query) {
    if (options.ns.empty()) return options.targets;
    std::vector<std::string> exact;
    for (const ContainerRef& container : query.containers) exact.push_back(container.ns + "/" + container.id);
    for (const Pid pid : query.pids) exact.push_back(std::to_string(pid.value));
    return exact;
}

/// True: the recording is there. Why not has been said.
bool record(const Globals& globals, const BundleOptions& options, const std::vector<std::string>& targets, const std::string& path) {
    TraceOptions trace;
    trace.targets = targets;
    RecordingOptions recording{.path = path};
    recording.duration = options.duration;
    recording.redact = !options.whole;
    if (!options.whole) recording.payload = "0";
    auto plan = plan_trace(trace);
    if (!plan) return report(plan.error(), exit_usage) == exit_done;
    if (auto found = session::find_session_targets(plan->session, targets, globals.run_dir); !found)
        return report(found.error()) == exit_done;
    auto planned = plan_recording(recording, globals, targets, *plan);
    if (!planned) return report(planned.error(), exit_usage) == exit_done;
    engine::StopRequest stop;
    const auto recorded = session::record_session(*planned, plan->session, {}, stop);
    if (!recorded) return report(recorded.error(), exit_failed) == exit_done;
    if (recorded->recording.failure) report(*recorded->recording.failure, exit_failed);
    return true;
}

int run(const Globals& globals, const BundleOptions& options) {
    if (const auto duration = text::parse_duration(options.duration); !duration)
        return report({"--duration " + options.duration, 0, "a duration is a number with ms, s or m; 0 leaves the recording out"},
                      exit_usage);
    auto seen =
        session::LiveDiagnosis({.targets = options.targets, .ns = options.ns, .session = {}, .run_dir = globals.run_dir, .interrupted = {}})
            .once(std::chrono::milliseconds(200));
    if (!seen) return report(seen.error());
    const Workplace work;
    if (!work) return report({"make a directory for temporary files", errno}, exit_failed);
    const std::size_t redacted = options.whole ? 0 : session::redact(seen->snapshot);
    // What is said of it, and the commands that remedies give, are words of that snapshot.
    if (redacted > 0) *seen = session::diagnose_snapshot({std::move(seen->snapshot), std::move(seen->query)});
    session::check_named_processes(seen->diagnoses);

    const std::string time = text::rfc3339(seen->snapshot.taken);
    std::string stamp = time;
    std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
    const std::string folder = fmt::format("shimtrace-{}-{}", as_file_name(options.targets.front()), stamp);
    const std::string path = options.output.empty() ? folder + ".tar" : options.output;
    if (path != "-" && !options.force && ::access(path.c_str(), F_OK) == 0)
        return report({"create " + path, EEXIST, "--force overwrites it"}, exit_failed);
    Bundle bundle(folder, seen->snapshot.taken);
    std::string words;
    for (const Diagnosis& diagnosis : seen->diagnoses) words += (words.empty() ? "" : "\n") + output::why_text(diagnosis, {});
    bundle.add("why.txt", "the verdict", words);
    bundle.add("why.json", "the same for machines (schema shimtrace.why/1)",
               output::json_text(output::why_json(seen->snapshot, seen->diagnoses, seen->limits), 1) + "\n");
    bundle.add("report.html", "the same to look at: open it in a browser",
               output::report_of(session::report_live_moment(*seen, globals.run_dir), session::writer_name()));
    if (const auto saved = session::save_snapshot(work.file("snapshot"), seen->snapshot); saved)
        bundle.add_file("snapshot.shimtrace", "what was seen: shimtrace why FILE, shimtrace stacks FILE", work.file("snapshot"));
    else
        bundle.leave_out("snapshot.shimtrace", saved.error().message());
    const auto audit = session::audit_live({.run_dir = globals.run_dir, .targets = options.targets, .ns = options.ns},
                                           options.whole ? session::Secrets::stay : session::Secrets::are_taken_out);
    if (audit)
        bundle.add("audit.json", "where containerd, shim, runc and the kernel contradict each other",
                   output::json_text(output::audit_json(*audit)) + "\n");
    else
        bundle.leave_out("audit.json", "not made: " + audit.error().error.message());
    if (text::parse_duration(options.duration)->count() == 0)
        bundle.leave_out("recording.strec", "not asked for");
    else if (record(globals, options, exact_targets(options, seen->query), work.file("recording")))
        bundle.add_file("recording.strec",
                        fmt::format("its calls for {}: shimtrace replay FILE, shimtrace export FILE --to html", options.duration),
                        work.file("recording"));
    else
        bundle.leave_out("recording.strec", "not made: it could not be attached to");
    const HostInfo host = containerd::with_versions(seen->snapshot.host, containerd::installed_versions());
    bundle.add("versions.txt", "of what runs there",
               fmt::format("shimtrace {} {}\nkernel {}\ncontainerd {}\nrunc {}\n", session::version(), session::commit(), host.kernel,
                           host.containerd_version, host.runc_version));

    const std::string kept =
        options.whole ? "\nNothing was taken out: --whole was asked for.\n"
                      : fmt::format(
                            "\nTaken out: what processes read and wrote, environments, {} arguments that looked like secrets; of the "
                            "recording all command "
                            "lines.\nStill in it: names of processes, containers, pods, files and hosts, addresses, other command lines.\n",
                            redacted);
    const std::string list = bundle.list();
    const std::string before = fmt::format("{} at {}, by {}\n\n", options.targets.front(), time, session::writer_name());
    bool failed = false;
    auto writer = open_output({.path = path, .standard = 1, .is_text = false, .tell_lost = {}, .of_host = true, .source = {}},
                              [&](bool by_failure) { failed = by_failure; });
    if (!writer) return report(writer.error(), exit_failed);
    (*writer)->write({}, std::move(bundle).archive(before, kept));
    (*writer)->flush();
    if (failed) return exit_failed;
    if (path != "-") fmt::print("{}\n{}{}", path, list, kept);
    return exit_done;
}

void add_bundle(CLI::App& command, Globals& globals, int& exit_code) {
    auto options = std::make_shared<BundleOptions>();
    command.add_option("TARGET", options->targets, std::string(target_words))->required();
    add_namespace_option(command, options->ns);
    command.add_option("-o,--output", options->output, "write to FILE (default: shimtrace-TARGET-TIME.tar; -: standard output)")
        ->type_name("FILE");
    command.add_option("--duration", options->duration, "how long its calls are recorded (3s; 0: not at all, then nothing is attached to)")
        ->type_name("TIME");
    command.add_flag("--whole", options->whole, "take nothing out: neither what processes read and wrote nor what looks like a secret");
    command.add_flag("--force", options->force, "overwrite FILE");
    command.callback([&globals, &exit_code, options] { exit_code = run(globals, *options); });
}

}  // namespace

extern const Command bundle_command;
const Command bundle_command = {
    .name = "bundle",
    .group = CommandGroup::keep,
    .summary = "one file to hand over: snapshot, verdict, report, audit, a short recording, versions; without secrets",
    .usages = {"TARGET... [-o FILE] [OPTIONS]"},
    .examples = {{"shimtrace bundle web-1 -o web-1.tar", "all there is to see of it, for an issue"},
                 {"shimtrace bundle web-1 --duration 0", "without attaching to anything"}},
    .exit_codes = "0 done, 1 failed or no such TARGET, 2 wrong usage or more than one match",
    .add = add_bundle,
};

}  // namespace shimtrace::cli
