// shimtrace monitor: the node's watchman.
#include "tracer/monitor/monitor.hpp"

#include "decoders/text/printable.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/interruption.hpp"
#include "tracer/cli/recording_options.hpp"
#include "tracer/cli/shared_options.hpp"
#include "tracer/cli/verdict_code.hpp"
#include "tracer/monitor/web_server.hpp"
#include "tracer/session/diagnose_live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>

namespace shimtrace::cli {

namespace {

struct MonitorCommandOptions {
    std::string every = "30s", ns, token_file, keep, keep_size = "256M", record_blamed, exec, exec_timeout = "30s", otlp;
    std::vector<std::string> listen{"127.0.0.1:9754"};
    std::uint64_t looks = 0;
    bool npd = false;
};

// node-problem-detector's custom plugins: 0 all is well, 1 there is a problem, anything else that could not be told.
enum NpdCode : int { npd_well = 0, npd_problem = 1, npd_unknown = 2 };

/// One line of at most 80 bytes: node-problem-detector cuts what is longer.
int say_for_npd(int code, std::string text) {
    constexpr std::size_t most = 80;
    text = text::printable(text);
    if (text.size() > most) text = text::printable(text, most - 3);
    fmt::print("{}\n", text.substr(0, most));
    return code;
}

int run_npd(const Globals& globals, const MonitorCommandOptions& options) {
    constexpr Nanoseconds interval = std::chrono::milliseconds(200);
    const auto seen =
        session::LiveDiagnosis({.targets = {}, .ns = options.ns, .session = {}, .run_dir = globals.run_dir, .interrupted = {}})
            .once(interval);
    if (!seen) return say_for_npd(npd_unknown, "could not look: " + seen.error().error.message());
    const auto hanging = std::ranges::count_if(seen->diagnoses, &Diagnosis::stuck);
    if (hanging > 0) {
        const Diagnosis& first = *std::ranges::find_if(seen->diagnoses, &Diagnosis::stuck);
        const DiagnosedTarget& target = first.target;
        const std::string where = !target.pod.empty() ? target.pod_namespace + "/" + target.pod
                                  : target.container  ? target.container.ns + "/" + target.container.id.substr(0, 12)
                                                      : target.comm;
        return say_for_npd(npd_problem, hanging == 1 ? fmt::format("{} in {}", first.cause, where)
                                                     : fmt::format("{} hang: {} in {}", hanging, first.cause, where));
    }
    switch (verdict_code(*seen)) {
        case exit_done:
            return say_for_npd(npd_well, "nothing hangs");
        default:
            return say_for_npd(npd_unknown, "nothing is seen to hang, but not all could be seen");
    }
}

Result<std::string> read_token(const std::string& path) {
    std::ifstream file(path);
    std::string token;
    if (!file || !std::getline(file, token)) return fail("--token-file " + path, 0, "it cannot be read, or is empty");
    while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
    constexpr std::size_t least = 16;
    if (token.size() < least) return fail("--token-file " + path, 0, "a token has at least 16 characters");
    return token;
}

Result<monitor::MonitorOptions> plan_monitor(const Globals& globals, const MonitorCommandOptions& options) {
    monitor::MonitorOptions plan;
    plan.ns = options.ns;
    plan.run_dir = globals.run_dir;
    plan.keep = options.keep;
    plan.otlp = options.otlp;
    plan.looks = options.looks;
    const auto every = parse_period("--every", options.every);
    if (!every) return std::unexpected(every.error());
    plan.every = *every;
    const auto exec_timeout = parse_period("--exec-timeout", options.exec_timeout);
    if (!exec_timeout) return std::unexpected(exec_timeout.error());
    plan.exec_timeout = *exec_timeout;
    const auto size = parse_size(options.keep_size);
    if (!size) return fail("--keep-size: " + size.error().what, 0, size.error().hint);
    plan.keep_bytes = *size;
    if (!options.record_blamed.empty()) {
        if (options.keep.empty()) return fail("--record-blamed", 0, "where to? --keep DIR");
        const auto duration = parse_period("--record-blamed", options.record_blamed);
        if (!duration) return std::unexpected(duration.error());
        plan.record_blamed = *duration;
    }
    if (!options.token_file.empty()) {
        auto token = read_token(options.token_file);
        if (!token) return std::unexpected(token.error());
        plan.token = std::move(*token);
    }
    for (const std::string& address : options.listen) {
        if (address == "none") continue;
        if (plan.token.empty() && !monitor::is_local_address(address))
            return fail("--listen " + address, 0, "beyond this machine only with --token-file; ADDRESS:PORT in numbers, or unix:PATH");
        plan.listen.push_back(address);
    }
    std::istringstream words(options.exec);
    for (std::string word; words >> word;) plan.exec.push_back(word);
    return plan;
}

int run(const Globals& globals, const MonitorCommandOptions& options) {
    if (options.npd) return run_npd(globals, options);
    auto plan = plan_monitor(globals, options);
    if (!plan) return report(plan.error(), exit_usage);
    listen_for_interruption();
    std::signal(SIGPIPE, SIG_IGN);
    plan->interrupted = interrupted;
    plan->made = remove_when_ended;
    plan->removing = leave_when_ended;
    plan->print = [](const std::string& line) { return std::fputs((line + "\n").c_str(), stdout) >= 0 && std::fflush(stdout) == 0; };
    plan->warn = [](const Error& error) { report(error, exit_failed); };
    const auto done = monitor::run_monitor(*plan);
    return done ? exit_done : report(done.error(), exit_failed);
}

void add_monitor(CLI::App& command, Globals& globals, int& exit_code) {
    auto options = std::make_shared<MonitorCommandOptions>();
    command.add_option("--every", options->every, "from one look to the next")->type_name("30s");
    add_namespace_option(command, options->ns);
    command
        .add_option("--listen", options->listen,
                    "where HTTP is served: 127.0.0.1:9754 if not told, ADDRESS:PORT, unix:PATH, or none; may be given more than once")
        ->type_name("ADDR")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option("--token-file", options->token_file,
                    "whose first line clients must send as bearer token; beyond this machine it has to be given")
        ->type_name("FILE");
    command.add_option("--keep", options->keep, "keep the snapshot of each new hang there, and its identity over a restart")
        ->type_name("DIR");
    command.add_option("--keep-size", options->keep_size, "the oldest snapshots go beyond that (256M); the last one of each cause stays")
        ->type_name("SIZE");
    command
        .add_option("--record-blamed", options->record_blamed, "with --keep: also record so long what those to blame do; attaches to them")
        ->type_name("30s");
    command
        .add_option("--exec", options->exec,
                    "run it for each begin, change and end of a hang, told as JSON on its standard input; no shell")
        ->type_name("CMD");
    command.add_option("--exec-timeout", options->exec_timeout, "after that it is killed (30s)")->type_name("TIME");
    command.add_option("--otlp", options->otlp, "send logs and metrics to this OpenTelemetry collector: http://HOST:4318")
        ->type_name("URL");
    command.add_option("--looks", options->looks, "end after so many looks")->type_name("N");
    command.add_flag("--npd", options->npd, "one look, told as node-problem-detector's custom plugins do: 0, 1 or 2 and one line");
    command.callback([&globals, &exit_code, options] { exit_code = run(globals, *options); });
}

}  // namespace

extern const Command monitor_command;
const Command monitor_command = {
    .name = "monitor",
    .group = CommandGroup::look,
    .summary = "the node's watchman: tells when hangs begin, change and end, to Prometheus and others",
    .usages = {"[OPTIONS]", "--npd [-n NAMESPACE]"},
    .examples = {{"shimtrace monitor --keep /var/lib/shimtrace", "metrics and a page on 127.0.0.1:9754, each hang a line of JSON"},
                 {"shimtrace monitor --listen none --every 10s", "the lines alone"}},
    .exit_codes =
        "0 it was asked to end, or has made all --looks; 1 it could not listen, keep or print; 2 wrong usage; with --npd 0 nothing hangs, "
        "1 "
        "something does, 2 that could not be told",
    .add = add_monitor,
};

}  // namespace shimtrace::cli
