#include "decoders/text/container_name.hpp"
#include "tests/unit/tracer/containerd/process_table.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/engine_names.hpp"
#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/monitors.hpp"
#include "tracer/containerd/roles.hpp"

#include <doctest/doctest.h>

#include <stdlib.h>
#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

ContainerFiles of_pod(std::string_view sandbox, std::string_view id, std::string_view ns, std::string_view pod, std::string_view name) {
    ContainerFiles files = container("k8s.io", id, 0);
    files.sandbox = sandbox;
    files.pod_namespace = ns;
    files.pod = pod;
    files.name = name;
    return files;
}

/// Two pods of one name in two namespaces, one of them with two containers; docker's and podman's containers beside them.
Snapshot named_host() {
    Snapshot snapshot;
    snapshot.processes = {process(1, 0, "/sbin/init")};
    ContainerFiles docker = container("moby", "d0c4e2", 0), podman = container("", "b0d3a4", 0);
    docker.engine_name = podman.engine_name = "web";
    snapshot.containers = {of_pod("4f1b2c3d4e5f6a7b", "4f1b2c3d4e5f6a7b", "prod", "web-1", ""),
                           of_pod("4f1b2c3d4e5f6a7b", "a991", "prod", "web-1", "app"),
                           of_pod("4f1b2c3d4e5f6a7b", "a992", "prod", "web-1", "side"),
                           of_pod("77aa", "77aa", "test", "web-1", ""),
                           of_pod("77aa", "77ab", "test", "web-1", "app"),
                           of_pod("88aa", "88aa", "test", "nginx", ""),
                           of_pod("88aa", "88ab", "test", "nginx", "nginx"),
                           docker,
                           podman};
    containerd::name_containers(snapshot);
    containerd::assign_roles(snapshot);
    return snapshot;
}

std::vector<std::string> ids(const std::expected<std::vector<containerd::FoundTarget>, containerd::TargetError>& found) {
    std::vector<std::string> all;
    if (!found) return {found.error().error.what};
    for (const auto& one : *found) all.push_back(one.container.id);
    return all;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a pod is all its containers, by its name alone where only one is called so, and behind its namespace") {
    const Snapshot snapshot = named_host();
    const auto found = [&](std::string_view text, std::string_view ns = {}) { return containerd::find_targets(snapshot, text, ns); };
    CHECK(ids(found("prod/web-1")) == Ids{"4f1b2c3d4e5f6a7b", "a991", "a992"});
    CHECK(ids(found("web-1", "test")) == Ids{"77aa", "77ab"});
    CHECK(ids(found("nginx")) == Ids{"88aa", "88ab"});  // the container of that name is one of the pod's

    const auto several = found("web-1");
    REQUIRE_FALSE(several);
    CHECK(several.error().ambiguous);
    CHECK(several.error().error.what ==
          "'web-1' is, or is the beginning of, more than one: pod prod/web-1 (sandbox k8s.io/4f1b2c3d4e5f), pod test/web-1 (sandbox "
          "k8s.io/77aa)");
}

TEST_CASE("a container is found by what Kubernetes, docker or podman call it") {
    const Snapshot snapshot = named_host();
    const auto found = [&](std::string_view text, std::string_view ns = {}) { return containerd::find_targets(snapshot, text, ns); };
    CHECK(ids(found("prod/web-1/app")) == Ids{"a991"});
    CHECK(ids(found("side")) == Ids{"a992"});
    CHECK(ids(found("web-1/side")) == Ids{"a992"});
    CHECK(ids(found("moby/web")) == Ids{"d0c4e2"});
    CHECK(ids(found("web", "moby")) == Ids{"d0c4e2"});

    const auto apps = found("app");
    REQUIRE_FALSE(apps);
    CHECK(apps.error().ambiguous);
    CHECK(apps.error().error.what.find("k8s.io/a991 (prod/web-1/app), k8s.io/77ab (test/web-1/app)") == std::string::npos);
    CHECK(apps.error().error.what.find("k8s.io/a991 (prod/web-1/app)") != std::string::npos);
    CHECK(apps.error().error.what.find("k8s.io/77ab (test/web-1/app)") != std::string::npos);
    CHECK(ids(found("app", "prod")) == Ids{"a991"});
    REQUIRE_FALSE(found("web"));  // docker's and podman's
    CHECK(found("web").error().ambiguous);

    const auto none = found("prod/web-2");
    REQUIRE_FALSE(none);
    CHECK_FALSE(none.error().ambiguous);
    CHECK_FALSE(found("prod/web-1/app", "test"));
    CHECK_FALSE(found("a991", "test"));
}

TEST_CASE("a process is meant before what is called by its pid; in full it is still found") {
    Snapshot snapshot = named_host();
    snapshot.processes.push_back(process(512, 1, "/bin/thing"));
    snapshot.containers.push_back(of_pod("99aa", "99aa", "prod", "512", ""));
    containerd::name_containers(snapshot);
    const auto by_pid = containerd::find_targets(snapshot, "512");
    REQUIRE(by_pid);
    CHECK(by_pid->front().pids == std::vector<Pid>{Pid{512}});
    CHECK(ids(containerd::find_targets(snapshot, "prod/512")) == Ids{"99aa"});
    CHECK(ids(containerd::find_targets(snapshot, "513")) == Ids{"no process 513 and no container of that id or name"});
}

TEST_CASE("an id and a name that are the same are told apart by saying which") {
    Snapshot snapshot = named_host();
    snapshot.containers.push_back(container("prod", "web-1", 0));  // ctr -n prod run … web-1
    containerd::name_containers(snapshot);
    const auto both = containerd::find_targets(snapshot, "prod/web-1");
    REQUIRE_FALSE(both);
    CHECK(both.error().ambiguous);
    CHECK(ids(containerd::find_targets(snapshot, "/run/containerd/prod/web-1")) == Ids{"web-1"});
    CHECK(ids(containerd::find_targets(snapshot, "4f1b2c3d4e5f")) == Ids{"4f1b2c3d4e5f6a7b"});
}

TEST_CASE("a namespace is containerd's or Kubernetes'") {
    const Snapshot snapshot = named_host();
    CHECK(ids(containerd::find_namespace(snapshot, "test")) == Ids{"88aa", "88ab", "77aa", "77ab"});  // by name
    CHECK(ids(containerd::find_namespace(snapshot, "moby")) == Ids{"d0c4e2"});
    CHECK(containerd::find_namespace(snapshot, "k8s.io")->size() == 7);
    const auto none = containerd::find_namespace(snapshot, "absent");
    REQUIRE_FALSE(none);
    CHECK_FALSE(none.error().ambiguous);
    CHECK(none.error().error.what.find("there are k8s.io, moby, prod, test") != std::string::npos);
}

TEST_CASE("in words the name comes first and the id short; what has no name is said as it is typed") {
    CHECK(text::container_words({"k8s.io", "4f1b2c3d4e5f6a7b", "prod/web-1/app"}) == "prod/web-1/app (4f1b2c3d4e5f)");
    CHECK(text::container_words({"default", "c1"}) == "default/c1");
    CHECK(text::container_label({"default", "c1"}) == "c1");
    CHECK(text::container_label({"", "c1", "c1"}) == "c1");
    CHECK(text::given_name(of_pod("s", "i", "prod", "web-1", "")) == "prod/web-1");
    ContainerFiles nerdctl = container("default", "c1", 0);
    nerdctl.name = "cache";
    CHECK(text::given_name(nerdctl) == "cache");
    CHECK(ContainerRef{"ns", "c1", "name"} == ContainerRef{"ns", "c1"});
}

TEST_CASE("the name goes with the container, to its processes and descriptors") {
    Snapshot snapshot;
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(100, 1, "/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id pod1 -address /run/containerd/containerd.sock"),
        inside(process(110, 100, "/pause"), 5, 1, "/k8s.io/pod1"), inside(process(120, 100, "/app"), 6, 1, "/k8s.io/app1")};
    ContainerFiles pod = of_pod("pod1", "pod1", "prod", "web-1", ""), app = of_pod("pod1", "app1", "prod", "web-1", "app");
    pod.init_pid = pod.state_init_pid = Pid{110};
    pod.state_init_start = 1100;
    app.init_pid = app.state_init_pid = Pid{120};
    app.state_init_start = 1200;
    snapshot.containers = {pod, app};
    snapshot.processes[1].fds = {
        descriptor(10, OpenFileKind::fifo, "/run/containerd/io.containerd.grpc.v1.cri/containers/app1/io/123/app1-stdout", 901)};
    containerd::name_containers(snapshot);
    containerd::assign_roles(snapshot);
    CHECK(snapshot.processes[1].role.container.name == "prod/web-1");
    CHECK(snapshot.processes[3].role.container.name == "prod/web-1/app");
    CHECK(snapshot.processes[1].fds[0].target.role->container.name == "prod/web-1/app");
}

TEST_CASE("where a pod shares its pid namespace a process is its cgroup's container's, whoever has become its parent") {
    Snapshot snapshot;
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(100, 1, "/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id pod1 -address /run/containerd/containerd.sock"),
        inside(process(110, 100, "/pause"), 5, 1, "/k8s.io/pod1"),
        inside(process(120, 100, "/app"), 5, 7, "/k8s.io/app1"),
        inside(process(130, 110, "/orphan"), 5, 9, "/k8s.io/app1"),
        inside(process(140, 110, "/own"), 5, 10, "/k8s.io/pod1"),
        inside(process(150, 130, "/child"), 5, 11, "/k8s.io/app1")};
    ContainerFiles pod = container("k8s.io", "pod1", 110), app = container("k8s.io", "app1", 120);
    snapshot.containers = {pod, app};
    containerd::assign_roles(snapshot);
    const auto id = [&](std::size_t at) { return snapshot.processes[at].role.container.id; };
    CHECK(id(3) == "app1");
    CHECK(snapshot.processes[3].role.role == ProcessRole::container_init);
    CHECK(id(4) == "app1");
    CHECK(id(5) == "pod1");
    CHECK(id(6) == "app1");
}

namespace {

constexpr std::string_view conmon =
    "/usr/bin/conmon --api-version 1 -c b0d3 -u b0d3 -r /usr/bin/runc -b /var/lib/containers/b0d3/userdata -p /run/pidfile -n web "
    "--exit-dir /exits --full-attach -l k8s-file:/ctr.log --log-level warning --runtime-arg --log-format=json --runtime-arg --log "
    "--runtime-arg=/oci-log --runtime-arg --root=/run/runc2 --exit-command /usr/bin/podman --exit-command-arg --root --exit-command-arg "
    "-n --exit-command-arg x";

}  // namespace

TEST_CASE("conmon's arguments: whose monitor it is, what podman calls that, and where the runtime's state is") {
    const auto words = split(conmon);
    const auto command = containerd::parse_monitor(words);
    REQUIRE(command);
    CHECK(command->id == "b0d3");
    CHECK(command->name == "web");
    CHECK(command->bundle == "/var/lib/containers/b0d3/userdata");
    CHECK(command->runtime_root == "/run/runc2");
    CHECK_FALSE(command->of_exec);
    const auto exec = split("conmon -c b0d3 -u 77 -e --exec-attach --exec-process-spec /spec -r /usr/bin/runc");
    CHECK(containerd::parse_monitor(exec)->of_exec);
    CHECK_FALSE(containerd::parse_monitor(split("conmon --version")));
}

TEST_CASE("conmon is its container's monitor, as a shim would be; another user's is not, nor what a container calls so") {
    Snapshot snapshot;
    snapshot.processes = {process(1, 0, "/sbin/init"), process(200, 1, conmon), inside(process(210, 200, "/bin/web"), 5, 1, "/b0d3"),
                          inside(process(300, 210, conmon), 5, 4, "/b0d3"), process(400, 1, conmon)};
    snapshot.processes.back().uid = 1000;
    ContainerFiles files = container("", "b0d3", 210);
    files.state_dir = "";
    files.bundle = "/var/lib/containers/b0d3/userdata";
    files.runc_root = "/run/runc2";
    files.cgroup = "/b0d3";
    snapshot.containers = {files};
    containerd::assign_roles(snapshot);
    containerd::find_monitors(snapshot);
    containerd::name_containers(snapshot);
    containerd::assign_roles(snapshot);
    CHECK(snapshot.processes[1].role == ProcessRoleInfo{ProcessRole::monitor, {"", "b0d3"}, "", ""});
    CHECK(snapshot.processes[2].role.role == ProcessRole::container_init);
    CHECK(snapshot.processes[3].role.role == ProcessRole::container_process);
    CHECK(snapshot.processes[4].role.role == ProcessRole::none);
    CHECK(snapshot.containers[0].monitor == Pid{200});
    CHECK(snapshot.containers[0].engine_name == "web");
    const auto found = containerd::find_targets(snapshot, "web");
    REQUIRE(found);
    CHECK(found->front().pids == std::vector<Pid>{Pid{200}, Pid{210}});
}

TEST_CASE("dockerd's arguments, whatever stands between them") {
    const auto command =
        containerd::parse_dockerd(split("dockerd -H unix:///d.sock --data-root=/d/root --iptables=false --containerd-namespace m2"));
    CHECK(command.data_root == "/d/root");
    CHECK(command.ns == "m2");
}

namespace {

/// A copy of a host's files, gone with it.
class Copy {
public:
    Copy() {
        std::string pattern = (std::filesystem::temp_directory_path() / "shimtrace-names-XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
    }
    ~Copy() { std::filesystem::remove_all(root_); }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    void write(const std::string& path, std::string_view text) const {
        std::filesystem::create_directories((root_ + path).substr(0, (root_ + path).rfind('/')));
        std::ofstream(root_ + path) << text;
    }
    [[nodiscard]] containerd::HostFiles files() const { return containerd::HostFiles(root_); }

private:
    std::string root_;
};

}  // namespace

TEST_CASE("docker's and nerdctl's names are read from their files, Kubernetes' from docker's labels") {
    const Copy copy;
    copy.write("/var/lib/docker/containers/d1/config.v2.json", R"({"ID":"d1","Name":"/web","Config":{"Labels":{"a/b":"c"}}})");
    copy.write("/var/lib/docker/containers/d2/config.v2.json",
               R"({"Name":"/k8s_app_api-1","Config":{"Labels":{"io.kubernetes.pod.name":"api-1","io.kubernetes.pod.namespace":"prod",)"
               R"("io.kubernetes.container.name":"app","io.kubernetes.docker.type":"container","io.kubernetes.sandbox.id":"d3"}}})");
    copy.write("/var/lib/docker/containers/d3/config.v2.json",
               R"({"Name":"/k8s_POD_api-1","Config":{"Labels":{"io.kubernetes.pod.name":"api-1","io.kubernetes.pod.namespace":"prod",)"
               R"("io.kubernetes.container.name":"POD","io.kubernetes.docker.type":"podsandbox"}}})");
    copy.write("/var/lib/docker/containers/d4/config.v2.json", R"({"Name": [1], "Config": 7)");
    copy.write("/var/lib/nerdctl/1935db59/names/default/cache", "n1");
    Snapshot snapshot;
    for (const char* id : {"d1", "d2", "d3", "d4"}) snapshot.containers.push_back(container("moby", id, 0));
    snapshot.containers.push_back(container("default", "n1", 0));
    containerd::read_engine_names(snapshot, copy.files(), [](const Process&) { return true; });
    containerd::name_containers(snapshot);
    std::vector<std::string> names;
    for (const ContainerFiles& files : snapshot.containers) names.push_back(files.container.name);
    CHECK(names == std::vector<std::string>{"web", "prod/api-1/app", "prod/api-1", "", "cache"});
    CHECK(snapshot.containers[1].sandbox == "d3");
    CHECK(ids(containerd::find_targets(snapshot, "prod/api-1")) == Ids{"d3", "d2"});
    CHECK(ids(containerd::find_targets(snapshot, "k8s_app_api-1")) == Ids{"d2"});
}
