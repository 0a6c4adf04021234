// Names of numbers, packed: a table of thousands in a third of the bytes that rows of pointers take. The rows are read by the compiler alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace shimtrace::decoders {

struct NamedNumber {
    std::uint32_t number;
    std::string_view name;
};

/// `numbers` rise; the name of the i-th is the text up to ends[i].
struct PackedNames {
    std::span<const std::uint32_t> numbers;
    std::span<const std::uint16_t> ends;
    std::string_view text;

    [[nodiscard]] constexpr std::string_view name_of(std::uint32_t number) const {
        const auto found = std::ranges::lower_bound(numbers, number);
        if (found == numbers.end() || *found != number) return {};
        const auto at = static_cast<std::size_t>(found - numbers.begin());
        const std::size_t start = at == 0 ? 0 : ends[at - 1];
        return text.substr(start, ends[at] - start);
    }
};

template <std::size_t count, std::size_t characters>
struct NameStore {
    std::array<std::uint32_t, count> numbers{};
    std::array<std::uint16_t, count> ends{};
    std::array<char, characters> text{};

    constexpr operator PackedNames() const { return {numbers, ends, {text.data(), text.size()}}; }
};

template <const auto& rows>
consteval std::size_t characters_of() {
    std::size_t sum = 0;
    for (const NamedNumber& row : rows) sum += row.name.size();
    return sum;
}

/// The rows must rise; a table whose names are longer than 65535 characters in all does not compile.
template <const auto& rows>
consteval auto pack_names() {
    NameStore<std::size(rows), characters_of<rows>()> store;
    static_assert(characters_of<rows>() <= UINT16_MAX && std::ranges::is_sorted(rows, {}, &NamedNumber::number));
    std::size_t end = 0;
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        store.numbers[i] = rows[i].number;
        std::ranges::copy(rows[i].name, store.text.begin() + static_cast<std::ptrdiff_t>(end));
        end += rows[i].name.size();
        store.ends[i] = static_cast<std::uint16_t>(end);
    }
    return store;
}

}  // namespace shimtrace::decoders
