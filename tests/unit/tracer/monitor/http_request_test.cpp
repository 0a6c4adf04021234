#include "tracer/monitor/http_request.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace shimtrace::monitor;

namespace {

HttpRequest good(std::string_view bytes) {
    const auto parsed = parse_request(bytes);
    REQUIRE(std::holds_alternative<HttpRequest>(parsed));
    return std::get<HttpRequest>(parsed);
}

HttpFault bad(std::string_view bytes) {
    const auto parsed = parse_request(bytes);
    REQUIRE(std::holds_alternative<HttpFault>(parsed));
    return std::get<HttpFault>(parsed);
}

}  // namespace

TEST_CASE("a request's head") {
    const auto request =
        good("GET /hangs?x=1 HTTP/1.1\r\nHost: localhost:9754\r\nACCEPT:  text/plain \r\nAuthorization: Bearer abc\r\n\r\n");
    CHECK(request.method == "GET");
    CHECK(request.path == "/hangs");
    CHECK(request.host == "localhost:9754");
    CHECK(request.accept == "text/plain");
    CHECK(request.authorization == "Bearer abc");
    CHECK(good("HEAD / HTTP/1.0\n\n").method == "HEAD");
}

TEST_CASE("what is no request, or not yet one, or one without an end") {
    CHECK(bad("") == HttpFault::incomplete);
    CHECK(bad("GET / HTTP/1.1\r\nHost: a") == HttpFault::incomplete);
    for (const char* text :
         {"GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2\r\n\r\n", "GET nowhere HTTP/1.1\r\n\r\n", "GET /a b HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nnothing\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n", "\r\n\r\n", "G\x01T / HTTP/1.1\r\n\r\n"})
        CHECK(bad(text) == HttpFault::malformed);
    CHECK(bad("GET / HTTP/1.1\r\nA: " + std::string(longest_request, 'x')) == HttpFault::too_long);
    CHECK(bad("GET /" + std::string(longest_request, 'x') + " HTTP/1.1\r\n\r\n") == HttpFault::too_long);
}

TEST_CASE("a name of elsewhere that leads here is refused") {
    for (const char* name : {"", "localhost", "localhost:9754", "127.0.0.1", "127.0.0.1:9754", "[::1]:9754"}) CHECK(is_own_name(name));
    for (const char* name : {"evil.example", "evil.example:9754", "localhost.evil.example", "1.2.3.4.evil.example"})
        CHECK(!is_own_name(name));
}

TEST_CASE("a secret is the same or is not") {
    CHECK(same_secret("Bearer abc", "Bearer abc"));
    CHECK(!same_secret("Bearer abc", "Bearer abd"));
    CHECK(!same_secret("Bearer abc", "Bearer abcd"));
    CHECK(!same_secret("Bearer abc", ""));
}
