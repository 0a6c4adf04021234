#include "tracer/session/targets.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <unistd.h>

#include <doctest/doctest.h>

#include <algorithm>

using namespace shimtrace;
using namespace shimtrace::session;
using namespace shimtrace::test;

namespace {

Host two_containers() {
    Host host;
    host.container(100, 200, "c1");
    host.container(101, 201, "c2");
    host.files(1).sandbox_shim = Pid{101};
    return host;
}

using Refs = std::vector<ContainerRef>;
using Pids = std::vector<Pid>;

}  // namespace

TEST_CASE("a name that means several refuses the words, one that means none the host") {
    const Snapshot snapshot = two_containers().build();
    const auto several = find_targets(snapshot, {"c1", "c"});
    REQUIRE_FALSE(several);
    CHECK(several.error().usage);
    const auto none = find_targets(snapshot, {"c1", "absent"});
    REQUIRE_FALSE(none);
    CHECK_FALSE(none.error().usage);
}

TEST_CASE("an empty word, as a script's unset variable leaves it, is no question about the whole host") {
    const Snapshot snapshot = two_containers().build();
    const auto refused = query_about(snapshot, {""}, "");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().usage);
    CHECK_FALSE(query_about(snapshot, {"c1", ""}, ""));
    CHECK_FALSE(query_about(snapshot, {""}, "default"));
    CHECK(query_about(snapshot, {}, "default"));
}

TEST_CASE("of a session's targets the gone are left out in silence, those that mean several now are told") {
    const Snapshot snapshot = two_containers().build();
    std::vector<std::string> left_out;
    const FoundTargets remaining = find_remaining(snapshot, {"absent", "c1", "c"}, left_out);
    REQUIRE(remaining.size() == 1);
    CHECK(remaining.front().container == ContainerRef{"default", "c1"});
    REQUIRE(left_out.size() == 1);
    CHECK(left_out.front().find("c2") != std::string::npos);
}

TEST_CASE("a container is asked for by name, a shim's pid stands for all that it serves, another pid for itself") {
    Host host = two_containers();
    host.files(1).sandbox_shim = Pid{100};  // a pod's shim
    const Snapshot snapshot = host.build();
    const auto asked = [&](const std::string& text) { return query_of(snapshot, *find_targets(snapshot, {text})); };
    CHECK(asked("c1").containers == Refs{{"default", "c1"}});
    CHECK(asked("100").containers == Refs{{"default", "c1"}, {"default", "c2"}});
    CHECK(asked("100").shims == Pids{Pid{100}, Pid{100}});
    CHECK(asked("1").pids == Pids{Pid{1}});
    CHECK(asked("1").containers.empty());
}

TEST_CASE("a session asks for the containers of the shims it came upon, else for its own processes, and never for the whole host") {
    const Snapshot snapshot = two_containers().build();
    diagnosis::Query query;
    add_session(query, snapshot, {Pid{100}, Pid{201}}, true);
    CHECK(query.containers == Refs{{"default", "c1"}});
    CHECK(query.pids.empty());

    diagnosis::Query started;
    add_session(started, snapshot, {Pid{201}, Pid{4711}}, false);
    CHECK(started.pids == Pids{Pid{201}});  // 4711 has ended

    diagnosis::Query nothing;
    add_session(nothing, snapshot, {}, false);
    CHECK(nothing.pids == Pids{Pid{::getpid()}});
}

TEST_CASE("looked at closely are the shim above a target and its container's processes; without targets every container's") {
    Host host = two_containers();
    host.inside(host.add(300, 200, "worker"), {"default", "c1"}, 7);
    const Snapshot snapshot = host.build();
    CHECK(concerned(snapshot, *find_targets(snapshot, {"300"}), {}) == Pids{Pid{100}, Pid{200}, Pid{300}});
    CHECK(concerned(snapshot, {}, {}) == Pids{Pid{100}, Pid{101}, Pid{200}, Pid{201}, Pid{300}});
    CHECK(concerned(snapshot, {}, Pids{Pid{1}}) == Pids{Pid{1}});  // of a session no more than its own
}

TEST_CASE("of a shim that is asked about by its pid the runtimes at work below it are looked at closely as well") {
    Host host = two_containers();
    host.add(110, 100, "runc").role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "create"};
    const Snapshot snapshot = host.build();
    const Pids closely = concerned(snapshot, *find_targets(snapshot, {"100"}), {});
    CHECK(std::ranges::find(closely, Pid{110}) != closely.end());
}

TEST_CASE("a saved snapshot answers what was asked when it was taken, or what is named now") {
    Host host = two_containers();
    host.snapshot().asked = {{"default", "c2"}};
    host.snapshot().targets = {Pid{101}, Pid{1}};
    const Snapshot snapshot = host.build();
    const auto then = query_about(snapshot, {});
    REQUIRE(then);
    CHECK(then->containers == Refs{{"default", "c2"}});
    CHECK(then->shims == Pids{Pid{101}});
    CHECK(then->pids == Pids{Pid{1}});
    const auto now = query_about(snapshot, {"c1"});
    REQUIRE(now);
    CHECK(now->containers == Refs{{"default", "c1"}});
    CHECK_FALSE(query_about(snapshot, {"absent"}));
}
