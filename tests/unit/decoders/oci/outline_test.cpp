#include "decoders/oci/outline.hpp"

#include "decoders/oci/config.hpp"
#include "decoders/oci/runtimes.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace shimtrace::oci;

namespace {

constexpr OutlinePlace places[] = {
    {.pattern = "/id", .kept = true, .required = true}, {.pattern = "/config", .kept = true},
    {.pattern = "/config/root", .kept = true},          {.pattern = "/hooks", .kept = true},
    {.pattern = "/hooks/*/*/path", .required = true},
};

bool is_no_number(std::size_t place, std::string_view value) {
    return place != 0 || value != "7";
}

/// "whole": the whole document has to be read.
std::string outline_of(std::string_view text) {
    const auto read = read_outline(text, Outline(places), is_no_number);
    return !read ? read.error().message : !*read ? "whole" : (*read)->dump();
}

struct Case {
    std::string_view text, outline;
};

constexpr Case cases[] = {
    {R"({"id":"a","other":{"id":1},"config":{"root":"/r","more":[1,2]}})", R"({"config":{"root":"/r"},"id":"a"})"},
    {R"({"id":"\u0061","config":{}})", R"({"config":{},"id":"a"})"},
    {R"({"id":"a","config":null})", R"({"id":"a"})"},
    {R"({"id":"a","other":{"x":1,"x":2,"\u0079":3}})", R"({"id":"a"})"},
    {R"({"id":"a","hooks":{"b":[{"path":1,"x":2}],"c":[]}})", R"({"hooks":{"b":[{"path":1,"x":2}],"c":[]},"id":"a"})"},
    {R"({"id":null,"id":"a"})", R"({"id":"a"})"},
    // What only the whole document tells.
    {R"({"config":{}})", "whole"},
    {R"({"id":null})", "whole"},
    {R"({"id":"a","id":"b"})", "whole"},
    {R"({"id":"a","id":null})", "whole"},
    {R"({"i\u0064":"a","id":"b"})", "whole"},
    {R"({"id":7})", "whole"},
    {R"({"id":"a","config":[]})", "whole"},
    {R"({"id":"a","hooks":{"b":[{"x":2}]}})", "whole"},
    {R"({"id":"a","hooks":{"b":[2]}})", "whole"},
    {R"({"id":"a","other":1e400})", "whole"},
    {R"({"id":1e400})", "whole"},
    {"[]", "whole"},
    {"null", "whole"},
    {R"({"id":"a",})", "a trailing comma before '}': JSON has none"},
    {R"({"id":"a)", "the file ends inside a string: it was cut off"},
};

constexpr std::string_view config = R"({"ociVersion":"1.0.2-dev","process":{"terminal":false,"user":{"uid":0,"additionalGids":[1]},
"args":["sleep","9"],"cwd":"/","capabilities":{"bounding":["CAP_KILL"]},"rlimits":[{"type":"RLIMIT_NOFILE","hard":1,"soft":18446744073709551615}]},
"root":{"path":"rootfs"},"hooks":{"prestart":[{"path":"/h","args":["h"],"timeout":3}]},"annotations":{"a":"b"},
"mounts":[{"destination":"/proc","type":"proc","options":["ro"]}],"linux":{"resources":{"devices":[{"allow":false,"access":"rwm"}],
"memory":{"limit":-1}},"cgroupsPath":"/x","namespaces":[{"type":"pid"},{"type":"network","path":"/n"}],"maskedPaths":["/proc/kcore"]}})";

constexpr std::string_view state = R"({"id":"c1","init_process_pid":4711,"init_process_start":90210,"created":"2026","config":
{"rootfs":"/r","cgroups":{"path":"/ns/c1","Systemd":true},"labels":["bundle=/b"],"mounts":[{"x":null}]},"cgroup_paths":{"":"/sys/fs/cgroup/c1"},
"external_descriptors":["pipe:[1]"]})";

/// The same, but that it has to be read whole.
std::string made_whole(std::string text) {
    if (const std::size_t end = text.rfind('}'); end != text.npos) text.insert(end, R"(,"":1e0)");
    return text;
}

std::string said(const std::expected<CheckedConfig, JsonError>& config) {
    if (!config) return "error";
    std::string all;
    for (const ConfigProblem& problem : config->problems) all += problem.error.message + (problem.refused ? "!\n" : "\n");
    return all;
}

void check_config(const std::string& text) {
    const auto some = parse_config(text), all = parse_config(made_whole(text));
    CAPTURE(text);
    CHECK(said(some) == said(all));
    if (some && all) CHECK(some->config == all->config);
}

void check_state(const std::string& text, const Runtime& runtime) {
    const auto some = parse_state(text, runtime.state), all = parse_state(made_whole(text), runtime.state);
    CAPTURE(text);
    REQUIRE(some.has_value() == all.has_value());
    if (some) CHECK(*some == *all);
}

/// Each byte by something else, each value by another one, each key twice.
template <typename Check>
void for_each_change(std::string_view document, Check check) {
    constexpr auto others = std::to_array<std::string_view>({"null", "", "7", "-7", "{}", "[]", "[1]", "\"\"", "\"/\"", "\"\\u0061\""});
    check(std::string(document));
    for (std::size_t at = 0; at < document.size(); ++at)
        for (const std::string_view other : {"", "\"", "7"}) {
            std::string text(document);
            text.replace(at, 1, other);
            check(text);
        }
    for (std::size_t colon = document.find("\":"); colon != document.npos; colon = document.find("\":", colon + 1)) {
        const std::size_t value = colon + 2, end = document.find_first_of(",}]", value), key = document.rfind('"', colon - 1);
        for (const std::string_view other : others) {
            std::string text(document);
            text.replace(value, end - value, other);
            check(text);
            text = document;
            text.insert(key, std::string(document.substr(key, value - key)) + std::string(other) + ",");
            check(text);
        }
    }
}

}  // namespace

TEST_CASE("of a document only what is wanted is read, and all of it where that might not be the same") {
    for (const Case& each : cases) {
        CAPTURE(std::string(each.text));
        CHECK(outline_of(each.text) == each.outline);
    }
}

TEST_CASE("whatever is written, what is read of a part is what is read of the whole") {
    for_each_change(config, check_config);
    for_each_change(state, [](const std::string& text) { check_state(text, runtime_named("runc")); });
    for (const std::string_view document : {config, state})
        for (const Runtime& runtime : runtimes()) check_state(std::string(document), runtime);
}
