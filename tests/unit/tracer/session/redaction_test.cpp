#include "tracer/session/redaction.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using Words = std::vector<std::string>;

namespace {

Words hidden(Words words) {
    std::size_t count = 0;
    return session::without_secrets(std::move(words), count);
}

}  // namespace

TEST_CASE("what looks like a secret is taken out of a command line") {
    CHECK(hidden({"app", "--password=x", "--token", "abc", "-v"}) == Words{"app", "--password=[redacted]", "--token", "[redacted]", "-v"});
    CHECK(hidden({"env", "DB_PASSWORD=x", "API_KEY=y", "HOME=/root"}) ==
          Words{"env", "DB_PASSWORD=[redacted]", "API_KEY=[redacted]", "HOME=/root"});
    CHECK(hidden({"psql", "postgres://me:pa@ss@db:5432/x"}) == Words{"psql", "postgres://me:[redacted]@db:5432/x"});
    CHECK(hidden({"x", "eyJhbGciOi.eyJzdWIi.c2ln"}) == Words{"x", "[redacted]"});
}

TEST_CASE("what only speaks of one stays: the picture needs it") {
    const Words shim{"containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", "4f1b", "-address", "/run/containerd/containerd.sock"};
    CHECK(hidden(shim) == shim);
    const Words ways{"app", "--token-file", "/etc/token", "--auth-mode", "none", "http://host:80/a", "--password="};
    CHECK(hidden(ways) == ways);
}

TEST_CASE("a snapshot's command lines are redacted, and counted") {
    Snapshot snapshot;
    snapshot.processes.resize(2);
    snapshot.processes[0].command_line = {"app", "--secret=x"};
    snapshot.processes[1].command_line = {"app"};
    CHECK(session::redact(snapshot) == 1);
    CHECK(snapshot.processes[0].command_line[1] == "--secret=[redacted]");
}
