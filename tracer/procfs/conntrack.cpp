#include "tracer/procfs/conntrack.hpp"

#include "tracer/procfs/socket_table.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace shimtrace::host {
namespace {

constexpr std::size_t most = 100'000;

struct Side {
    std::string_view source, destination, source_port, destination_port;
};

std::optional<std::string> shown(std::string_view address, std::string_view port) {
    std::uint16_t number = 0;
    if (std::from_chars(port.data(), port.data() + port.size(), number).ec != std::errc{}) return std::nullopt;
    const std::string text(address);
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    for (const int family : {AF_INET, AF_INET6})
        if (inet_pton(family, text.c_str(), bytes.data()) == 1) return inet_address(family, bytes.data(), htons(number));
    return std::nullopt;
}

/// "src=10.0.0.1 dst=10.0.0.2 sport=34000 dport=80", twice on a line: as it went, and as the answers come.
std::array<Side, 2> sides_of(std::string_view line) {
    std::array<Side, 2> sides;
    int side = -1;
    while (!line.empty()) {
        const std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(line.size(), word.size() + 1));
        const std::size_t equals = word.find('=');
        if (equals == word.npos) continue;
        const std::string_view key = word.substr(0, equals), value = word.substr(equals + 1);
        if (key == "src" && ++side > 1) break;
        if (side < 0) continue;
        Side& one = sides[static_cast<std::size_t>(side)];
        if (key == "src") one.source = value;
        if (key == "dst") one.destination = value;
        if (key == "sport") one.source_port = value;
        if (key == "dport") one.destination_port = value;
    }
    return sides;
}

}  // namespace

std::vector<Translation> parse_translations(std::string_view text) {
    std::vector<Translation> found;
    while (!text.empty() && found.size() < most) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const bool tcp = line.find(" tcp ") != line.npos, udp = line.find(" udp ") != line.npos;
        if (!tcp && !udp) continue;
        const auto [went, answers] = sides_of(line);
        const auto from = shown(went.source, went.source_port), to = shown(went.destination, went.destination_port);
        const auto answers_from = shown(answers.source, answers.source_port),
                   answers_to = shown(answers.destination, answers.destination_port);
        if (!from || !to || !answers_from || !answers_to || (*from == *answers_to && *to == *answers_from)) continue;
        found.push_back({tcp ? 'T' : 'U', *from, *to, *answers_from, *answers_to});
    }
    return found;
}

}  // namespace shimtrace::host
