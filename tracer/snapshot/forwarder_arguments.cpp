#include "tracer/snapshot/forwarder_arguments.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace shimtrace::host {

namespace {

Pid as_pid(std::string_view word) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc{} && end == word.data() + word.size() && number > 0 ? Pid{number} : Pid{};
}

NetworkArgument of_slirp(std::span<const std::string> words) {
    if (words.size() < 3) return {};
    const std::string& named = words[words.size() - 2];
    bool by_path = false;
    for (std::size_t i = 1; i < words.size(); ++i)
        by_path |= words[i] == "--netns-type=path" || (words[i] == "path" && words[i - 1] == "--netns-type");
    if (!by_path) return {.pid = as_pid(named), .path = {}};
    return {.pid = {}, .path = named.starts_with('/') ? named : std::string()};
}

NetworkArgument of_pasta(std::span<const std::string> words) {
    constexpr std::string_view option = "--netns";
    // Their value is a word of its own that may be a number.
    constexpr auto with_number = std::to_array<std::string_view>(
        {"-m",       "--mtu", "-F",        "--fd",    "-t", "--tcp-ports", "-u", "--udp-ports", "-T", "--tcp-ns", "-U",
         "--udp-ns", "-n",    "--netmask", "--runas", "-I", "--ns-ifname", "-i", "--interface", "-P", "--pid"});
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string_view word = words[i];
        std::string_view value;
        if (word == option && i + 1 < words.size()) value = words[i + 1];
        if (word.starts_with(option) && word.size() > option.size() && word[option.size()] == '=') value = word.substr(option.size() + 1);
        if (value.starts_with('/')) return {.pid = {}, .path = std::string(value)};
    }
    if (words.size() < 2 || std::ranges::find(with_number, words[words.size() - 2]) != with_number.end()) return {};
    return {.pid = as_pid(words.back()), .path = {}};
}

}  // namespace

NetworkArgument network_argument(NamesNetwork how, std::span<const std::string> words) {
    switch (how) {
        case NamesNetwork::last_but_one:
            return of_slirp(words);
        case NamesNetwork::by_option_or_last:
            return of_pasta(words);
        case NamesNetwork::nowhere:
            break;
    }
    return {};
}

}  // namespace shimtrace::host
