#include "decoders/text/shell_quoted.hpp"

#include "decoders/text/printable.hpp"

namespace shimtrace::text {
namespace {

constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:@%+=,";

std::string in_quotes(std::string_view word) {
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

/// In octal with three digits, which no digit that follows can be taken for a part of.
std::string with_escapes(std::string_view word) {
    std::string quoted = "$'";
    while (!word.empty()) {
        const auto byte = static_cast<unsigned char>(word[0]);
        const std::size_t length = printable_length(word);
        if (length == 0) {
            for (const unsigned shift : {6U, 3U, 0U}) {
                if (shift == 6) quoted += '\\';
                quoted += static_cast<char>('0' + (byte >> shift & 7U));
            }
        } else if (word[0] == '\'' || word[0] == '\\') {
            quoted += {'\\', word[0]};
        } else {
            quoted += word.substr(0, length);
        }
        word.remove_prefix(length == 0 ? 1 : length);
    }
    return quoted + "'";
}

}  // namespace

std::string shell_quoted(std::string_view word) {
    if (!word.empty() && word.find_first_not_of(plain) == word.npos) return std::string(word);
    return printable(word) == word ? in_quotes(word) : with_escapes(word);
}

}  // namespace shimtrace::text
