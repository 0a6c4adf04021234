// An HTTP request that a goroutine serves, as net/http keeps it: net/http/request.go, net/url/url.go. Method is the first field of a
// Request, the URL, a pointer, follows it; Path and RawQuery are where they have been since Go 1.5.
#pragma once

#include "decoders/golang/word_reads.hpp"

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/goroutine.hpp>

#include <optional>
#include <string>

namespace shimtrace::golang {

constexpr std::size_t http_request_bytes = 24;

struct HttpRequest {
    std::string method, path, query;
};
/// nullopt: it is none.
std::optional<HttpRequest> http_request(Bytes object, const Memory& memory);

/// Whose it is, by the path of docker's API: "/v1.41/containers/web/stop", "/images/create?fromImage=alpine". False: it names nobody.
bool name_subject(const HttpRequest& request, GoServedCall& call);

}  // namespace shimtrace::golang
