#include "cli/trace_filter.hpp"
#include "cli/time_text.hpp"
#include "cli/trace_options.hpp"

#include "decoders_syscalls/table.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::cli;

namespace {

bool shows(const Expressions& expressions, std::string_view name) {
    return expressions.calls.shows(Arch::x86_64, *decoders::syscall_number(Arch::x86_64, name));
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

TEST_CASE("signals and statuses are sets as well") {
    CHECK_FALSE(after("signal=!SIGCHLD").signals[17]);
    CHECK(after("signal=CHLD").signals[17]);
    CHECK(after("status=failed,unfinished").statuses == (output::status_failed | output::status_unfinished));
}

TEST_CASE("durations are read with their unit, and nothing else is taken for one") {
    CHECK(*parse_duration("5s") == std::chrono::seconds(5));
    CHECK(*parse_duration("200ms") == std::chrono::milliseconds(200));
    CHECK(*parse_duration("1.5") == std::chrono::milliseconds(1500));
    CHECK_FALSE(parse_duration("5 parsecs"));
    CHECK_FALSE(parse_duration("-1s"));
    CHECK_FALSE(parse_duration("nan"));
}

TEST_CASE("a TARGET is followed by default, -p is not, as in strace") {
    TraceOptions options;
    options.targets = {"c1"};
    CHECK(plan_trace(options)->request.follow);
    options.no_follow = true;
    CHECK_FALSE(plan_trace(options)->request.follow);
    TraceOptions by_pid;
    by_pid.pids = {"12,13"};
    CHECK_FALSE(plan_trace(by_pid)->request.follow);
    CHECK(plan_trace(by_pid)->pids.size() == 2);
    by_pid.pids = {"12x"};
    CHECK_FALSE(plan_trace(by_pid));
}
