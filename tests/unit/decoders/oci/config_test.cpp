#include "decoders/oci/config.hpp"
#include "decoders/oci/runtimes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace shimtrace::oci;

namespace {

auto parse_runc_state(std::string_view text) {
    return parse_state(text, runtime_named("runc").state);
}
auto parse_crun_status(std::string_view text) {
    return parse_state(text, runtime_named("crun").state);
}

constexpr std::string_view good = R"({
  "ociVersion": "1.0.2-dev",
  "process": {"user": {"uid": 0, "gid": 0}, "args": ["/bin/sleep", "9"], "env": ["PATH=/bin"], "cwd": "/"},
  "root": {"path": "rootfs"},
  "hostname": null,
  "hooks": {"createRuntime": [{"path": "/usr/bin/hook", "args": ["hook", "x"], "timeout": 3}]},
  "annotations": {"io.kubernetes.cri.sandbox-id": "p1"},
  "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
  "linux": {"cgroupsPath": "/x/c1", "namespaces": [{"type": "pid"}, {"type": "network", "path": "/run/netns/a"}]}
})";

std::string replaced(std::string_view what, std::string_view by) {
    std::string text(good);
    text.replace(text.find(what), what.size(), by);
    return text;
}

struct Breach {
    std::string_view what, by;
    std::size_t line;
    std::string_view says;
    bool refused = true;
};

constexpr Breach breaches[] = {
    {"\"ociVersion\": \"1.0.2-dev\",", "", 1, "ociVersion is missing"},
    {"\"1.0.2-dev\"", "\"2.0\"", 2, "version 1", false},
    {"\"1.0.2-dev\"", "1", 2, "ociVersion is an integer, not a string"},
    {"\"cwd\": \"/\"", "\"cwd\": \"work\"", 3, "process.cwd is no absolute path"},
    {", \"cwd\": \"/\"", "", 3, "process.cwd is missing"},
    {"[\"/bin/sleep\", \"9\"]", "[]", 3, "process.args is empty"},
    {"[\"/bin/sleep\", \"9\"]", "[\"/bin/sleep\", 9]", 3, "process.args[1] is an integer, not a string"},
    {"\"uid\": 0", "\"uid\": -1", 3, "process.user.uid is a negative integer"},
    {"\"uid\": 0", "\"uid\": \"0\"", 3, "process.user.uid is a string"},
    {"{\"path\": \"rootfs\"}", "{}", 4, "root.path is missing"},
    {"{\"path\": \"rootfs\"}", "\"rootfs\"", 4, "root is a string, not an object"},
    {"/usr/bin/hook", "hook", 6, "hooks.createRuntime[0].path is no absolute path"},
    {"\"timeout\": 3", "\"timeout\": \"3s\"", 6, "timeout is a string"},
    {"\"p1\"", "7", 7, "annotations.io.kubernetes.cri.sandbox-id is an integer"},
    {"\"destination\": \"/proc\"", "\"destination\": \"proc\"", 8, "mounts[0].destination", false},
    {"\"destination\": \"/proc\", ", "", 8, "mounts[0].destination is missing"},
    {"{\"type\": \"pid\"}", "{\"type\": \"pids\"}", 9, "linux.namespaces[0].type is none of"},
    {"/run/netns/a", "netns/a", 9, "linux.namespaces[1].path is no absolute path"},
};

}  // namespace

TEST_CASE("a good config.json has no problem, and is read") {
    const auto checked = parse_config(good);
    REQUIRE(checked);
    for (const ConfigProblem& problem : checked->problems) MESSAGE(problem.error.text());
    CHECK(checked->problems.empty());
    CHECK(checked->config.arguments == std::vector<std::string>{"/bin/sleep", "9"});
    REQUIRE(checked->config.hooks.size() == 1);
    CHECK(checked->config.hooks[0].kind == "createRuntime");
    CHECK(checked->config.hooks[0].timeout_s == 3);
    CHECK(checked->config.hooks[0].place.line == 6);
    CHECK(checked->config.annotations.at("io.kubernetes.cri.sandbox-id") == "p1");
    CHECK(checked->config.namespaces.size() == 2);
}

TEST_CASE("each breach of the specification is named once, with its line") {
    for (const Breach& breach : breaches) {
        CAPTURE(std::string(breach.says));
        const auto checked = parse_config(replaced(breach.what, breach.by));
        REQUIRE(checked);
        REQUIRE(checked->problems.size() == 1);
        CAPTURE(checked->problems[0].error.text());
        CHECK(checked->problems[0].error.message.find(breach.says) != std::string::npos);
        CHECK(checked->problems[0].error.place.line == breach.line);
        CHECK(checked->problems[0].refused == breach.refused);
    }
}

TEST_CASE("a document that is no object is a problem, not a crash") {
    for (const std::string_view text : {"[]", "7", "null", "\"x\""}) {
        const auto checked = parse_config(text);
        REQUIRE(checked);
        CHECK(checked->problems.size() == 1);
    }
}

TEST_CASE("runc's state.json tells pid, start, bundle, cgroups") {
    const auto state =
        parse_runc_state(R"({"id":"s1","init_process_pid":20362,"init_process_start":201280,"created":"2026-11-24T22:51:52.7Z",
        "config":{"rootfs":"/r","cgroups":{"path":"/ns/s1","Systemd":true},"labels":["bundle=/run/b"]},
        "cgroup_paths":{"freezer":"/sys/fs/cgroup/freezer/ns/s1"},"external_descriptors":["pipe:[1]","pipe:[2]","/dev/null"]})");
    REQUIRE(state);
    CHECK(state->init_pid == 20362);
    CHECK(state->init_start == 201280);
    CHECK(state->bundle == "/run/b");
    CHECK(state->systemd_cgroup);
    CHECK(state->cgroup_paths.at("freezer") == "/sys/fs/cgroup/freezer/ns/s1");
    CHECK(state->stdio[1] == "pipe:[2]");
}

TEST_CASE("a state.json without cgroups is whole: runc leaves them out since 1.4 where there are none") {
    const auto state = parse_runc_state(R"({"id":"s1","init_process_pid":7,"init_process_start":9,"created":"","config":{"rootfs":"/r"}})");
    REQUIRE(state);
    CHECK(state->cgroup_paths.empty());
}

TEST_CASE("a state.json that lacks what runc needs says what") {
    const auto missing = parse_runc_state(R"({"id":"s1"})");
    REQUIRE(!missing);
    CHECK(missing.error().message.find("init_process_pid is missing") != std::string::npos);
    const auto wrong = parse_runc_state("{\"id\":\"s1\",\n\"init_process_pid\":\"7\"}");
    REQUIRE(!wrong);
    CHECK(wrong.error().place.line == 2);
    const auto wild = parse_runc_state(
        R"({"id":"s","init_process_pid":99999999999,"init_process_start":1,"created":"","config":{"rootfs":""},"cgroup_paths":{}})");
    REQUIRE(!wild);
    CHECK(wild.error().message.find("no process id") != std::string::npos);
}

TEST_CASE("crun's status is understood as well") {
    const auto status = parse_crun_status(R"({"pid": 22537, "process-start-time": 216837, "cgroup-path": "", "rootfs": "rootfs",
        "systemd-cgroup": false, "bundle": "/tmp/b", "created": "2026-11-24T22:54:28Z", "external_descriptors": "[\"/dev/null\",\"pipe:[5]\"]"})");
    REQUIRE(status);
    CHECK(status->init_pid == 22537);
    CHECK(status->rootfs == "/tmp/b/rootfs");
    CHECK(status->stdio.at(1) == "pipe:[5]");
}
