#include "tracer/session/redaction.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace shimtrace::session {

namespace {

constexpr std::string_view replacement = "[redacted]";

/// Parts of the names of what is secret.
constexpr std::array secret_names = {"password", "passwd",     "passphrase",  "secret",      "token",      "apikey",     "api-key",
                                     "api_key",  "credential", "private-key", "private_key", "access-key", "access_key", "auth"};
/// What ends or begins as the above and is none: --auth-mode, --token-file …: they name a way or a place.
constexpr std::array harmless_names = {"file", "path", "dir", "mode", "type", "url", "author", "ttl", "name"};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

bool names_secret(std::string_view name) {
    const std::string low = lower(name);
    const auto within = [&](std::string_view part) { return low.find(part) != std::string::npos; };
    return std::ranges::any_of(secret_names, within) && std::ranges::none_of(harmless_names, within);
}

/// A word that is secret whatever stands before it.
bool is_secret(std::string_view word) {
    return (word.starts_with("eyJ") && std::ranges::count(word, '.') >= 2) || word.find("PRIVATE KEY") != std::string_view::npos ||
           word.starts_with("ghp_") || word.starts_with("AKIA") || word.starts_with("xoxb-");
}

/// scheme://user:PASSWORD@host
bool hide_password_of_url(std::string& word) {
    const std::size_t scheme = word.find("://");
    if (scheme == std::string::npos) return false;
    const std::size_t end = std::min(word.find('/', scheme + 3), word.size());
    const std::size_t at = word.rfind('@', end);
    const std::size_t colon = word.find(':', scheme + 3);
    if (at == std::string::npos || at < scheme || colon == std::string::npos || colon > at) return false;
    word.replace(colon + 1, at - colon - 1, replacement);
    return true;
}

bool hide(std::string& word) {
    if (is_secret(word)) {
        word = replacement;
        return true;
    }
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos && equals + 1 < word.size() &&
        (names_secret(std::string_view(word).substr(0, equals)) || is_secret(std::string_view(word).substr(equals + 1)))) {
        word.replace(equals + 1, std::string::npos, replacement);
        return true;
    }
    return hide_password_of_url(word);
}

}  // namespace

std::vector<std::string> without_secrets(std::vector<std::string> arguments, std::size_t& count) {
    bool next = false;
    for (std::string& word : arguments) {
        const bool is_option = word.starts_with('-');
        if (next && !is_option && !word.empty()) {
            word = replacement;
            ++count;
        } else if (hide(word)) {
            ++count;
        }
        next = is_option && word.find('=') == std::string::npos && names_secret(word);
    }
    return arguments;
}

std::size_t redact(Snapshot& snapshot) {
    std::size_t count = 0;
    for (Process& process : snapshot.processes) process.command_line = without_secrets(std::move(process.command_line), count);
    return count;
}

}  // namespace shimtrace::session
