#include "decoders/messages/dbus/value.hpp"

#include "decoders/messages/quoted.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::dbus {

namespace {

constexpr int most_depth = 32;
constexpr std::size_t most_elements = 64, most_text = 4096, most_values = 64, most_array = 64U << 20U;

std::size_t alignment(char type) {
    switch (type) {
        case 'n':
        case 'q':
            return 2;
        case 'b':
        case 'i':
        case 'u':
        case 'h':
        case 's':
        case 'o':
        case 'a':
            return 4;
        case 'x':
        case 't':
        case 'd':
        case '(':
        case '{':
            return 8;
        default:
            return 1;  // y, g, v
    }
}

/// The length of the first complete type of a signature; 0: there is none.
std::size_t complete_type(std::string_view signature, int depth = 0) {
    if (signature.empty() || depth > most_depth) return 0;
    switch (signature[0]) {
        case 'a': {
            const std::size_t element = complete_type(signature.substr(1), depth + 1);
            return element == 0 ? 0 : element + 1;
        }
        case '(':
        case '{': {
            const char close = signature[0] == '(' ? ')' : '}';
            std::size_t at = 1;
            while (at < signature.size() && signature[at] != close) {
                const std::size_t member = complete_type(signature.substr(at), depth + 1);
                if (member == 0) return 0;
                at += member;
            }
            return at < signature.size() && at > 1 ? at + 1 : 0;
        }
        default:
            return std::string_view("ybnqiuxtdsoghv").find(signature[0]) == std::string_view::npos ? 0 : 1;
    }
}

/// Appends what it reads to the text of one value. Once it has failed it reads nothing more.
class Reader {
public:
    Reader(std::string_view bytes, std::size_t at, bool big_endian) : bytes_(bytes), at_(at), big_(big_endian) {}

    [[nodiscard]] const std::string& error() const { return error_; }

    Value value(std::string_view type) {
        Value made;
        made.signature = type;
        text_.clear();
        raw_ = nullptr;
        made.number = 0;
        value_ = &made;
        raw_ = &made.raw;
        read(type, 0);
        made.text = std::move(text_);
        if (made.text.size() > most_text) made.text.resize(most_text), made.text += "...";
        return made;
    }

private:
    bool fail(std::string why) {
        if (error_.empty()) error_ = std::move(why);
        return false;
    }
    bool align(std::size_t to) {
        const std::size_t next = (at_ + to - 1) & ~(to - 1);
        if (next > bytes_.size()) return fail("ends early");
        at_ = next;
        return true;
    }
    template <typename Number>
    bool take(Number& number) {
        if (!align(sizeof number)) return false;
        if (bytes_.size() - at_ < sizeof number) return fail("ends early");
        number = number_at<Number>(bytes_, at_, big_);
        at_ += sizeof number;
        return true;
    }
    void put(std::string_view text) {
        if (text_.size() <= most_text) text_ += text;
    }
    template <typename Number>
    bool put_number(int depth) {
        Number number{};
        if (!take(number)) return false;
        if (depth == 0) value_->number = static_cast<std::uint64_t>(number);
        put(fmt::format("{}", number));
        return true;
    }
    bool put_string(std::size_t length, int depth) {
        if (length >= bytes_.size() - at_) return fail("ends early");
        const std::string_view text = bytes_.substr(at_, length);
        if (depth == 0) *raw_ = text.substr(0, most_text);
        put(wire::quoted(text));
        at_ += length + 1;
        return true;
    }

    bool read(std::string_view type, int depth) {
        if (depth > most_depth) return fail("nested deeper than is shown");
        switch (type[0]) {
            case 'y':
                return put_number<std::uint8_t>(depth);
            case 'b': {
                std::uint32_t number = 0;
                if (!take(number)) return false;
                if (depth == 0) value_->number = number;
                put(number != 0 ? "true" : "false");
                return true;
            }
            case 'n':
                return put_number<std::int16_t>(depth);
            case 'q':
                return put_number<std::uint16_t>(depth);
            case 'i':
                return put_number<std::int32_t>(depth);
            case 'u':
            case 'h':
                return put_number<std::uint32_t>(depth);
            case 'x':
                return put_number<std::int64_t>(depth);
            case 't':
                return put_number<std::uint64_t>(depth);
            case 'd': {
                std::uint64_t bits = 0;
                if (!take(bits)) return false;
                put(fmt::format("{}", std::bit_cast<double>(bits)));
                return true;
            }
            case 's':
            case 'o': {
                std::uint32_t length = 0;
                return take(length) && put_string(length, depth);
            }
            case 'g': {
                std::uint8_t length = 0;
                return take(length) && put_string(length, depth);
            }
            case 'v':
                return read_variant(depth);
            case 'a':
                return read_array(type.substr(1), depth);
            case '(':
                return read_members(type.substr(1, type.size() - 2), "(", ", ", ")", depth);
            case '{':
                return read_members(type.substr(1, type.size() - 2), "", ": ", "", depth);
            default:
                return fail("a type that D-Bus does not have");
        }
    }

    bool read_variant(int depth) {
        std::uint8_t length = 0;
        if (!take(length)) return false;
        if (std::size_t{length} + 1 > bytes_.size() - at_) return fail("ends early");
        const std::string_view type = bytes_.substr(at_, length);
        at_ += std::size_t{length} + 1;
        if (type.empty() || complete_type(type) != type.size()) return fail("a variant of no type");
        return read(type, depth + 1);
    }

    bool read_members(std::string_view types, std::string_view open, std::string_view between, std::string_view close, int depth) {
        if (!align(8)) return false;
        put(open);
        for (bool first = true; !types.empty(); first = false) {
            const std::size_t length = complete_type(types);
            if (length == 0) return fail("a signature that D-Bus does not have");
            if (!first) put(between);
            if (!read(types.substr(0, length), depth + 1)) return false;
            types.remove_prefix(length);
        }
        put(close);
        return true;
    }

    bool read_array(std::string_view element, int depth) {
        std::uint32_t length = 0;
        if (element.empty() || !take(length)) return fail("ends early");
        if (length > most_array) return fail("an array longer than D-Bus allows");
        if (!align(alignment(element[0]))) return false;
        const bool whole = length <= bytes_.size() - at_;
        const std::size_t end = at_ + std::min<std::size_t>(length, bytes_.size() - at_);
        const bool dictionary = element[0] == '{';
        put(dictionary ? "{" : "[");
        for (std::size_t count = 0; at_ < end; ++count) {
            if (count != 0) put(", ");
            if (count == most_elements) {
                put("...");
                at_ = end;
                break;
            }
            const std::size_t before = at_;
            if (!read(element, depth + 1)) return false;
            if (at_ == before) return fail("an element of no size");
        }
        put(dictionary ? "}" : "]");
        if (!whole) return fail("ends early");
        at_ = std::max(at_, end);
        return true;
    }

    std::string_view bytes_;
    std::size_t at_;
    bool big_;
    std::string text_, error_;
    std::string* raw_ = nullptr;
    Value* value_ = nullptr;
};

}  // namespace

Values read_values(std::string_view bytes, std::size_t start, std::string_view signature, bool big_endian) {
    Values read;
    Reader reader(bytes, std::min(start, bytes.size()), big_endian);
    while (!signature.empty()) {
        const std::size_t length = complete_type(signature);
        if (length == 0 || read.values.size() == most_values) {
            read.error = length == 0 ? "a signature that D-Bus does not have" : "more values than are shown";
            return read;
        }
        read.values.push_back(reader.value(signature.substr(0, length)));
        if (!reader.error().empty()) {
            read.error = reader.error();
            return read;
        }
        signature.remove_prefix(length);
    }
    return read;
}

}  // namespace shimtrace::dbus
