#include "decoders/golang/copied_streams.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::golang;

TEST_CASE("the fifo of a stream names container, exec and stream") {
    const GoroutinePurpose init = stream_by_fifo("/run/docker/containerd/0123456789ab/init-stdout");
    CHECK(init.container->id == "0123456789ab");
    CHECK(init.detail == "stdout");
    CHECK(init.exec_id.empty());
    const GoroutinePurpose exec = stream_by_fifo("/run/docker/containerd/0123456789ab/e-1-stderr");
    CHECK(exec.exec_id == "e-1");
    CHECK(exec.detail == "stderr");
    for (const char* path : {"", "/", "init-stdout", "/init-stdout", "/run/c1/init-stdin", "/run/c-stdout/init", "/run/c1/stdout"})
        CHECK_FALSE(*stream_by_fifo(path).container);
}
