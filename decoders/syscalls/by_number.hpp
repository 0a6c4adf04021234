// A table with a row for each of some system calls, found by the call's number.
#pragma once

#include "decoders/syscalls/table.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>

namespace shimtrace::decoders {

/// `Row` has a `name`. The rows outlive this. For one architecture.
template <typename Row>
class ByNumber {
public:
    ByNumber(Arch arch, std::span<const Row> rows) {
        std::unordered_map<std::string_view, const Row*> by_name;
        for (const Row& row : rows) by_name.emplace(row.name, &row);
        for (const std::int64_t number : syscall_numbers(arch))
            if (const auto row = by_name.find(*syscall_name(arch, number)); row != by_name.end() && holds(number))
                rows_[static_cast<std::size_t>(number)] = row->second;
    }

    /// nullptr: a call that has no row.
    [[nodiscard]] const Row* find(std::int64_t number) const { return holds(number) ? rows_[static_cast<std::size_t>(number)] : nullptr; }

private:
    static constexpr std::int64_t most_numbers = 512;
    static bool holds(std::int64_t number) { return number >= 0 && number < most_numbers; }

    std::array<const Row*, most_numbers> rows_{};
};

}  // namespace shimtrace::decoders
