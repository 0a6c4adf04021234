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

/// The names of one set, in the order in which strace writes them.
struct FlagSet {
    std::string_view unknown;  ///< "O_???": the comment behind a value without a name
    std::span<const FlagName> names;

    /// Of exactly this value; empty: it has none.
    [[nodiscard]] constexpr std::string_view name_of(std::uint64_t value) const {
        for (const FlagName& flag : names)
            if (flag.value == value) return flag.name;
        return {};
    }
};

/// Two tables as one.
template <std::size_t first, std::size_t second>
constexpr std::array<FlagName, first + second> joined(const FlagName (&a)[first], const FlagName (&b)[second]) {
    std::array<FlagName, first + second> rows{};
    std::ranges::copy(a, rows.begin());
    std::ranges::copy(b, rows.begin() + first);
    return rows;
}

}  // namespace shimtrace::decoders
