// Names of constants, as tables. What a value is called is data; how a set is written (ORed names, the rest in hex) is done
// once, by whoever prints.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace shimtrace::decoders {

struct FlagName {
    std::uint64_t value;
    std::string_view name;
};

/// Names of values that follow one another, as a text: a third of the bytes that rows take. "A B 0x10 C D": A and B have the first two values,
/// C and D 0x10 and the one after it.
struct NameList {
    const char* text = nullptr;
    bool bits = false;  ///< 1, 2, 4 …; else 0, 1, 2 …
};
constexpr NameList numbers(const char* names) {
    return {names, false};
}
constexpr NameList bits(const char* names) {
    return {names, true};
}

/// The names of one set, in the order in which strace writes them: rows, or a list. consteval: the compiler would else fill each when the program starts.
struct FlagSet {
    template <std::size_t size>
    consteval FlagSet(std::string_view otherwise, const FlagName (&names)[size]) : FlagSet(otherwise, std::span<const FlagName>(names)) {}
    template <std::size_t size>
    consteval FlagSet(std::string_view otherwise, const std::array<FlagName, size>& names)
        : FlagSet(otherwise, std::span<const FlagName>(names)) {}
    consteval FlagSet(std::string_view otherwise, NameList names) : unknown(otherwise), list(names.text), is_list(true), of_bits(names.bits) {}
    /// Of names that are found while the program runs.
    constexpr FlagSet(std::string_view otherwise, std::span<const FlagName> names)
        : unknown(otherwise), rows(names.data()), count(static_cast<std::uint32_t>(names.size())) {}

    std::string_view unknown;  ///< "O_???": the comment behind a value without a name
    union {
        const FlagName* rows;
        const char* list;
    };
    std::uint32_t count = 0;  ///< of rows
    bool is_list = false, of_bits = false;

    /// Of exactly this value; empty: it has none.
    [[nodiscard]] std::string_view name_of(std::uint64_t value) const;
};

/// One name after the other.
class NamesOf {
public:
    explicit NamesOf(const FlagSet& set)
        : row_(set.is_list ? nullptr : set.rows), left_(set.count), list_(set.is_list ? set.list : ""), of_bits_(set.of_bits),
          value_(of_bits_ ? 1 : 0) {}
    /// nullptr: there are no more.
    const FlagName* next() {
        if (left_ == 0) return next_listed();
        --left_;
        return row_++;
    }

private:
    const FlagName* next_listed();
    const FlagName* row_;
    std::uint32_t left_;
    const char* list_;
    bool of_bits_;
    std::uint64_t value_;
    FlagName listed_{};
};

inline std::string_view FlagSet::name_of(std::uint64_t value) const {
    for (NamesOf all(*this); const FlagName* flag = all.next();)
        if (flag->value == value) return flag->name;
    return {};
}

/// Two tables as one.
template <std::size_t first, std::size_t second>
constexpr std::array<FlagName, first + second> joined(const FlagName (&a)[first], const FlagName (&b)[second]) {
    std::array<FlagName, first + second> rows{};
    std::ranges::copy(a, rows.begin());
    std::ranges::copy(b, rows.begin() + first);
    return rows;
}

}  // namespace shimtrace::decoders
