#include "decoders/messages/ttrpc/multiplexed.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::ttrpc;

namespace {

std::string numbers(std::initializer_list<std::uint32_t> all) {
    std::string text;
    for (const std::uint32_t number : all)
        for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> static_cast<unsigned>(shift));
    return text;
}
std::string frame(std::uint32_t stream, char type, std::string_view payload) {
    return (numbers({static_cast<std::uint32_t>(payload.size()), stream}) + type + '\0').append(payload);
}
std::string field(int number, std::string_view value) {
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(value.size())}.append(value);
}
std::string field(int number, int value) {
    return {static_cast<char>(number << 3), static_cast<char>(value)};
}
std::string request(std::uint32_t stream, std::string_view service, std::string_view method, std::string_view payload) {
    return frame(stream, 1, field(1, std::string("nri.pkg.api.v1alpha1.").append(service)) + field(2, method) + field(3, payload));
}
std::string piece(Channel channel, std::string_view bytes) {
    return numbers({channel, static_cast<std::uint32_t>(bytes.size())}).append(bytes);
}

struct Talk {
    MultiplexedConnection connection;
    std::int64_t now = 0;

    std::vector<std::string> operator()(Direction direction, std::string_view bytes, std::size_t missing = 0) {
        std::vector<std::string> lines;
        for (const auto& message :
             connection.feed(direction, std::as_bytes(std::span(bytes)), MonotonicTime(Nanoseconds(now += 1000)), missing))
            lines.push_back(render(message));
        return lines;
    }
};
using Lines = std::vector<std::string>;

const std::string pod = field(1, "a1b2") + field(2, "web-1") + field(4, "prod");

}  // namespace

TEST_CASE("calls of both sides go over one socket, each numbered by its own connection") {
    Talk talk;
    CHECK(talk(Direction::read, piece(runtime_service, request(1, "Runtime", "RegisterPlugin", field(1, "topology") + field(2, "10")))) ==
          Lines{R"(nri → #2/1 Runtime.RegisterPlugin{plugin_name:"topology" plugin_idx:"10"})"});
    CHECK(talk(Direction::written, piece(plugin_service, request(1, "Plugin", "RunPodSandbox", field(1, pod)))) ==
          Lines{R"(nri → #1/1 Plugin.RunPodSandbox{pod:{id:"a1b2" name:"web-1" namespace:"prod"}})"});
    CHECK(talk.connection.in_flight().size() == 2);
    CHECK(talk(Direction::written, piece(runtime_service, frame(1, 2, ""))) == Lines{"nri ← #2/1 ok 2us"});
    REQUIRE(talk.connection.in_flight().size() == 1);
    CHECK(talk.connection.in_flight().front().channel == plugin_service);
    CHECK(talk(Direction::read, piece(plugin_service, frame(1, 2, ""))) == Lines{"nri ← #1/1 ok 2us"});
    CHECK(talk.connection.in_flight().empty());
}

TEST_CASE("what older plugins are told as a change of state is called what it is") {
    Talk talk;
    CHECK(talk(Direction::written, piece(plugin_service, request(3, "Plugin", "StateChange", field(1, 1) + field(2, pod)))) ==
          Lines{R"(nri → #1/3 Plugin.StateChange(RunPodSandbox){event:RunPodSandbox pod:{id:"a1b2" name:"web-1" namespace:"prod"}})"});
    CHECK(talk(Direction::read, piece(plugin_service, frame(3, 2, ""))) == Lines{"nri ← #1/3 ok 1us"});
    CHECK(talk(Direction::written, piece(plugin_service, request(5, "Plugin", "StateChange", ""))) ==
          Lines{"nri → #1/5 Plugin.StateChange"});
}

TEST_CASE("a frame in several pieces, pieces in several reads, and another connection's piece between them") {
    Talk talk;
    const std::string whole = request(7, "Plugin", "StopPodSandbox", field(1, pod));
    const std::string first = piece(plugin_service, whole.substr(0, 11)), rest = piece(plugin_service, whole.substr(11));
    CHECK(talk(Direction::written, first.substr(0, 8)).empty());
    CHECK(talk(Direction::written, first.substr(8) + piece(runtime_service, frame(1, 2, "")) + rest.substr(0, 20)) ==
          Lines{"nri ← #2/1 ok"});
    CHECK(talk(Direction::written, rest.substr(20)) ==
          Lines{R"(nri → #1/7 Plugin.StopPodSandbox{pod:{id:"a1b2" name:"web-1" namespace:"prod"}})"});
}

TEST_CASE("a container's environment is not shown") {
    Talk talk;
    const std::string container = field(1, "c1") + field(8, "PASSWORD=sesame");
    const Lines lines = talk(Direction::written, piece(plugin_service, request(9, "Plugin", "CreateContainer", field(2, container))));
    REQUIRE(lines.size() == 1);
    CHECK(lines.front().find("c1") != std::string::npos);
    CHECK(lines.front().find("sesame") == std::string::npos);
}

TEST_CASE("a connection that is joined in its middle, or of which bytes are missing, is found into again") {
    Talk talk;
    CHECK(talk(Direction::written, piece(plugin_service, request(1, "Plugin", "Synchronize", "")).substr(3)).empty());
    const Lines lines = talk(Direction::written, piece(plugin_service, request(11, "Plugin", "Shutdown", "")));
    REQUIRE(!lines.empty());
    CHECK(lines.front().starts_with("nri ? "));
    CHECK(lines.back() == "nri → #1/11 Plugin.Shutdown");
    const std::string cut = piece(plugin_service, request(13, "Plugin", "RunPodSandbox", field(1, pod)));
    const Lines shown = talk(Direction::written, cut.substr(0, cut.size() - 6), 6);
    REQUIRE(shown.size() == 1);
    CHECK(shown.front().find("#1/13 Plugin.RunPodSandbox") != std::string::npos);
    CHECK(shown.front().find("cut: ") != std::string::npos);
    CHECK(talk(Direction::written, piece(plugin_service, request(15, "Plugin", "Shutdown", ""))) == Lines{"nri → #1/15 Plugin.Shutdown"});
}
