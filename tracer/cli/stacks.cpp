// shimtrace stacks: every goroutine and every thread's native stack.
#include "tracer/cli/asked_about.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/shared_options.hpp"
#include "tracer/containerd/roles.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/output/role_text.hpp"
#include "tracer/output/text/goroutine_traceback.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/session/saved_snapshot.hpp"
#include "tracer/session/targets.hpp"
#include "tracer/snapshot/take_snapshot.hpp"
#include "tracer/stacks/core_stacks.hpp"
#include "tracer/stacks/goroutines.hpp"
#include "tracer/stacks/native.hpp"

#include "decoders/text/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>

#include <sys/stat.h>

namespace shimtrace::cli {

namespace {

struct StacksOptions {
    std::vector<std::string> targets;
    std::string dump, ns;
    bool group = false, flame = false, stop = false, no_stop = false, all_frames = false, no_threads = false, debuginfod = false;

    [[nodiscard]] bool wants_threads() const { return dump.empty() && !no_threads; }
};

/// One process's stacks, as far as they could be read.
struct Collected {
    Process process;
    std::optional<GoProgram> go;
    std::optional<ProcessStacks> native;
    std::vector<std::string> problems;
    bool of_core = false;
};

std::optional<std::int32_t> as_pid(const std::string& text) {
    std::int32_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return std::nullopt;
    return pid;
}

/// A request in flight and a stdio fifo tell their container; the shim tells the namespace.
void name_containers(GoProgram& program, const Process& process) {
    for (Goroutine& goroutine : program.goroutines) {
        GoroutinePurpose& purpose = goroutine.purpose;
        if (purpose.what.empty()) continue;
        if (*purpose.container && purpose.container->ns.empty()) purpose.container.edit().ns = process.role.container.ns;
        if (*purpose.container || !goroutine.wait.fd_path.starts_with('/')) continue;
        const OpenFileRoleInfo role = containerd::target_role({.kind = OpenFileKind::fifo, .path = goroutine.wait.fd_path}, &process);
        if (role.role == OpenFileRole::none) continue;
        purpose.container = role.container;
        purpose.exec_id = role.exec_id;
    }
}

Collected collect(Process process, stacks::BinaryCache& cache, const StacksOptions& options) {
    Collected collected{std::move(process)};
    const bool stop = options.stop && !options.no_stop;
    const Pid pid = collected.process.pid;
    if (auto go = stacks::read_goroutines(pid, cache, {.stop = stop})) {
        collected.go = std::move(*go);
    } else {
        collected.problems.push_back(go.error().message());
    }
    if (collected.go) name_containers(*collected.go, collected.process);
    if (!options.wants_threads()) return collected;
    if (auto native = stacks::native_stacks(pid, cache, {.stop = stop, .debuginfod = options.debuginfod})) {
        collected.native = std::move(*native);
    } else {
        collected.problems.push_back(native.error().message());
    }
    return collected;
}

/// A process as a snapshot kept it: goroutines, and the kernel's part of each thread.
Collected collected_from(const Process& process, const StacksOptions& options) {
    Collected collected{process, process.go, {}};
    if (!options.wants_threads()) return collected;
    collected.native = ProcessStacks{.pid = process.pid, .comm = process.comm};
    for (const Thread& thread : process.threads) {
        NativeThreadStack stack{
            .tid = thread.tid, .comm = thread.comm, .state = thread.state, .arch = thread.arch, .syscall = thread.syscall};
        std::ranges::copy(thread.args, stack.args);
        stack.kernel = thread.kernel_stack;
        collected.native->threads.push_back(std::move(stack));
    }
    return collected;
}

/// Whether anything of it is shown.
bool has_stacks(const Collected& collected, const output::StackStyle& style) {
    return (collected.go && (!style.exact || !collected.go->goroutines.empty())) ||
           (collected.native && !collected.native->threads.empty());
}

output::StackStyle style_of(const StacksOptions& options, const std::vector<Process>& known) {
    output::StackStyle style;
    style.exact = options.dump == "go";
    style.runtime_frames = options.all_frames;
    style.syscall_name = output::syscall_words;
    style.process_name = [&known](Pid pid) {
        const auto found = std::ranges::find(known, pid, &Process::pid);
        if (found != known.end()) return fmt::format("{}[{}]", text::printable(found->comm), pid.value);
        const auto live = host::read_process(pid);
        return live ? fmt::format("{}[{}]", text::printable(live->comm), pid.value) : fmt::format("{}", pid.value);
    };
    return style;
}

std::string title(const Collected& collected) {
    std::string text = fmt::format("{}[{}]", text::printable(collected.process.comm), collected.process.pid.value);
    if (const std::string role = output::role_text(collected.process.role); !role.empty()) text += ": " + role;
    Nanoseconds stopped{};
    if (collected.go) {
        const std::string& version = collected.go->version;
        text += fmt::format(": {}, {} goroutines", version.empty() ? "an unknown Go" : text::printable(version),
                            collected.go->goroutines.size());
        if (collected.go->derived_layout) text += ", layout derived";
        stopped += collected.go->stopped;
    }
    if (collected.native) stopped += collected.native->stopped;
    if (collected.of_core) return text + ", from a core file";
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(stopped).count();
    return text + (microseconds == 0 ? ", never stopped" : fmt::format(", stopped for {} µs", microseconds));
}

void write(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void print(const Collected& collected, const StacksOptions& options, const output::StackStyle& style) {
    const GoProgram* go = collected.go ? &*collected.go : nullptr;
    const ProcessStacks* native = collected.native ? &*collected.native : nullptr;
    if (options.flame) return write(output::print_folded(go, go == nullptr ? native : nullptr, style));
    if (!style.exact) write(title(collected) + "\n");
    if (go != nullptr) {
        if (!style.exact) write("\n");
        if (options.group) {
            write(output::print_goroutine_groups(*go, style));
        } else {
            output::print_goroutines(*go, style, write);
        }
        if (!style.exact && !go->incomplete.empty()) write("\n(" + text::printable(go->incomplete) + ")\n");
    }
    if (!style.exact && native != nullptr && !native->threads.empty()) write("\n" + output::print_native_stacks(*native, style));
}

nlohmann::json as_json(const Collected& collected, const output::StackStyle& style) {
    const Process& process = collected.process;
    return {
        {"pid", process.pid.value},
        {"comm", process.comm},
        {"role", output::role_word(process.role.role)},
        {"namespace", process.role.container.ns},
        {"container", process.role.container.id},
        {"go", collected.go ? output::goroutines_json(*collected.go, style) : nlohmann::json()},
        {"threads", collected.native ? output::native_stacks_json(*collected.native, style) : nlohmann::json::array()},
        {"stopped_us", std::chrono::duration_cast<std::chrono::microseconds>((collected.go ? collected.go->stopped : Nanoseconds{}) +
                                                                             (collected.native ? collected.native->stopped : Nanoseconds{}))
                           .count()},
        {"problems", collected.problems}};
}

/// What TARGET words name: pids need no look at the rest of the host.
class TargetFinder {
public:
    /// `ns`: only its containers are meant; empty: any.
    TargetFinder(const Globals& globals, std::string ns) : globals_(globals), ns_(std::move(ns)) {}

    /// nullopt: all of the namespace.
    std::expected<std::vector<Process>, session::Refusal> find(const std::optional<std::string>& word) {
        if (const auto pid = word ? as_pid(*word) : std::nullopt) {
            auto process = host::read_process(Pid{*pid});
            if (!process) return std::unexpected(session::Refusal{{.what = "look at process " + *word, .number = ESRCH}});
            process->role = containerd::process_role(*process, nullptr, nullptr);
            return std::vector{std::move(*process)};
        }
        if (!listing_) {
            auto listed = containerd::list_containers(globals_.run_dir);
            if (!listed) return std::unexpected(session::Refusal{listed.error()});
            listing_ = std::move(*listed);
        }
        auto found = session::find_asked(*listing_, word, ns_);
        if (!found) return std::unexpected(std::move(found.error()));
        std::vector<Process> processes;
        for (const auto& target : *found) {
            for (const Pid pid : target.pids) {
                const auto process = std::ranges::find(listing_->processes, pid, &Process::pid);
                const bool known = std::ranges::find(processes, pid, &Process::pid) != processes.end();  // a pod's containers share a shim
                if (!known && process != listing_->processes.end()) processes.push_back(*process);
            }
        }
        return processes;
    }

private:
    const Globals& globals_;
    const std::string ns_;
    std::optional<Snapshot> listing_;
};

bool is_file(const std::string& path) {
    struct stat facts;
    return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

struct Everything {
    std::vector<Collected> collected;
    std::vector<Process> known;  ///< of a snapshot: names of pids that are long gone
    int exit_code = exit_done;
};

void add_core(const std::string& path, const StacksOptions& options, Everything& everything) {
    auto core = stacks::read_core(path, options.debuginfod);
    if (!core) {
        everything.exit_code = report(core.error(), exit_failed);
        return;
    }
    Collected collected;
    collected.process.pid = core->native.pid;
    collected.process.comm = core->native.comm;
    collected.of_core = true;
    collected.go = std::move(core->go);
    if (options.wants_threads()) collected.native = std::move(core->native);
    collected.problems = std::move(core->problems);
    everything.collected.push_back(std::move(collected));
}

/// `asked.targets`: those within the file, as `why FILE TARGET` has them; empty: every process that was looked at.
void add_file(const AskedAbout& asked, const StacksOptions& options, Everything& everything) {
    const auto snapshot = session::saved_snapshot(asked.file, {});
    if (!snapshot) {
        everything.exit_code = report(snapshot.error(), exit_failed);
        return;
    }
    const bool all = asked.targets.empty() && options.ns.empty();
    std::set<Pid> wanted;
    if (!all) {
        const auto found = session::find_targets(*snapshot, asked.targets, options.ns);
        if (!found) {
            everything.exit_code = report(found.error());
            return;
        }
        for (const containerd::FoundTarget& target : *found) wanted.insert(target.pids.begin(), target.pids.end());
    }
    everything.known = snapshot->processes;
    for (const Process& process : snapshot->processes)
        if ((process.go || !process.threads.empty()) && (all || wanted.contains(process.pid)))
            everything.collected.push_back(collected_from(process, options));
}

/// That nothing is shown, which is not what was asked for.
Error nothing_to_show(const Everything& everything, const AskedAbout& asked) {
    std::string names;
    for (const Collected& collected : everything.collected)
        names += fmt::format("{}{}[{}]", names.empty() ? "" : ", ", text::printable(collected.process.comm), collected.process.pid.value);
    if (!names.empty()) return {"no goroutines to show of " + names, 0, "stacks of threads are shown without --dump and --no-threads"};
    return {
        fmt::format("{} holds no stacks{}", asked.file, asked.targets.empty() ? "" : fmt::format(" of {}", fmt::join(asked.targets, ", "))),
        0, "`why TARGET --save FILE` keeps those of TARGET"};
}

int run(const Globals& globals, const StacksOptions& options) {
    if (options.targets.empty() && options.ns.empty()) throw CLI::RequiredError("TARGET");
    stacks::BinaryCache cache;
    TargetFinder finder(globals, options.ns);
    Everything everything;
    const AskedAbout asked = asked_about(options.targets);
    if (!asked.file.empty()) add_file(asked, options, everything);
    const auto words = asked.file.empty() ? session::asked_words(asked.targets) : std::vector<std::optional<std::string>>{};
    for (const std::optional<std::string>& word : words) {
        if (word && is_file(*word) && stacks::is_core_file(*word)) {
            add_core(*word, options, everything);
            continue;
        }
        auto processes = finder.find(word);
        if (!processes) return report_not_found(processes.error(), word ? std::vector{*word} : std::vector<std::string>{});
        for (Process& process : *processes) everything.collected.push_back(collect(std::move(process), cache, options));
    }
    const output::StackStyle style = style_of(options, everything.known);
    nlohmann::json document = {{"schema", "shimtrace.stacks/1"}, {"processes", nlohmann::json::array()}};
    bool any = false;
    for (const Collected& collected : everything.collected) {
        for (const std::string& problem : collected.problems) fmt::print(stderr, "shimtrace: {}\n", problem);
        const bool has_any = has_stacks(collected, style);
        if (!has_any && !collected.problems.empty()) everything.exit_code = exit_failed;
        if (globals.json) {
            document["processes"].push_back(as_json(collected, style));
        } else if (has_any) {
            if (any && !options.flame) write("\n");
            print(collected, options, style);
        }
        any |= has_any;
    }
    if (globals.json) fmt::print("{}\n", output::json_text(document, 1));
    if (!any && everything.exit_code == exit_done) return report(nothing_to_show(everything, asked), exit_failed);
    return everything.exit_code;
}

void add_stacks(CLI::App& command, Globals& globals, int& exit_code) {
    auto options = std::make_shared<StacksOptions>();
    command.add_option(
        "TARGET", options->targets,
        fmt::format("{}; or a file: a recording, what why --save kept (then the other TARGETs are looked for in it), or an ELF "
                    "core",
                    target_words));
    add_namespace_option(command, options->ns, "; without a TARGET all of them");
    command.add_option("--dump", options->dump, "`go`: Go's own traceback format and nothing else")->check(CLI::IsMember({"go"}));
    command.add_flag("--group", options->group, "fold equal stacks, the biggest group first");
    command.add_flag("--flame", options->flame, "folded stacks, for flame graphs");
    command.add_flag("--runtime", options->all_frames, "the Go runtime's own frames and goroutines too");
    command.add_flag("--no-threads", options->no_threads, "leave out the native stacks");
    command.add_flag("--debuginfod", options->debuginfod,
                     "ask the servers of DEBUGINFOD_URLS for debug files that are not here; needs the program debuginfod-find, which "
                     "downloads them into its cache");
    command.add_flag("--stop", options->stop, "hold all threads still for a moment: a consistent view, and running goroutines' stacks");
    command.add_flag("--no-stop", options->no_stop, "never stop a thread (as without --stop)");
    command.callback([&globals, &exit_code, options] { exit_code = run(globals, *options); });
}

}  // namespace

extern const Command stacks_command;
const Command stacks_command = {
    .name = "stacks",
    .group = CommandGroup::look,
    .summary = "every goroutine and every thread's stack, and what each waits on",
    .usages = {"[OPTIONS] TARGET...", "[OPTIONS] FILE"},
    .examples = {{"shimtrace stacks web-1", "of its shim, its runtime and its init"},
                 {"shimtrace stacks --group containerd", "equal stacks together, the biggest group first"}},
    .exit_codes = "0 done, 1 failed, no such TARGET, or nothing could be read of it, 2 wrong usage or more than one match",
    .add = add_stacks,
};

}  // namespace shimtrace::cli
