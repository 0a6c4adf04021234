#include "decoders/golang/served_calls.hpp"

#include <doctest/doctest.h>

using namespace shimtrace::golang;

TEST_CASE("a handler's function tells service and method") {
    const auto of = [](std::string_view function) {
        const HandledMethod handled = handled_method(function);
        return std::string(handled.service) + "/" + std::string(handled.method);
    };
    CHECK(of("k8s.io/cri-api/pkg/apis/runtime/v1._RuntimeService_RunPodSandbox_Handler") == "RuntimeService/RunPodSandbox");
    CHECK(of("github.com/containerd/containerd/api/services/tasks/v1._Tasks_Create_Handler") == "Tasks/Create");
    CHECK(of("github.com/docker/docker/api/server/router/container.(*containerRouter).postContainersStart") ==
          "docker/postContainersStart");
    CHECK(of("k8s.io/cri-api/pkg/apis/runtime/v1._RuntimeService_RunPodSandbox_Handler.func1") == "/");
    CHECK(of("net/http.(*conn).serve") == "/");
    CHECK(of("a._Handler") == "/");
    CHECK(of("a.__Handler") == "/");
    CHECK(of("") == "/");
}
