// What a browser, Prometheus or curl asks, read from bytes of which none is believed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace shimtrace::monitor {

struct HttpRequest {
    std::string method, path;  ///< the path without its query
    std::string accept, authorization, host;
};

enum class HttpFault : std::uint8_t {
    incomplete,  ///< more is to come
    malformed,
    too_long,
};

constexpr std::size_t longest_request = 8192;

/// The head of a request, HTTP/1.0 or 1.1; a body, which no GET has, is never read.
std::variant<HttpRequest, HttpFault> parse_request(std::string_view bytes);

/// A web page elsewhere can make a browser ask here by a name of its own that leads to this machine (DNS rebinding): only numbers and
/// localhost are names of it.
bool is_own_name(std::string_view host);

/// Takes as long for a token that is wrong at its first letter as for one that is wrong at its last.
bool same_secret(std::string_view one, std::string_view other);

}  // namespace shimtrace::monitor
