// A choice of system calls: by number, for each table of numbers.
#pragma once

#include <shimtrace/types.hpp>

#include <array>
#include <bitset>
#include <cstdint>

namespace shimtrace {

/// Numbers of one table.
using SyscallSet = std::bitset<1024>;

/// Numbers past a table's end are of no known call. x32 has no set of its own: its numbers are x86-64's.
class CallSet {
public:
    static CallSet every() {
        CallSet set;
        for (SyscallSet& table : set.tables_) table.set();
        return set;
    }

    [[nodiscard]] SyscallSet& of(Arch arch) { return tables_[index(arch)]; }
    [[nodiscard]] const SyscallSet& of(Arch arch) const { return tables_[index(arch)]; }
    /// `beyond`: what is said of numbers that no table has.
    [[nodiscard]] bool holds(Arch arch, std::int64_t number, bool beyond) const {
        const SyscallSet& table = of(arch);
        if (number < 0 || static_cast<std::uint64_t>(number) >= table.size()) return beyond;
        return table.test(static_cast<std::size_t>(number));
    }
    void add(Arch arch, std::int64_t number) {
        SyscallSet& table = of(arch);
        if (number >= 0 && static_cast<std::uint64_t>(number) < table.size()) table.set(static_cast<std::size_t>(number));
    }
    void flip() {
        for (SyscallSet& table : tables_) table.flip();
    }
    [[nodiscard]] bool all() const {
        for (const SyscallSet& table : tables_)
            if (!table.all()) return false;
        return true;
    }
    [[nodiscard]] bool none() const { return tables_ == std::array<SyscallSet, tables>{}; }

    CallSet& operator|=(const CallSet& other) {
        for (std::size_t i = 0; i < tables; ++i) tables_[i] |= other.tables_[i];
        return *this;
    }

private:
    static constexpr std::size_t tables = 4;
    static constexpr std::size_t index(Arch arch) {
        switch (arch) {
            case Arch::i386:
                return 1;
            case Arch::aarch64:
                return 2;
            case Arch::arm:
                return 3;
            case Arch::x86_64:
            case Arch::x32:
                break;
        }
        return 0;
    }

    std::array<SyscallSet, tables> tables_{};
};

}  // namespace shimtrace
