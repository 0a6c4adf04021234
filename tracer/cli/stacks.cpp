// shimtrace stacks: every goroutine and every thread's native stack.
#include "cli/command.hpp"
#include "output/goroutines.hpp"
#include "stacks/goroutines.hpp"
#include "stacks/proc.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <memory>

namespace shimtrace::cli {

namespace {

struct StacksOptions {
    std::vector<std::string> targets;
    std::string dump;
    bool group = false, flame = false, stop = false, no_stop = false, all_frames = false, no_native = false;
};

/// One process's stacks, as far as they could be read.
struct Collected {
    Pid pid;
    std::string comm;
    std::optional<GoProgram> go;
    std::vector<std::string> problems;
};

std::string comm_of(Pid pid) {
    std::string comm = stacks::read_file(fmt::format("/proc/{}/comm", pid.value), 64);
    if (!comm.empty() && comm.back() == '\n') comm.pop_back();
    return comm;
}

Collected collect(Pid pid, stacks::BinaryCache& cache, const StacksOptions& options) {
    Collected collected{pid, comm_of(pid)};
    auto go = stacks::read_goroutines(pid, cache, {.stop = options.stop && !options.no_stop});
    if (!go) {
        collected.problems.push_back(go.error().message());
    } else {
        collected.go = std::move(*go);
    }
    return collected;
}

output::StackStyle style_of(const StacksOptions& options) {
    output::StackStyle style;
    style.exact = options.dump == "go";
    style.runtime_frames = options.all_frames;
    style.process_name = [](Pid pid) { return fmt::format("{}[{}]", comm_of(pid), pid.value); };
    return style;
}

void print_text(const Collected& collected, const StacksOptions& options, const output::StackStyle& style) {
    if (options.flame) {
        fmt::print("{}", output::print_folded(collected.go ? &*collected.go : nullptr, nullptr, style));
        return;
    }
    if (collected.go && style.exact) {
        fmt::print("{}", output::print_goroutines(*collected.go, style));
        return;
    }
    fmt::print("{}[{}]", collected.comm, collected.pid.value);
    if (collected.go) {
        const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(collected.go->stopped).count();
        fmt::print(": {}, {} goroutines, {}\n\n", collected.go->version, collected.go->goroutines.size(),
                   microseconds == 0 ? std::string("never stopped") : fmt::format("stopped for {} µs", microseconds));
        fmt::print("{}",
                   options.group ? output::print_goroutine_groups(*collected.go, style) : output::print_goroutines(*collected.go, style));
        if (!collected.go->incomplete.empty()) fmt::print("\n({})\n", collected.go->incomplete);
    } else {
        fmt::print("\n");
    }
}

nlohmann::json as_json(const Collected& collected, const output::StackStyle& style) {
    return {{"pid", collected.pid.value},
            {"comm", collected.comm},
            {"go", collected.go ? output::goroutines_json(*collected.go, style) : nlohmann::json()},
            {"problems", collected.problems}};
}

int run(const Globals& globals, const StacksOptions& options) {
    stacks::BinaryCache cache;
    const output::StackStyle style = style_of(options);
    nlohmann::json document = {{"schema", "shimtrace.stacks/1"}, {"processes", nlohmann::json::array()}};
    int exit_code = exit_done;
    for (const std::string& target : options.targets) {
        Pid pid;
        std::from_chars(target.data(), target.data() + target.size(), pid.value);
        const Collected collected = collect(pid, cache, options);
        for (const std::string& problem : collected.problems) fmt::print(stderr, "shimtrace: {}\n", problem);
        if (!collected.problems.empty()) exit_code = exit_failed;
        if (globals.json) {
            document["processes"].push_back(as_json(collected, style));
        } else {
            print_text(collected, options, style);
        }
    }
    if (globals.json) fmt::print("{}\n", document.dump(1, ' ', false, nlohmann::json::error_handler_t::replace));
    return exit_code;
}

}  // namespace

void add_stacks(CLI::App& app, Globals& globals, int& exit_code) {
    auto options = std::make_shared<StacksOptions>();
    CLI::App* command = app.add_subcommand("stacks", "Shows every goroutine and every thread's stack, and what each waits on");
    command->add_option("TARGET", options->targets, "a pid, a container id or a unique prefix, namespace/id, or `containerd`")->required();
    command->add_option("--dump", options->dump, "`go`: Go's own traceback format and nothing else")->check(CLI::IsMember({"go"}));
    command->add_flag("--group", options->group, "fold equal stacks, the biggest group first");
    command->add_flag("--flame", options->flame, "folded stacks, for flame graphs");
    command->add_flag("--runtime", options->all_frames, "the Go runtime's own frames and goroutines too");
    command->add_flag("--stop", options->stop, "hold all threads still for a moment, for a consistent view");
    command->add_flag("--no-stop", options->no_stop, "never stop a thread");
    command->callback([&globals, &exit_code, options] { exit_code = run(globals, *options); });
}

}  // namespace shimtrace::cli
