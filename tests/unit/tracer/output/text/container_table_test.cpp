#include "tracer/output/text/container_table.hpp"
#include "tracer/output/json/containers_json.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::output;

namespace {

ListedContainer row_of(const std::string& id) {
    ListedContainer row{.container = {"k8s.io", id}, .shim = Pid{100}, .init = Pid{101}};
    row.state = "running";
    row.age_s = 75;
    row.processes = 2;
    row.waits = "sleep";
    return row;
}

ContainerList list_of(std::vector<ListedContainer> rows) {
    ContainerList list;
    list.rows = std::move(rows);
    return list;
}

const std::string long_id = std::string(52, '0') + "abcdef012345";

}  // namespace

TEST_CASE("a line a container, as wide as what stands in it; a long id as docker shows it") {
    CHECK(container_table(list_of({row_of("c1"), row_of(long_id)}), {}) ==
          "NAMESPACE  ID            SHIM  INIT  STATE    AGE    PROCS  WAITS  SINCE  RUNTIME\n"
          "k8s.io     c1            100   101   running  1m15s  2      sleep  -      -\n"
          "k8s.io     000000000000  100   101   running  1m15s  2      sleep  -      -\n");
    CHECK(container_table(list_of({row_of(long_id)}), {.whole_ids = true}).find(long_id) != std::string::npos);
}

TEST_CASE("the pod's column is there where something has such a name") {
    ListedContainer row = row_of("c1");
    row.pod = "web-1";
    row.container.name = "prod/web-1/app";
    const std::string text = container_table(list_of({row}), {});
    CHECK(text.find("POD/CONTAINER") != std::string::npos);
    CHECK(text.find("prod/web-1/app") != std::string::npos);
}

TEST_CASE("what has no room stands below its row, but for what says nothing") {
    const std::string text = container_table(list_of({row_of("c1")}), {.width = 40});
    CHECK(text ==
          "NAMESPACE  ID  SHIM  INIT  STATE\n"
          "k8s.io     c1  100   101   running\n"
          "    age 1m15s, procs 2, waits sleep\n");
}

TEST_CASE("no container: whether there is none, or none to be seen") {
    ContainerList list;
    CHECK(no_container_text(list).starts_with("no containerd on this host"));
    list.limits.push_back({"processes", "not permitted", ""});
    CHECK(no_container_text(list) == "no container is to be seen from here\n");
}

TEST_CASE("as JSON what is not known is null") {
    ListedContainer row = row_of("c1");
    row.init = {};
    row.decided = false;
    const auto json = containers_json(list_of({row}))["containers"][0];
    CHECK(json["shim"] == 100);
    CHECK(json["init"].is_null());
    CHECK(json["stuck"].is_null());
    CHECK(json["since_s"].is_null());
    CHECK(json["age_s"] == 75);
}
