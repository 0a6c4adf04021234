#include "tracer/cli/trace_options.hpp"

#include "tracer/cli/shared_options.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace shimtrace::cli {

namespace {

/// `--option` and `--option=SET`; `names` say which word stands for none.
void add_flag_with_set(CLI::App& app, const std::string& names, const std::string& help, std::function<void(const std::string&)> add) {
    const auto word = std::make_shared<std::string>();
    app.add_flag(names, *word, help)->trigger_on_parse()->each([word, add = std::move(add)](const std::string& set) { add(set); });
}

/// Of options that take one value the last counts, as in strace; flags (-q, -t, -v …) add up.
void last_one_wins(CLI::App& app) {
    for (CLI::Option* option : app.get_options([](const CLI::Option* each) { return !each->get_positional(); }))
        if (option->get_items_expected_max() == 1 && option->get_multi_option_policy() != CLI::MultiOptionPolicy::Join) option->take_last();
}

}  // namespace

void add_print_options(CLI::App& app, TraceOptions& options) {
    // What changes a set does so where it stands: the last one wins, an option and its -e alike.
    const auto says = [&options](std::string expression) {
        return [&options, expression = std::move(expression)] { options.expressions.push_back(expression); };
    };
    const auto sets = [&](const std::string& names, const std::string& help, std::string qualifier) {
        const auto add = [&options, qualifier = std::move(qualifier)](const std::string& set) {
            options.expressions.push_back(qualifier + set);
        };
        return app.add_option_function<std::string>(names, add, help)->trigger_on_parse();
    };
    sets("-e",
         "trace=SET, signal=, status=, quiet=, abbrev=, verbose=, raw=, read=, write=, decode-fds=, decode-pids=comm,pidns; "
         "SET: names, %class, /regex, !not, name@64, ttrpc, grpc, nri, dbus",
         "")
        ->type_name("EXPR");
    app.add_option("-o,--output", options.output, "write to FILE, or to a command: '|CMD'")->type_name("FILE");
    app.add_flag("-A,--output-append-mode", options.append, "append to the file of -o");
    app.add_option("-s,--string-limit", options.string_limit, "longest string shown (32)")->type_name("BYTES");
    app.add_option("-a,--columns", options.column, "column of the result (40)");
    app.add_flag_callback("-v,--no-abbrev", says("abbrev=none"), "structs, environments and lists in full")->trigger_on_parse();
    app.add_flag("-x", options.hex, "non-ASCII strings in hex; -xx: all strings");
    app.add_flag("--strings-in-hex{all}", options.strings_in_hex, "=all, =non-ascii (-x), =non-ascii-chars: escapes alone, or =none")
        ->take_last();
    app.add_option("-X,--const-print-style", options.constants, "raw, abbrev or verbose");
    app.add_flag("-y", options.fds, "descriptors with their paths; -yy: with all that is known of them");
    app.add_flag("--decode-fds{path}", options.fd_details, "=path (-y), =all (-yy), or a list of path, dev, pidfd, socket")->take_last();
    app.add_flag_callback("-Y", says("decode-pids=comm"), "process ids with their command names")->trigger_on_parse();
    app.add_flag_callback("--pidns-translation", says("decode-pids=pidns"),
                          "process ids with what they are in shimtrace's own pid namespace")
        ->trigger_on_parse();
    sets("--decode-pids", "comm, pidns", "decode-pids=")->type_name("WHAT");
    app.add_flag("-t", options.timestamps, "time of day; -tt: with microseconds; -ttt: since the epoch");
    app.add_flag("--absolute-timestamps{time},--timestamps{time}", options.absolute, "=none, =time or =unix, and s, ms, us, ns: =unix,ms")
        ->join(',');
    app.add_flag("-r{us},--relative-timestamps{us}", options.relative, "time since the line before; =s, =ms, =us, =ns")->take_last();
    app.add_flag("-T{us},--syscall-times{us}", options.durations, "time spent in each call; =s, =ms, =us, =ns")->take_last();
    app.add_flag("-n,--syscall-number", options.numbers, "system call numbers");
    app.add_flag("-i,--instruction-pointer", options.pointers, "instruction pointers");
    app.add_flag("-k,--stack-traces,--stack-trace", options.stacks, "the stack of each call; Go frames for Go programs");
    app.add_flag("-c,--summary-only", options.summary_only, "a table of calls instead of lines");
    app.add_flag("-C,--summary", options.summary, "a table of calls after the lines");
    app.add_flag("-w,--summary-wall-clock", options.wall_clock, "the table counts wall-clock time");
    app.add_option("-S,--summary-sort-by", options.sort, "time, min-time, max-time, avg-time, calls, errors, name, nothing");
    app.add_option("-U,--summary-columns", options.columns, "the table's columns");
    app.add_option("-O,--summary-syscall-overhead", options.overhead, "microseconds taken off each call in the table");
    app.add_flag_callback("-z,--successful-only", says("status=successful"), "only calls that succeeded")->trigger_on_parse();
    app.add_flag_callback("-Z,--failed-only,--failing-only", says("status=failed"), "only calls that failed")->trigger_on_parse();
    app.add_option("-P,--trace-path", options.paths, "only calls that touch PATH")->allow_extra_args(false)->type_name("PATH");
    app.add_flag("-q", options.quiet, "no attach messages; -qq: nor exits; -qqq: nothing but calls");
    app.add_option("--blocked", options.blocked,
                   "say so when a call has blocked, or a message had no reply, for that long, and at twice that … (5s; 0: never)")
        ->type_name("TIME");
    app.add_flag("--interesting", options.interesting,
                 "what matters first: waits of daemons and shims that rest are folded into a line (the default on a terminal)");
    app.add_flag("--no-interesting", options.no_interesting, "every call on a line of its own");
    app.add_flag("--plain", options.plain, "strace's lines and nothing more: no roles, no notes on blocked calls");
    for (const auto& [name, help] : {std::pair{"--trace", "-e trace="},
                                     {"--signal,--signals", "-e signal="},
                                     {"--status", "-e status="},
                                     {"--abbrev", "-e abbrev=: structs and lists of these calls are shortened"},
                                     {"--verbose", "-e verbose=: structs and lists of these calls are read at all"},
                                     {"--raw", "-e raw=: arguments of these calls as hex numbers"},
                                     {"--read", "-e read=: dump what is read from these descriptors"},
                                     {"--write", "-e write=: dump what is written to these descriptors"}})
        sets(name, help, std::string(name).substr(2, std::string_view(name).find(',') - 2) + "=");
    add_flag_with_set(app, "--quiet{q},--silent{q},--silence{q}", "-e quiet=; without a set as -q", [&options](const std::string& set) {
        options.expressions.push_back("quiet=" + (set == "q" ? "attach,personality" : set));
    });
    add_flag_with_set(app, "--secontext{e}", "SELinux contexts: none where the kernel has no SELinux", [&options](const std::string& set) {
        options.expressions.push_back("secontext=" + (set == "e" ? "!full,mismatch" : set));
    });
    last_one_wins(app);
}

void add_target_options(CLI::App& app, TraceOptions& options) {
    app.add_option("TARGET", options.targets, std::string(target_words));
    app.add_option("-p,--attach", options.pids, "attach to PID (one thread; -f: all of its process)")
        ->allow_extra_args(false)
        ->type_name("PID");
    app.add_flag("-f,--follow-forks", options.follow, "follow threads and children (the default for a TARGET); -ff: a file each");
    app.add_option("-b,--detach-on", options.detach_on, "=execve: a process that executes another program is let go")
        ->check(CLI::IsMember({"execve"}))
        ->type_name("CALL");
    app.add_option("-I,--interruptible", options.interruptible,
                   "1 anywhere, 2 waiting: Ctrl-C, SIGTERM and SIGHUP end the session; 3 never, 4 never_tstp: they do not")
        ->check(CLI::IsMember({"1", "anywhere", "always", "2", "waiting", "3", "never", "4", "never_tstp"}))
        ->type_name("WHEN");
    app.add_flag("--output-separately", options.separate, "a file for each thread: FILE.TID");
    app.add_flag("--no-follow", options.no_follow, "a TARGET's own threads only");
    app.add_option("-E,--env", options.environment, "NAME=VALUE sets, NAME removes a variable of the command")->allow_extra_args(false);
    app.add_flag("--seccomp-bpf", options.seccomp,
                 "let the kernel skip calls that are not asked for (the default with -f, -e trace= and a command, for root; "
                 "not under -D)");
    app.add_flag("--no-seccomp-bpf", options.no_seccomp, "do not");
    app.add_flag("--colocate", options.colocate, "share a CPU with the tracee: faster on virtual machines");
    last_one_wins(app);
}

void add_tracer_options(CLI::App& app, TraceOptions& options) {
    app.add_flag(
        "-D", options.daemonize,
        "the tracer is the command's grandchild, and the command its caller's child; -DD: in a process group of its own, -DDD: in a "
        "session of its own");
    add_flag_with_set(app, "--daemonize{grandchild}", "=grandchild, pgroup, session: as -D, -DD, -DDD",
                      [&options](const std::string& place) { options.daemonized = place; });
}

}  // namespace shimtrace::cli
