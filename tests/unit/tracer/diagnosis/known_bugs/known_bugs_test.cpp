#include "tracer/diagnosis/known_bugs/known_bugs.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// The shim waits for `runc exec`, whose child has ended and lies there.
Host lost_signal(const std::string& runc_version) {
    Host host;
    host.container(100, 200, "c1");
    Process& runc = host.add(300, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .exec_id = "e1", .operation = "exec"};
    runc.go = GoProgram{.pid = Pid{300}, .version = "go1.24.4"};
    Goroutine& main = runc.go->goroutines.emplace_back();
    main.id = GoroutineId{1};
    main.state = GoState::waiting;
    main.wait.kind = GoWaitKind::chan_receive;
    main.stack = {{.function = "main.(*signalHandler).forward"}, {.function = "main.(*runner).run"}};
    host.add(301, 300, "true").state = ProcessState::zombie;
    host.snapshot().host.runc_version = runc_version;
    host.resample(2s);
    return host;
}

}  // namespace

TEST_CASE("a version is in a range by its numbers") {
    CHECK(diagnosis::is_in_range("1.3.0", "1.3.0", "1.3.5"));
    CHECK(diagnosis::is_in_range("1.3.5~ds1", "1.3.0", "1.3.5"));
    CHECK(diagnosis::is_in_range("v1.3.4", "1.3.0", "1.3.5"));
    CHECK_FALSE(diagnosis::is_in_range("1.3.6", "1.3.0", "1.3.5"));
    CHECK_FALSE(diagnosis::is_in_range("1.30.1", "1.3.0", "1.3.5"));
    CHECK_FALSE(diagnosis::is_in_range("", "1.3.0", "1.3.5"));
    CHECK_FALSE(diagnosis::is_in_range("1.3", "1.3.0", "1.3.5"));
}

TEST_CASE("a bug is known by all of its signature, never by the version alone") {
    const auto bug_of = [](const Host& host) {
        const auto verdicts = diagnosis::diagnose(host.build(), {.containers = {{"default", "c1"}}, .pids = {}, .shims = {}});
        return verdicts.at(0).stuck && verdicts.at(0).known_bug ? verdicts.at(0).known_bug->id : std::string();
    };
    CHECK(bug_of(lost_signal("1.3.4")) == "opencontainers/runc#5208");
    CHECK(bug_of(lost_signal("1.3.6")).empty());
    CHECK(bug_of(lost_signal("")).empty());
    Host other = lost_signal("1.3.4");
    other.get(300).go->goroutines[0].stack.erase(other.get(300).go->goroutines[0].stack.begin());
    CHECK(bug_of(other).empty());
    Host lives = lost_signal("1.3.4");
    lives.get(301).state = ProcessState::sleeping;
    CHECK(bug_of(lives).empty());
}
