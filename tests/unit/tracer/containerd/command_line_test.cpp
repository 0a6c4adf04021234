#include "tracer/containerd/command_line.hpp"

#include "tests/unit/tracer/containerd/process_table.hpp"
#include "tracer/containerd/containerd_config.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace shimtrace::containerd;
using shimtrace::test::split;

TEST_CASE("a shim is told by its arguments, whatever its name") {
    const auto shim = parse_shim(split("/opt/renamed -namespace k8s.io -id abc -address /run/k3s/containerd/containerd.sock -debug"));
    REQUIRE(shim);
    CHECK(shim->ns == "k8s.io");
    CHECK(shim->id == "abc");
    CHECK(shim->address == "/run/k3s/containerd/containerd.sock");
    CHECK(shim->action.empty());
    CHECK(parse_shim(split("shim --namespace=a --id=b --address=/c start"))->action == "start");
    CHECK(!parse_shim(split("ctr -n a -id b run")));
    CHECK(!parse_shim({}));
}

TEST_CASE("runc's command line as shims write it") {
    const auto line = split(
        "runc --root /run/containerd/runc/default --log /b/log.json --log-format json create --bundle /b --pid-file "
        "/b/init.pid --console-socket /tmp/pty12/pty.sock c1");
    const auto create = parse_runtime(line, false);
    REQUIRE(create);
    CHECK(create->operation == "create");
    CHECK(create->root == "/run/containerd/runc/default");
    CHECK(create->bundle == "/b");
    CHECK(create->pid_file == "/b/init.pid");
    CHECK(create->console_socket == "/tmp/pty12/pty.sock");
    CHECK(create->id == "c1");

    const auto exec = parse_runtime(split("runc --root=/r --log /l --log-format json --systemd-cgroup exec --process /tmp/runc-process1 "
                                          "--detach --pid-file /b/e1.pid c1"),
                                    false);
    REQUIRE(exec);
    CHECK(exec->operation == "exec");
    CHECK(exec->process_file == "/tmp/runc-process1");
    CHECK(exec->systemd_cgroup);
    CHECK(exec->id == "c1");

    CHECK(parse_runtime(split("runc --root /r create --bundle /b --pidfd-socket /tmp/s c1"), false)->id == "c1");  // since 1.2
    CHECK(parse_runtime(split("runc --root /r --log /l kill --all c1 9"), false)->id == "c1");
    CHECK(parse_runtime(split("runc exec -e A=B -u 0:0 c1 sh -c kill"), true)->id == "c1");
    CHECK(parse_runtime(split("crun --cgroup-manager=disabled --root /r delete --force c1"), false)->operation == "delete");
}

TEST_CASE("what only looks like a runtime is none") {
    CHECK(!parse_runtime(split("server start now"), false));
    CHECK(!parse_runtime(split("git --root /x clone y"), false));
    CHECK(!parse_runtime(split("runc"), true));
    CHECK(!parse_runtime(split("runc --root"), true));
    CHECK(!is_runtime_init(split("systemctl init now")));
    CHECK(is_runtime_init(split("runc init")));
}

TEST_CASE("paths") {
    CHECK(base_name("/a/b/") == "b");
    CHECK(base_name("/") == "/");
    CHECK(parent_path("/a") == "/");
    CHECK(parent_path("/a/b/") == "/a");
    CHECK(program_name("/usr/bin/containerd-shim-runc-v2 (deleted)") == "containerd-shim-runc-v2");
}

TEST_CASE("containerd's configuration, versions 2 and 3") {
    const ContainerdConfig config = parse_containerd_config(R"(
version = 2
root = "/data/c"   # here
state = '/run/c'
[grpc]
  address = "/run/c/c.sock"
[plugins]
  [plugins."io.containerd.grpc.v1.cri".containerd]
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes]
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
        runtime_type = "io.containerd.runc.v2"
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
          SystemdCgroup = true
          BinaryName = "/usr/bin/crun"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.other.options]
  SystemdCgroup = false
)");
    CHECK(config.root == "/data/c");
    CHECK(config.state == "/run/c");
    CHECK(config.grpc_address == "/run/c/c.sock");
    REQUIRE(config.runtimes.size() == 2);
    CHECK(config.runtimes[0].name == "runc");
    CHECK(config.runtimes[0].systemd_cgroup);
    CHECK(config.runtimes[0].binary == "/usr/bin/crun");
    CHECK(!config.runtimes[1].systemd_cgroup);
    CHECK(parse_containerd_config("[[[=\n]x[\n=\n\"").runtimes.empty());
}
