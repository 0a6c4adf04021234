#include "tracer/cli/trace_filter.hpp"
#include "decoders/text/durations.hpp"
#include "tracer/cli/trace_plan.hpp"

#include "decoders/syscalls/table.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::cli;

namespace {

bool shows(const Expressions& expressions, std::string_view name) {
    return expressions.calls.holds(Arch::x86_64, *decoders::syscall_number(Arch::x86_64, name), false);
}

Expressions after(std::string_view text) {
    Expressions expressions;
    REQUIRE(apply_expression(expressions, text));
    return expressions;
}

}  // namespace

TEST_CASE("trace= takes names, lists, classes, patterns and their negation") {
    CHECK(shows(after("trace=read,write"), "write"));
    CHECK_FALSE(shows(after("trace=read,write"), "close"));
    CHECK(shows(after("read"), "read"));
    CHECK_FALSE(shows(after("!read"), "read"));
    CHECK(shows(after("trace=!read"), "write"));
    CHECK(shows(after("trace=%file"), "openat"));
    CHECK_FALSE(shows(after("%network"), "openat"));
    CHECK(shows(after("trace=/^epoll_"), "epoll_wait"));
    CHECK_FALSE(shows(after("/^epoll_"), "poll"));
    CHECK(shows(after("trace=file"), "openat"));
    CHECK_FALSE(shows(after("trace=none"), "read"));
}

TEST_CASE("what is not known is named, unless it was optional") {
    Expressions expressions;
    const auto refused = apply_expression(expressions, "trace=raed");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().find("raed") != std::string::npos);
    CHECK(apply_expression(expressions, "trace=?raed,read"));
    CHECK_FALSE(apply_expression(expressions, "trace=%fil"));
    CHECK_FALSE(apply_expression(expressions, "signal=SIGNOPE"));
    CHECK_FALSE(apply_expression(expressions, "inject=read:error=EIO"));
}

TEST_CASE("a class in its old spelling goes before the calls of i386 that are called alike") {
    for (const char* name : {"signal", "ipc"}) {
        CAPTURE(name);
        CHECK(after(std::string("trace=") + name).calls.of(Arch::x86_64) == after(std::string("trace=%") + name).calls.of(Arch::x86_64));
        CHECK(after(std::string("trace=") + name).calls.of(Arch::x86_64).any());
    }
}

TEST_CASE("signals and statuses are sets as well") {
    CHECK_FALSE(after("signal=!SIGCHLD").signals[17]);
    CHECK(after("signal=CHLD").signals[17]);
    CHECK(after("status=failed,unfinished").statuses == (output::status_failed | output::status_unfinished));
}

TEST_CASE("durations are read with their unit, and nothing else is taken for one") {
    CHECK(*text::parse_duration("5s") == std::chrono::seconds(5));
    CHECK(*text::parse_duration("200ms") == std::chrono::milliseconds(200));
    CHECK(*text::parse_duration("1.5") == std::chrono::milliseconds(1500));
    CHECK_FALSE(text::parse_duration("5 parsecs"));
    CHECK_FALSE(text::parse_duration("-1s"));
    CHECK_FALSE(text::parse_duration("nan"));
}

TEST_CASE("a TARGET is followed by default, -p is not, as in strace") {
    TraceOptions options;
    options.targets = {"c1"};
    CHECK(plan_trace(options)->session.request.follow);
    options.no_follow = true;
    CHECK_FALSE(plan_trace(options)->session.request.follow);
    TraceOptions by_pid;
    by_pid.pids = {"12,13"};
    CHECK_FALSE(plan_trace(by_pid)->session.request.follow);
    CHECK(plan_trace(by_pid)->session.pids.size() == 2);
    by_pid.pids = {"12x"};
    CHECK_FALSE(plan_trace(by_pid));
}

TEST_CASE("sets of calls and of descriptors say how they are printed; an empty set is a mistake") {
    const auto number = *decoders::syscall_number(Arch::x86_64, "openat");
    CHECK_FALSE(after("trace=openat@32").calls.holds(Arch::x86_64, number, false));
    CHECK(shows(after("trace=openat@64"), "openat"));
    CHECK(after("raw=openat").raw.holds(Arch::x86_64, number, false));
    CHECK_FALSE(Expressions{}.raw.holds(Arch::x86_64, number, false));
    CHECK_FALSE(after("abbrev=!openat").abbreviated.holds(Arch::x86_64, number, false));
    CHECK_FALSE(after("verbose=none").dereferenced.holds(Arch::x86_64, number, false));
    CHECK(after("write=1,2").dump_written.shows(Fd{2}));
    CHECK_FALSE(after("write=!1,2").dump_written.shows(Fd{2}));
    CHECK(after("read=all").dump_read.shows(Fd{7}));
    CHECK_FALSE(after("read=!all").dump_read.any());
    CHECK(after("decode-fds=dev,socket").fd_details == (decoders::fd_detail_device | decoders::fd_detail_socket));
    CHECK(after("signal=chld").signals[17]);
    Expressions expressions;
    for (const char* refused : {"trace=", "trace=!", "signal=", "read=x", "trace=openat@65", "raw=raed"})
        CHECK_FALSE(apply_expression(expressions, refused));
}

TEST_CASE("times take a precision, and absolute ones a format") {
    TraceOptions options;
    options.absolute = "format:unix,precision:ms";
    options.relative = "ns";
    options.durations = "s";
    const auto plan = plan_trace(options);
    REQUIRE(plan);
    CHECK(plan->print.timestamps == output::Timestamps::epoch);
    CHECK(plan->print.timestamp_digits == 3);
    CHECK(plan->print.relative_digits == 9);
    CHECK(plan->print.duration_digits == 0);
    options.durations = "eons";
    CHECK_FALSE(plan_trace(options));
}

TEST_CASE("the last one wins, whether as an option or with -e, and options that add up do") {
    const auto plan_of = [](std::vector<std::string> words) {
        CLI::App app;
        TraceOptions options;
        add_print_options(app, options);
        add_target_options(app, options);
        std::ranges::reverse(words);
        app.parse(words);
        return plan_trace(options);
    };
    const auto last = plan_of({"-s", "10", "-s", "20", "-a1", "-a2", "-o", "/a", "-o", "/b", "-Xraw", "--const-print-style=verbose"});
    REQUIRE(last);
    CHECK(last->print.style.string_limit == 20);
    CHECK(last->print.column == 2);
    CHECK(last->place.path == "/b");
    CHECK(last->print.style.constants == decoders::Constants::verbose);
    CHECK(plan_of({"-z", "-Z"})->print.statuses == output::status_failed);
    CHECK(plan_of({"-Z", "-e", "status=successful"})->print.statuses == output::status_successful);
    CHECK(plan_of({"-v", "-e", "abbrev=all"})->print.abbreviated.of(Arch::x86_64).all());
    CHECK(plan_of({"-e", "abbrev=all", "-v"})->print.abbreviated.of(Arch::x86_64).none());
    CHECK(plan_of({"-e", "trace=read", "--trace=write"})->print.calls.of(Arch::x86_64).count() == 1);
    CHECK(plan_of({"--quiet"})->print.quiet == (output::quiet_attach | output::quiet_personality));
    CHECK(plan_of({"--silent=exits"})->print.quiet == output::quiet_exit);
    CHECK(plan_of({"-Y", "--pidns-translation"})->print.style.pid_namespaces);

    CHECK(plan_of({"--timestamps=unix,ns"})->print.timestamp_digits == 9);
    CHECK(plan_of({"--strings-in-hex=none"})->print.style.hex == decoders::HexStrings::none);
    CHECK(plan_of({"-c", "-S", "time_total"}));
    CHECK_FALSE(plan_of({"-c", "-C"}));
    CHECK_FALSE(plan_of({"-s", "4294967295"}));
}
