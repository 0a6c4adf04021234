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
/// What such a name ends with where it is none: --auth-mode, --token-file …: they name a way or a place.
constexpr std::array<std::string_view, 8> harmless_ends = {"file", "path", "dir", "mode", "type", "url", "ttl", "name"};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

bool names_secret(std::string_view name) {
    const std::string low = lower(name);
    const auto within = [&](std::string_view part) { return low.find(part) != std::string::npos; };
    if (std::ranges::none_of(secret_names, within) || within("author")) return false;
    // What it is, is said last: --token-file, but DB_PROFILE_PASSWORD.
    const std::string_view end = std::string_view(low).substr(low.find_last_of("-_.") + 1);
    return std::ranges::find(harmless_ends, end) == harmless_ends.end();
}

/// Of HTTP: "Authorization", "X-Api-Key", "Cookie".
bool names_header(std::string_view name) {
    const std::string low = lower(name);
    return low.ends_with("authorization") || low == "cookie" || (low.find(' ') == std::string::npos && names_secret(name));
}

/// A word that is secret whatever stands before it.
bool is_secret(std::string_view word) {
    return (word.starts_with("eyJ") && std::ranges::count(word, '.') >= 2) || word.find("PRIVATE KEY") != std::string_view::npos ||
           word.starts_with("ghp_") || word.starts_with("AKIA") || word.starts_with("xoxb-");
}

/// scheme://user:PASSWORD@host, scheme://TOKEN@host, as often as there is one.
bool hide_password_of_url(std::string& word) {
    bool any = false;
    for (std::size_t scheme = word.find("://"); scheme != std::string::npos; scheme = word.find("://", scheme + 3)) {
        const std::size_t user = scheme + 3, end = std::min(word.find_first_of(" ,\"'?#", user), word.size());
        const std::size_t at = std::string_view(word).substr(0, end).rfind('@');
        if (at == std::string::npos || at <= user) continue;
        const std::size_t colon = word.find(':', user);
        if (colon > at && word.find('/', user) < at) continue;  // a path that has an @
        const std::size_t begin = colon < at ? colon + 1 : user;
        word.replace(begin, at - begin, replacement);
        any = true;
    }
    return any;
}

bool hide(std::string& word) {
    if (is_secret(word)) {
        word = replacement;
        return true;
    }
    // --password=x, --env=PASSWORD=x, sh -c "A=1 PASSWORD=x …"
    std::size_t begin = 0;
    for (std::size_t equals = word.find('='); equals != std::string::npos && equals + 1 < word.size(); equals = word.find('=', begin)) {
        const std::string_view all = word;
        if (names_secret(all.substr(begin, equals - begin)) || is_secret(all.substr(equals + 1))) {
            word.replace(equals + 1, std::string::npos, replacement);
            return true;
        }
        begin = equals + 1;
    }
    // Authorization: Bearer x
    if (const std::size_t colon = word.find(": "); colon != std::string::npos && names_header(std::string_view(word).substr(0, colon))) {
        word.replace(colon + 2, std::string::npos, replacement);
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
    for (ContainerFiles& files : snapshot.containers)
        for (OciHook& hook : files.hooks) hook.arguments = without_secrets(std::move(hook.arguments), count);
    return count;
}

}  // namespace shimtrace::session
