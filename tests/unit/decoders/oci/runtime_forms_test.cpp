// The states of runtimes that keep them otherwise than runc does.
#include "decoders/oci/runtimes.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace shimtrace::oci;

namespace {

// As runsc 0.0~20221219 wrote it under containerd on cgroup v1, without the most of `spec`.
constexpr std::string_view runsc_state = R"({"id":"c1","spec":{"ociVersion":"1.0.2-dev","root":{"path":"/b/rootfs"}},"bundleDir":"/b",
    "createdAt":"2026-11-30T04:54:33.575649122Z","owner":"","consoleSocket":"","status":"running","goferPid":4507,"sandbox":{"id":"c1","pid":4511,
    "uid":65534,"gid":65534,"cgroup":{"cgroupv1":{"name":"/ns/c1","parents":null,"own":{"cpu":true}}},"originalOomScoreAdj":1},
    "compatCgroup":{"cgroupunknown":null},"saver":{"rootDir":"/r","id":{"sandboxId":"c1","containerId":"c1"}}})";

std::string with(std::string text, std::string_view what, std::string_view by) {
    text.replace(text.find(what), what.size(), by);
    return text;
}

}  // namespace

TEST_CASE("a state of gVisor's names its sandbox and its gofer, and where its cgroup is, whatever makes that") {
    const StateForm& form = runtime_named("runsc").state;
    const auto state = parse_state(runsc_state, form);
    REQUIRE(state);
    CHECK(state->id == "c1");
    CHECK(state->init_pid == 4511);
    CHECK(state->gofer_pid == 4507);
    CHECK(state->cgroup == "/ns/c1");
    CHECK(state->rootfs == "/b/rootfs");
    CHECK(state->bundle == "/b");
    CHECK(state->created.starts_with("2026-11-30T04:54:33"));
    const std::string v1 = R"({"cgroupv1":{"name":"/ns/c1","parents":null,"own":{"cpu":true}}})", text(runsc_state);
    const auto v2 = parse_state(with(text, v1, R"({"cgroupv2":{"mountpoint":"/sys/fs/cgroup","path":"/ns/c2"}})"), form);
    REQUIRE(v2);
    CHECK(v2->cgroup == "/ns/c2");
    const auto none = parse_state(with(text, v1, R"({"cgroupunknown":null})"), form);
    REQUIRE(none);
    CHECK(none->cgroup.empty());
}

TEST_CASE("a container of gVisor that has ended has no sandbox in its state") {
    const StateForm& form = runtime_named("runsc").state;
    const auto ended = parse_state(R"({"id":"c1","spec":{},"bundleDir":"/b","status":"stopped","goferPid":0,"sandbox":null})", form);
    REQUIRE(ended);
    CHECK(ended->init_pid == 0);
    CHECK(!parse_state(R"({"id":"c1","spec":{},"bundleDir":"/b","status":"running","sandbox":{"pid":"4"}})", form));
    CHECK(!parse_state(R"({"id":"c1","spec":{},"bundleDir":"/b","status":"running","sandbox":{"pid":-4}})", form));
}

TEST_CASE("where states lie in one directory the file's name says whose it is") {
    const auto found = flat_state("web-1_sandbox:pod.state");
    REQUIRE(found);
    CHECK(found->runtime->name == "runsc");
    CHECK(found->id == "web-1");
    CHECK(found->sandbox == "pod");
    for (const std::string_view other : {"web-1_sandbox:pod.lock", "_sandbox:pod.state", "a_sandbox:.state", "state.json", "a.state", ""})
        CHECK(!flat_state(other));
}

TEST_CASE("youki's state has no pid until there is an init") {
    const StateForm& form = runtime_named("youki").state;
    const auto state = parse_state(R"({"ociVersion":"v1.0.2","id":"c1","status":"running","pid":812,"bundle":"/b","annotations":{},
        "created":"2026-11-29T10:00:00.5Z","creator":0,"useSystemd":true,"cleanUpIntelRdtSubdirectory":false})",
                                   form);
    REQUIRE(state);
    CHECK(state->init_pid == 812);
    CHECK(state->bundle == "/b");
    CHECK(state->systemd_cgroup);
    const auto creating = parse_state(R"({"ociVersion":"v1.0.2","id":"c1","status":"creating","bundle":"/b","useSystemd":false})", form);
    REQUIRE(creating);
    CHECK(creating->init_pid == 0);
    CHECK(!parse_state(R"({"id":"c1","status":"running","pid":"8","bundle":"/b"})", form));
}

TEST_CASE("a configured cgroup path is where the driver makes it") {
    CHECK(cgroup_of_spec("/ns/c1", false) == "/ns/c1");
    CHECK(cgroup_of_spec(":youki:c1", false) == "/:youki:c1");
    CHECK(cgroup_of_spec(":youki:c1", true) == "/system.slice/youki-c1.scope");
    CHECK(cgroup_of_spec("kubepods-burstable-pod7.slice:cri-containerd:c1", true) ==
          "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod7.slice/cri-containerd-c1.scope");
    CHECK(cgroup_of_spec("", true).empty());
}
