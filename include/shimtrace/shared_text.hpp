// Text that many values have in common: the name of a function stands in the frames of ten thousand goroutines.
#pragma once

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace shimtrace {

/// Immutable; copies share the characters. Reads as a std::string does.
class SharedText {
public:
    SharedText() = default;
    SharedText(std::string text) : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
    SharedText(std::string_view text) : SharedText(std::string(text)) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}

    [[nodiscard]] const std::string& str() const {
        static const std::string none;
        return text_ ? *text_ : none;
    }
    operator const std::string&() const { return str(); }
    operator std::string_view() const { return str(); }

    [[nodiscard]] bool empty() const { return !text_; }
    [[nodiscard]] std::size_t size() const { return str().size(); }
    [[nodiscard]] std::size_t find(std::string_view wanted, std::size_t from = 0) const { return str().find(wanted, from); }
    [[nodiscard]] std::size_t find(char wanted, std::size_t from = 0) const { return str().find(wanted, from); }
    [[nodiscard]] std::size_t rfind(std::string_view wanted) const { return str().rfind(wanted); }
    [[nodiscard]] std::size_t rfind(char wanted) const { return str().rfind(wanted); }
    [[nodiscard]] std::string substr(std::size_t from, std::size_t length = std::string::npos) const { return str().substr(from, length); }
    [[nodiscard]] bool starts_with(std::string_view head) const { return str().starts_with(head); }
    [[nodiscard]] bool ends_with(std::string_view tail) const { return str().ends_with(tail); }

    friend bool operator==(const SharedText& one, const SharedText& other) { return one.text_ == other.text_ || one.str() == other.str(); }
    friend bool operator==(const SharedText& one, std::string_view other) { return one.str() == other; }
    friend bool operator==(const SharedText& one, const char* other) { return one.str() == other; }
    friend bool operator==(const SharedText& one, const std::string& other) { return one.str() == other; }
    friend std::ostream& operator<<(std::ostream& out, const SharedText& text) { return out << text.str(); }

private:
    std::shared_ptr<const std::string> text_;  ///< nullptr: empty
};

}  // namespace shimtrace
