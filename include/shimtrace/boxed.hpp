// A value that most of its kind do not have: where it is not there it takes one pointer, and not its size.
#pragma once

#include <compare>
#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace shimtrace {

/// Reads as a std::optional does; copies are of their own.
template <typename T>
class Boxed {
public:
    using value_type = T;

    Boxed() = default;
    Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}
    Boxed(std::optional<T> value) : value_(value ? std::make_unique<T>(std::move(*value)) : nullptr) {}
    Boxed(const Boxed& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
    Boxed(Boxed&&) noexcept = default;
    Boxed& operator=(const Boxed& other) {
        if (this != &other) value_ = other.value_ ? std::make_unique<T>(*other.value_) : nullptr;
        return *this;
    }
    Boxed& operator=(Boxed&&) noexcept = default;
    template <typename U = T>
    requires std::constructible_from<T, U> &&(!std::same_as<std::remove_cvref_t<U>, Boxed>)Boxed& operator=(U&& value) {
        value_ = std::make_unique<T>(std::forward<U>(value));
        return *this;
    }
    ~Boxed() = default;

    [[nodiscard]] bool has_value() const { return value_ != nullptr; }
    explicit operator bool() const { return has_value(); }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return value_.get(); }
    const T* operator->() const { return value_.get(); }

    T& emplace() {
        value_ = std::make_unique<T>();
        return *value_;
    }
    void reset() { value_.reset(); }

    friend bool operator==(const Boxed& one, const Boxed& other) {
        return one.has_value() == other.has_value() && (!one || *one == *other);
    }
    friend auto operator<=>(const Boxed& one, const Boxed& other) requires std::three_way_comparable<T> {
        using Ordering = std::compare_three_way_result_t<T>;
        return one && other ? *one <=> *other : Ordering(one.has_value() <=> other.has_value());
    }

private:
    std::unique_ptr<T> value_;  ///< nullptr: none
};

}  // namespace shimtrace
