// A value that is its default for most of its kind: where it is, it takes one pointer, and not its size.
#pragma once

#include <shimtrace/boxed.hpp>

#include <compare>
#include <concepts>
#include <type_traits>
#include <utility>

namespace shimtrace {

/// Reads as the value does, by `->` or as a reference to it; is written by edit(), or whole. Copies are of their own.
template <typename T>
class Rare {
public:
    using value_type = T;

    Rare() = default;
    Rare(T value) : value_(std::move(value)) {}
    template <typename U = T>
    requires std::constructible_from<T, U> &&(!std::same_as<std::remove_cvref_t<U>, Rare>)Rare& operator=(U&& value) {
        value_ = std::forward<U>(value);
        return *this;
    }

    const T& operator*() const {
        static const T usual{};
        return value_ ? *value_ : usual;
    }
    const T* operator->() const { return &**this; }
    operator const T&() const { return **this; }

    /// Makes room for it where it was its default.
    T& edit() { return value_ ? *value_ : value_.emplace(); }

    friend bool operator==(const Rare& one, const Rare& other) { return *one == *other; }
    friend auto operator<=>(const Rare& one, const Rare& other) requires std::three_way_comparable<T> { return *one <=> *other; }

private:
    Boxed<T> value_;
};

}  // namespace shimtrace
