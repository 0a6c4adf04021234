#include "decoders/oci/strict_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace shimtrace::oci {

namespace {

constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$';
}

/// Stands for itself in a string.
constexpr bool is_plain(char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

struct Fault {
    std::size_t offset;
    std::string message;
};

/// Length of the UTF-8 sequence at `at`; 0: not valid (RFC 3629: no surrogates, no overlong forms).
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t n) { return at + n < text.size() ? static_cast<unsigned char>(text[at + n]) : 0U; };
    const auto tail = [&](std::size_t n) { return (byte(n) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned lowest = first == 0xE0 ? 0xA0U : 0x80U, highest = first == 0xED ? 0x9FU : 0xBFU;
        return byte(1) >= lowest && byte(1) <= highest && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned lowest = first == 0xF0 ? 0x90U : 0x80U, highest = first == 0xF4 ? 0x8FU : 0xBFU;
        return byte(1) >= lowest && byte(1) <= highest && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

/// Reads a document once, without building anything: finds the first fault, or where a pointer leads.
class Scanner {
public:
    explicit Scanner(std::string_view text, JsonVisitor* visitor = nullptr) : text_(text), visitor_(visitor) {}

    std::optional<Fault> fault() {
        if (text_.empty()) return Fault{0, "the file is empty"};
        if (text_.starts_with("\xEF\xBB\xBF"))
            return Fault{0, "a byte order mark (BOM) stands before the document: save it as UTF-8 without BOM"};
        if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) return Fault{0, "the file is UTF-16: JSON files are UTF-8"};
        if (text_.find_first_not_of('\0') == text_.npos) return Fault{0, "the file holds only NUL bytes, as after a crash of the host"};
        skip_space();
        if (at_ == text_.size()) return Fault{at_, "the file holds only white space"};
        if (value(visitor_ != nullptr) && (skip_space(), at_ < text_.size())) set(at_, after_document());
        return std::move(fault_);
    }

    [[nodiscard]] bool has_odd_numbers() const { return has_odd_numbers_; }

    /// `text` must have no fault.
    std::size_t locate(std::string_view pointer) {
        skip_space();
        std::size_t found = at_;
        while (pointer.starts_with('/')) {
            pointer.remove_prefix(1);
            const std::string_view token = pointer.substr(0, pointer.find('/'));
            pointer.remove_prefix(token.size());
            if (!enter(token)) break;
            found = at_;
        }
        return found;
    }

private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool at_end() const { return at_ >= text_.size(); }
    void skip_space() {
        while (!at_end() && is_space(text_[at_])) ++at_;
    }
    bool set(std::size_t offset, std::string message) {
        if (!fault_) fault_ = Fault{offset, std::move(message)};
        return false;
    }
    bool cut(std::string_view where) { return set(text_.size(), fmt::format("the file ends inside {}: it was cut off", where)); }

    std::string after_document() const {
        if (is_comment()) return comment();
        if (peek() == '\0') return "NUL bytes follow the document";
        if (peek() == '{' || peek() == '[') return "a second document follows the first";
        if (peek() == '}' || peek() == ']') return fmt::format("one '{}' too many", peek());
        return "something follows the document";
    }

    bool is_comment() const { return text_.substr(at_, 2) == "//" || text_.substr(at_, 2) == "/*" || peek() == '#'; }
    std::string comment() const { return fmt::format("a comment ({}): JSON has none", peek() == '#' ? "#" : text_.substr(at_, 2)); }

    /// The fault of a place where `expected` had to stand.
    bool unexpected(std::string_view expected) {
        if (is_comment()) return set(at_, comment());
        if (peek() == '\0') return set(at_, fmt::format("a NUL byte where {} had to follow", expected));
        if (peek() == '\'')
            return set(at_, fmt::format("a single quote where {} had to follow: JSON's strings have double quotes", expected));
        std::size_t end = at_;
        while (end < text_.size() && end - at_ < 24 && is_word(text_[end])) ++end;
        if (end == at_) ++end;
        const auto c = static_cast<unsigned char>(peek());
        if (c < 0x20 || c >= 0x7F) return set(at_, fmt::format("the byte {:#04x} where {} had to follow", c, expected));
        return set(at_, fmt::format("'{}' where {} had to follow", text_.substr(at_, end - at_), expected));
    }

    /// `told`: the visitor is told of it.
    bool value(bool told = false) {
        skip_space();
        if (!told) return any_value(false);
        const std::size_t start = at_;
        if (!any_value(true)) return false;
        visitor_->leave(text_.substr(start, at_ - start));
        return true;
    }

    bool any_value(bool told) {
        if (at_end()) return cut("the document");
        if (peek() == '{') return object(told);
        if (peek() == '[') return array(told);
        if (peek() == '"') return string("a string");
        if (is_digit(peek()) || peek() == '-' || peek() == '+' || peek() == '.') return number();
        return literal();
    }

    bool deeper() {
        if (++depth_ <= json_depth_limit) return true;
        return set(at_, fmt::format("nested more than {} deep", json_depth_limit));
    }

    /// After a value within brackets: ',' goes on, `close` ends. False with no fault: ended.
    enum class Next : std::uint8_t { more, closed, faulty };
    Next next(char close, std::string_view inside) {
        skip_space();
        if (at_end()) return cut(inside), Next::faulty;
        if (peek() == close) return ++at_, Next::closed;
        if (peek() != ',') {
            if (peek() == '"' || peek() == '{' || peek() == '[' || is_digit(peek())) {
                set(at_, "a comma is missing before this");
            } else {
                unexpected(fmt::format("',' or '{}'", close));
            }
            return Next::faulty;
        }
        const std::size_t comma = at_++;
        skip_space();
        if (peek() == close) return set(comma, fmt::format("a trailing comma before '{}': JSON has none", close)), Next::faulty;
        return Next::more;
    }

    bool object(bool told) {
        if (!deeper()) return false;
        ++at_;
        skip_space();
        if (peek() == '}') return ++at_, --depth_, true;
        while (true) {
            if (at_end()) return cut("an object");
            if (peek() != '"') {
                if (is_word(peek())) return set(at_, "a key without double quotes");
                return unexpected("a key in double quotes");
            }
            const std::size_t key = at_ + 1;
            if (!string("a key")) return false;
            const bool within = told && visitor_->enter(text_.substr(key, at_ - 1 - key));
            skip_space();
            if (at_end()) return cut("an object");
            if (peek() != ':') return unexpected("':' after the key");
            ++at_;
            if (!value(within)) return false;
            const Next after = next('}', "an object");
            if (after != Next::more) return --depth_, after == Next::closed;
        }
    }

    bool array(bool told) {
        if (!deeper()) return false;
        ++at_;
        skip_space();
        if (peek() == ']') return ++at_, --depth_, true;
        while (true) {
            if (!value(told && visitor_->enter({}))) return false;
            const Next after = next(']', "an array");
            if (after != Next::more) return --depth_, after == Next::closed;
        }
    }

    bool string(std::string_view what) {
        const std::size_t start = at_++;
        while (!at_end()) {
            while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
            if (at_end()) break;
            const auto c = static_cast<unsigned char>(text_[at_]);
            if (c == '"') return ++at_, true;
            if (c == '\n') return set(start, fmt::format("{} is not closed on its line", what));
            if (c < 0x20) return set(at_, fmt::format("the control byte {:#04x} inside {}: it must be escaped", c, what));
            if (c == '\\') {
                if (!escape(what)) return false;
                continue;
            }
            const std::size_t length = utf8_length(text_, at_);
            if (length == 0) return set(at_, fmt::format("the byte {:#04x} inside {} is not UTF-8", c, what));
            at_ += length;
        }
        return cut(what);
    }

    bool escape(std::string_view what) {
        const std::size_t start = at_++;
        if (at_end()) return cut(what);
        const char c = text_[at_++];
        if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) return true;
        if (c != 'u') return set(start, fmt::format("a backslash in {} before something that needs none", what));
        const auto digits = unicode_digits();
        if (!digits) return at_end() ? cut(what) : set(start, "\\u needs four hexadecimal digits");
        if (*digits >= 0xDC00 && *digits <= 0xDFFF) return set(start, "a lone surrogate in a \\u escape");
        if (*digits < 0xD800 || *digits > 0xDBFF) return true;
        if (text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            const auto low = unicode_digits();
            if (low && *low >= 0xDC00 && *low <= 0xDFFF) return true;
        }
        return set(start, "a lone surrogate in a \\u escape");
    }

    std::optional<unsigned> unicode_digits() {
        unsigned code = 0;
        for (int n = 0; n < 4; ++n, ++at_) {
            const char c = peek();
            if (is_digit(c))
                code = code * 16 + static_cast<unsigned>(c - '0');
            else if (c >= 'a' && c <= 'f')
                code = code * 16 + static_cast<unsigned>(c - 'a' + 10);
            else if (c >= 'A' && c <= 'F')
                code = code * 16 + static_cast<unsigned>(c - 'A' + 10);
            else
                return std::nullopt;
        }
        return code;
    }

    bool number() {
        const std::size_t start = at_;
        if (peek() == '+') return set(start, "a number with '+': JSON has none");
        if (peek() == '.') return set(start, "a number that begins with '.': a 0 must stand before it");
        if (peek() == '-') ++at_;
        if (!is_digit(peek())) return at_end() ? cut("a number") : set(start, "'-' without a number");
        if (peek() == '0' && at_ + 1 < text_.size() && (is_digit(text_[at_ + 1]) || text_[at_ + 1] == 'x')) {
            return set(start, "a number with a leading zero: JSON has neither octal nor hexadecimal numbers");
        }
        const auto digits = [&] {
            const std::size_t first = at_;
            while (is_digit(peek())) ++at_;
            return at_ > first;
        };
        digits();
        if (peek() == '.' && (++at_, !digits())) return at_end() ? cut("a number") : set(start, "a number that ends with '.'");
        if (peek() == 'e' || peek() == 'E') {
            has_odd_numbers_ = true;
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            if (!digits()) return at_end() ? cut("a number") : set(start, "a number with an empty exponent");
        }
        if (is_word(peek())) return set(start, "a number that runs into letters");
        if (at_ - start > 300) has_odd_numbers_ = true;  // a double's range ends at 309 digits
        return true;
    }

    bool literal() {
        for (const std::string_view word : {"true", "false", "null"}) {
            const std::string_view here = text_.substr(at_, word.size());
            if (here == word && !(at_ + word.size() < text_.size() && is_word(text_[at_ + word.size()]))) return at_ += word.size(), true;
            if (!here.empty() && here != word && word.starts_with(here) && at_ + here.size() == text_.size()) return cut("a literal");
        }
        for (const std::string_view word : {"True", "False", "None", "NaN", "Infinity", "undefined", "TRUE", "FALSE", "NULL"}) {
            if (text_.substr(at_).starts_with(word)) return set(at_, fmt::format("'{}' is no JSON value", word));
        }
        return unexpected("a value");
    }

    /// Moves from a container's start to the start of the member or element that `token` names.
    bool enter(std::string_view token) {
        const char open = peek();
        if (open != '{' && open != '[') return false;
        std::string key;
        for (std::size_t n = 0; n < token.size(); ++n) {  // RFC 6901: ~1 is '/', ~0 is '~'
            const bool escaped = token[n] == '~' && n + 1 < token.size();
            key += escaped ? (token[++n] == '1' ? '/' : '~') : token[n];
        }
        const char close = open == '{' ? '}' : ']';
        ++at_;
        skip_space();
        for (std::size_t index = 0; !at_end() && peek() != close; ++index) {
            bool here = false;
            if (open == '{') {
                const std::size_t start = at_;
                if (!string("a key")) return false;
                here = Json::parse(text_.substr(start, at_ - start), nullptr, false) == key;
                skip_space();
                ++at_;  // ':'
                skip_space();
            } else {
                here = std::to_string(index) == key;
            }
            if (here) return true;
            if (!value() || next(close, "") != Next::more) return false;
        }
        return false;
    }

    std::string_view text_;
    JsonVisitor* visitor_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    bool has_odd_numbers_ = false;  ///< which may be beyond a double's range
    std::optional<Fault> fault_;
};

JsonError error_at(std::string_view text, Fault fault) {
    return {place_of(text, fault.offset), std::move(fault.message), line_at(text, fault.offset)};
}

std::expected<bool, JsonError> scan(std::string_view text, JsonVisitor* visitor) {
    if (text.size() > json_size_limit) return std::unexpected(JsonError{{}, fmt::format("larger than {} MiB", json_size_limit >> 20U), ""});
    Scanner scanner(text, visitor);
    if (auto fault = scanner.fault()) return std::unexpected(error_at(text, std::move(*fault)));
    return scanner.has_odd_numbers();
}

}  // namespace

std::string JsonError::text() const {
    std::string all = fmt::format("line {}, column {}: {}", place.line, place.column, message);
    if (!offending_line.empty()) all += fmt::format(": `{}`", offending_line);
    return all;
}

Place place_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t newline = before.rfind('\n');
    return {lines + 1, newline == before.npos ? before.size() + 1 : before.size() - newline};
}

std::string line_at(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    constexpr std::size_t around = 40;
    const std::size_t newline = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
    std::size_t start = newline == text.npos ? 0 : newline + 1;
    std::size_t end = std::min(text.find('\n', offset), text.size());
    const bool cut_front = offset - start > around, cut_back = end - offset > around;
    if (cut_front) start = offset - around;
    if (cut_back) end = offset + around;
    std::string line = cut_front ? "…" : "";
    for (std::size_t at = start; at < end;) {
        const auto c = static_cast<unsigned char>(text[at]);
        const std::size_t length = utf8_length(text, at);
        if (c == '\t')
            line += ' ', ++at;
        else if (c == '\r')
            ++at;
        else if (c < 0x20 || c == 0x7F || length == 0 || (c == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0))
            line += fmt::format("\\x{:02x}", c), ++at;
        else
            line += text.substr(at, length), at += length;
    }
    if (cut_back) line += "…";
    const std::size_t first = line.find_first_not_of(' ');
    return first == line.npos ? "" : line.substr(first);
}

std::expected<bool, JsonError> visit_json(std::string_view text, JsonVisitor& visitor) {
    return scan(text, &visitor);
}

std::expected<Json, JsonError> parse_json(std::string_view text) {
    if (auto scanned = scan(text, nullptr); !scanned) return std::unexpected(std::move(scanned.error()));
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {  // numbers beyond a double's range
        return std::unexpected(error_at(text, {error.byte > 0 ? error.byte - 1 : 0, error.what()}));
    } catch (const Json::exception& error) {
        return std::unexpected(error_at(text, {0, error.what()}));
    }
}

std::size_t locate(std::string_view text, std::string_view pointer) {
    return Scanner(text).locate(pointer);
}

}  // namespace shimtrace::oci
