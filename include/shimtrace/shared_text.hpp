// Text that many values have in common: the name of a function stands in the frames of ten thousand goroutines.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace shimtrace {

/// Immutable; copies share the characters, and take one pointer. Reads as a std::string does.
class SharedText {
public:
    SharedText() = default;
    SharedText(std::string text) : shared_(text.empty() ? nullptr : new Shared{std::move(text)}) {}
    SharedText(std::string_view text) : SharedText(std::string(text)) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}
    SharedText(const SharedText& other) : shared_(other.shared_) {
        if (shared_) shared_->owners.fetch_add(1, std::memory_order_relaxed);
    }
    SharedText(SharedText&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
    SharedText& operator=(SharedText other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~SharedText() {
        if (shared_ && shared_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared_;
    }

    [[nodiscard]] const std::string& str() const {
        static const std::string none;
        return shared_ ? shared_->text : none;
    }
    operator const std::string&() const { return str(); }
    operator std::string_view() const { return str(); }

    [[nodiscard]] bool empty() const { return !shared_; }
    [[nodiscard]] std::size_t size() const { return str().size(); }
    [[nodiscard]] std::size_t find(std::string_view wanted, std::size_t from = 0) const { return str().find(wanted, from); }
    [[nodiscard]] std::size_t find(char wanted, std::size_t from = 0) const { return str().find(wanted, from); }
    [[nodiscard]] std::size_t rfind(std::string_view wanted) const { return str().rfind(wanted); }
    [[nodiscard]] std::size_t rfind(char wanted) const { return str().rfind(wanted); }
    [[nodiscard]] std::string substr(std::size_t from, std::size_t length = std::string::npos) const { return str().substr(from, length); }
    [[nodiscard]] bool starts_with(std::string_view head) const { return str().starts_with(head); }
    [[nodiscard]] bool ends_with(std::string_view tail) const { return str().ends_with(tail); }

    friend bool operator==(const SharedText& one, const SharedText& other) {
        return one.shared_ == other.shared_ || one.str() == other.str();
    }
    friend bool operator==(const SharedText& one, std::string_view other) { return one.str() == other; }
    friend bool operator==(const SharedText& one, const char* other) { return one.str() == other; }
    friend bool operator==(const SharedText& one, const std::string& other) { return one.str() == other; }
    friend auto operator<=>(const SharedText& one, const SharedText& other) { return one.str() <=> other.str(); }
    friend auto operator<=>(const SharedText& one, std::string_view other) { return std::string_view(one) <=> other; }
    friend std::ostream& operator<<(std::ostream& out, const SharedText& text) { return out << text.str(); }

private:
    struct Shared {
        const std::string text;
        std::atomic<std::size_t> owners{1};
    };
    Shared* shared_ = nullptr;  ///< nullptr: empty
};

/// Gives equal texts the same characters; holds all that it gave.
class SharedTexts {
public:
    const SharedText& share(std::string_view text) {
        const auto known = texts_.find(text);
        return known != texts_.end() ? *known : *texts_.emplace(text).first;
    }

private:
    std::set<SharedText, std::less<>> texts_;
};

}  // namespace shimtrace
