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

TEST_CASE("a secret is found wherever in a word it is told") {
    for (const char* word : {"DB_PROFILE_PASSWORD=x", "--env=DB_PASSWORD=x", "--build-arg=TOKEN=x", "https://x@github.com/a",
                             "postgres://u:x/x@db/y", "Authorization: Bearer x", "X-Api-Key: x", "A=1 PASSWORD=x run"}) {
        CAPTURE(word);
        const std::string shown = hidden({word}).front();
        CHECK(shown.find("[redacted]") != std::string::npos);
        CHECK(shown.find("=x") == std::string::npos);
    }
    CHECK(hidden({"http://u:p1@a,http://u:p2@b"}) == Words{"http://u:[redacted]@a,http://u:[redacted]@b"});
    CHECK(hidden({"Note: the author=me"}) == Words{"Note: the author=me"});
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
    snapshot.containers.resize(1);
    snapshot.containers[0].hooks.push_back({.kind = "prestart", .path = "/hook", .arguments = {"hook", "--token", "x"}});
    CHECK(session::redact(snapshot) == 2);
    CHECK(snapshot.containers[0].hooks[0].arguments[2] == "[redacted]");
    CHECK(snapshot.processes[0].command_line[1] == "--secret=[redacted]");
}
