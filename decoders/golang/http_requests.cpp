#include "decoders/golang/http_requests.hpp"

#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace shimtrace::golang {
namespace {

constexpr std::size_t url_at = 16, path_at = 56, query_at = 96, url_bytes = 112, most_text = 2048;
constexpr auto methods = std::to_array<std::string_view>({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PRI"});

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), part.size() + 1));
        if (!part.empty()) parts.push_back(part);
    }
    return parts;
}

/// "fromImage" of "fromImage=docker.io%2Flibrary%2Falpine&tag=3".
std::string query_value(std::string_view query, std::string_view key) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        if (pair.substr(0, equals) != key || equals == pair.npos) continue;
        std::string value;
        const std::string_view text = pair.substr(equals + 1);
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto digit = [&](std::size_t at) {
                constexpr std::string_view digits = "0123456789ABCDEF";
                return at < text.size() ? digits.find(text[at] >= 'a' ? static_cast<char>(text[at] - 32) : text[at]) : digits.npos;
            };
            if (text[i] == '%' && digit(i + 1) < 16 && digit(i + 2) < 16) {
                value += static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
                i += 2;
            } else {
                value += text[i];
            }
        }
        return value;
    }
    return {};
}

}  // namespace

std::optional<HttpRequest> http_request(Bytes object, const Memory& memory) {
    const auto method = printable_string(memory, object, 0, 8);
    if (!method || std::ranges::find(methods, *method) == methods.end()) return std::nullopt;
    const std::uint64_t address = word(object, url_at);
    if (!may_be_object(address)) return std::nullopt;
    std::array<std::byte, url_bytes> url;
    if (memory.read(RemoteAddress{address}, url) != url.size()) return std::nullopt;
    auto path = printable_string(memory, url, path_at, most_text);
    if (!path || !path->starts_with('/')) return std::nullopt;
    return HttpRequest{*method, std::move(*path), printable_string(memory, url, query_at, most_text).value_or("")};
}

bool name_subject(const HttpRequest& request, GoServedCall& call) {
    std::vector<std::string_view> parts = parts_of(request.path);
    const bool versioned =
        !parts.empty() && parts.front().size() > 1 && parts.front()[0] == 'v' && parts.front().find('.') != std::string::npos;
    if (versioned) parts.erase(parts.begin());
    if (parts.size() < 2) return false;
    constexpr auto of_no_container = std::to_array<std::string_view>({"json", "create", "prune"});
    if (parts[0] == "containers" && std::ranges::find(of_no_container, parts[1]) == of_no_container.end()) {
        call.container = parts[1];
        return true;
    }
    if (parts[0] == "containers" && parts[1] == "create") {
        call.name = query_value(request.query, "name");
        return !call.name.empty();
    }
    if (parts[0] == "images" && parts[1] == "create") {
        call.name = query_value(request.query, "fromImage");
        if (const std::string tag = query_value(request.query, "tag"); !call.name.empty() && !tag.empty())
            call.name += (tag.find(':') == tag.npos ? ":" : "@") + tag;
        return !call.name.empty();
    }
    return false;
}

}  // namespace shimtrace::golang
