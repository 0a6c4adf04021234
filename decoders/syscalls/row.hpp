// What a row of the table is made of: a call has a name, classes, arguments, a type of result, and what is known of it beside its line. An
// argument has a type, and the type says both what to capture of it and how to render it.
#pragma once

#include "decoders/constants/flag_set.hpp"
#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace shimtrace::decoders {

class Printer;
class Capture;
class Call;
struct Slot;

/// When an argument's value is known, and so when it is captured and printed.
enum class Phase : std::uint8_t {
    entry,
    exit,         ///< filled by the kernel: nothing is captured of it when the call failed
    exit_always,  ///< likewise, but meaningful after an error too (the rest of an interrupted sleep)
};

/// One way in which arguments are read and written. All types are constants.
struct ArgumentType {
    Phase phase = Phase::entry;
    void (*render)(Printer&, const Slot&) = nullptr;
    /// What the exit adds to what was already known at entry (clone3's `=> {parent_tid=[5]}`); nullptr: nothing.
    void (*render_rest)(Printer&, const Slot&) = nullptr;
    /// Asks `Capture` for what rendering will need. Called for level 0, 1, 2 … as long as the level before asked for
    /// anything, so that what was read on one level (an iovec) says what to read on the next (its bytes).
    void (*capture)(Capture&, const Slot&, int level) = nullptr;
    /// The descriptors that the argument names.
    void (*descriptors)(const Call&, const Slot&, std::vector<Fd>& into) = nullptr;
    /// Is it an argument of this call at all (open's mode)? nullptr: always.
    bool (*present)(const Call&, const Slot&) = nullptr;
    bool captured_at_both = false;  ///< value-result arguments: entry and exit
    bool unseparated = false;       ///< writes its own separator
    bool is_text = false;           ///< -e verbose= leaves strings and buffers as they are
    /// Its form in 32-bit programs: `types::same` where it looks the same to them. nullptr: the same, unless it reads memory; then nobody
    /// has looked at it with 32 bits in mind, and a call with such an argument stays raw.
    const ArgumentType* compat = nullptr;
    const ArgumentType* compat64 =
        nullptr;  ///< in those of their calls that have 64 bits in it (stat64, futex_time64); nullptr: as `compat`
};

namespace types {
inline constexpr ArgumentType same{};
}  // namespace types

constexpr ArgumentType in_32_bits(ArgumentType type, const ArgumentType* compat, const ArgumentType* compat64 = nullptr) {
    type.compat = compat;
    type.compat64 = compat64;
    return type;
}

/// An argument of a call. What its type needs to know beside the value is here: a set of names, which argument holds the
/// length, the size of an element.
struct Argument {
    std::string_view name;
    const ArgumentType* type = nullptr;
    const FlagSet* flags = nullptr;
    const FlagSet* more_flags = nullptr;
    std::uint8_t other = 0;  ///< index of the argument that this one depends on
    std::int8_t index = -1;  ///< which register it comes from, where that is not its place in the row
    std::uint16_t size = 0;
};

/// An argument of a certain call.
struct Slot {
    const Argument& argument;
    std::uint64_t value = 0;
    unsigned index = 0;
};

/// Prints the result of a call that succeeded.
using Result = void (*)(Printer&);

/// What a call is for one value of its selector: fcntl by its command.
struct Variant {
    /// Arguments, result and facts as the row has them.
    constexpr Variant(std::uint32_t selected, std::string_view called) : value(selected), name(called) {}
    /// `after`: the arguments after the selector.
    constexpr Variant(std::uint32_t selected, std::string_view called, std::initializer_list<Argument> after, Result how = nullptr)
        : value(selected), name(called), count(static_cast<std::int8_t>(after.size())), result(how) {
        std::copy(after.begin(), after.end(), table.begin());
    }
    constexpr Variant(std::uint32_t selected, std::string_view called, std::initializer_list<Argument> after, const RowFacts& beside)
        : Variant(selected, called, after) {
        facts = beside;
    }

    std::uint32_t value;
    std::string_view name;
    std::int8_t count = -1;  ///< -1: as the row
    std::array<Argument, 4> table{};
    Result result = nullptr;  ///< nullptr: as the row
    std::optional<RowFacts> facts;
    bool only_in_32_bits = false;
};

constexpr Variant only_in_32_bits(Variant variant) {
    variant.only_in_32_bits = true;
    return variant;
}

struct VariantTable {
    std::span<const Variant> rows;
    std::string_view unknown;   ///< "F_???": the comment behind a value without a row
    std::uint8_t selector = 0;  ///< the place of the argument whose value decides
    std::uint32_t ignored = 0;  ///< bits of it that say something else
    bool is_long = false;       ///< the selector has 64 bits: what does not fit in 32 has no row
};

struct SyscallRow {
    constexpr SyscallRow(std::string_view call, std::uint32_t in_classes, std::initializer_list<Argument> in_order, Result how,
                         const RowFacts& beside = {})
        : name(call), classes(in_classes), result(how), facts(beside), count(in_order.size()) {
        std::copy(in_order.begin(), in_order.end(), table.begin());
    }
    constexpr SyscallRow(std::string_view call, std::uint32_t in_classes, std::initializer_list<Argument> in_order,
                         const RowFacts& beside = {})
        : SyscallRow(call, in_classes, in_order, nullptr, beside) {}
    /// What follows the selector is for values that no variant has.
    constexpr SyscallRow(std::string_view call, std::uint32_t in_classes, std::initializer_list<Argument> in_order,
                         const VariantTable& by_selector, const RowFacts& beside = {})
        : SyscallRow(call, in_classes, in_order, nullptr, beside) {
        variants = &by_selector;
    }

    /// Which register the argument at a place of the row is passed in.
    [[nodiscard]] constexpr unsigned register_of(unsigned place) const {
        return table[place].index < 0 ? place : static_cast<unsigned>(table[place].index);
    }
    [[nodiscard]] constexpr std::span<const Argument> arguments() const { return std::span(table).first(count); }

    std::string_view name;
    std::uint32_t classes;
    Result result;  ///< of a call that succeeded; nullptr: a decimal number
    RowFacts facts;
    std::array<Argument, 6> table{};
    std::size_t count;
    const VariantTable* variants = nullptr;
};

/// The rows by family (calls/FAMILY.cpp); table.cpp joins them.
extern const std::span<const SyscallRow> attributes_rows, bpf_rows, descriptor_rows, directory_rows, fcntl_rows, file_rows, futex_rows,
    identity_rows, io_uring_rows, ioctl_rows, ipc_rows, keys_rows, memory_rows, message_rows, mount_rows, network_rows, prctl_rows,
    process_rows, ptrace_rows, read_write_rows, scheduling_rows, security_rows, signal_rows, system_rows, time_rows, watch_rows;

/// Those of all families.
std::span<const std::span<const SyscallRow>> all_rows();

/// The row of a call; nullptr: there is none (an unknown number, or one of i386 that has raw arguments only).
const SyscallRow* find_row(Arch arch, std::int64_t number);
/// That of the variant that these arguments select.
const SyscallRow* find_row(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args);
/// What a row says, and what follows from it (call_facts.cpp).
CallFacts facts_of(const SyscallRow& row);
/// How many arguments a call has, for those without a row; 6 where nothing is known.
unsigned argument_count(Arch arch, std::int64_t number);

}  // namespace shimtrace::decoders
