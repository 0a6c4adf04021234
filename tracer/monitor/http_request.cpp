#include "tracer/monitor/http_request.hpp"

#include <algorithm>
#include <cctype>

namespace shimtrace::monitor {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool same_letters(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// Up to the next line's end, which is taken off the front; lines may end in LF alone (RFC 9112, 2.2).
std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char byte) { return byte > 0x20 && byte < 0x7f; });
}

}  // namespace

std::variant<HttpRequest, HttpFault> parse_request(std::string_view bytes) {
    const std::size_t end = std::min(bytes.find("\r\n\r\n"), bytes.find("\n\n"));
    if (std::min(end, bytes.size()) > longest_request) return HttpFault::too_long;
    if (end == bytes.npos) return HttpFault::incomplete;
    std::string_view rest = bytes.substr(0, end);
    const std::string_view first = next_line(rest);
    const std::size_t blank = first.find(' '), second = first.rfind(' ');
    if (blank == first.npos || second <= blank) return HttpFault::malformed;
    HttpRequest request{.method = std::string(first.substr(0, blank)), .path = {}, .accept = {}, .authorization = {}, .host = {}};
    std::string_view target = first.substr(blank + 1, second - blank - 1);
    const std::string_view version = first.substr(second + 1);
    target = target.substr(0, target.find('?'));
    if ((version != "HTTP/1.1" && version != "HTTP/1.0") || !target.starts_with('/') || !is_printable(target) ||
        !is_printable(request.method))
        return HttpFault::malformed;
    request.path = target;
    while (!rest.empty()) {
        const std::string_view line = next_line(rest);
        const std::size_t colon = line.find(':');
        if (colon == line.npos || colon == 0) return HttpFault::malformed;
        const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
        if (same_letters(name, "accept")) request.accept = value;
        if (same_letters(name, "authorization")) request.authorization = value;
        if (same_letters(name, "host")) request.host = value;
    }
    return request;
}

bool is_own_name(std::string_view host) {
    if (host.empty()) return true;  // HTTP/1.0; a browser always says
    if (host.starts_with('[')) return host.find(']') != host.npos;
    host = host.substr(0, host.find(':'));
    return host == "localhost" || std::ranges::all_of(host, [](unsigned char byte) { return std::isdigit(byte) != 0 || byte == '.'; });
}

bool same_secret(std::string_view one, std::string_view other) {
    unsigned char differs = one.size() == other.size() ? 0 : 1;
    for (std::size_t n = 0; n < one.size(); ++n)
        differs = static_cast<unsigned char>(
            differs | (static_cast<unsigned char>(one[n]) ^ static_cast<unsigned char>(n < other.size() ? other[n] : 0)));
    return differs == 0;
}

}  // namespace shimtrace::monitor
