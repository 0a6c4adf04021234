#include "decoders/golang/served_calls.hpp"

#include "decoders/golang/http_requests.hpp"

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
    CHECK(of("github.com/docker/docker/api/server/router/container.(*containerRouter).postContainersStop-fm") ==
          "docker/postContainersStop");
    CHECK(of("k8s.io/cri-api/pkg/apis/runtime/v1._RuntimeService_RunPodSandbox_Handler.func1") == "/");
    CHECK(of("net/http.(*conn).serve") == "/");
    CHECK(of("a._Handler") == "/");
    CHECK(of("a.__Handler") == "/");
    CHECK(of("") == "/");
}

TEST_CASE("the path of docker's API names whose call it is") {
    const auto of = [](std::string path, std::string query = "") {
        shimtrace::GoServedCall call;
        if (!name_subject({"POST", std::move(path), std::move(query)}, call)) return std::string("nobody");
        return call.container + "/" + call.name;
    };
    CHECK(of("/v1.41/containers/web/stop") == "web/");
    CHECK(of("/containers/0123456789ab/json") == "0123456789ab/");
    CHECK(of("/v1.41/containers/json") == "nobody");
    CHECK(of("/v1.41/containers/create", "name=web") == "/web");
    CHECK(of("/v1.41/containers/create") == "nobody");
    CHECK(of("/images/create", "fromImage=docker.io%2Flibrary%2falpine&tag=3") == "/docker.io/library/alpine:3");
    CHECK(of("/images/create", "fromImage=%2") == "/%2");
    CHECK(of("/") == "nobody");
    CHECK(of("") == "nobody");
}
