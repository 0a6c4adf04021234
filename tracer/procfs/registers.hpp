// A stopped thread's registers, whatever the machine: what they mean stands here, and nowhere else.
#pragma once

#include <shimtrace/types.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace shimtrace::host {

/// The general registers as the kernel hands them out (NT_PRSTATUS: struct user_regs_struct, struct user_pt_regs), of a live thread or out
/// of a core file of either machine.
class Registers {
public:
    /// nullopt: they are not a whole set of that machine's. 32-bit ARM's are taken too, which an aarch64 kernel gives of a 32-bit thread.
    static std::optional<Registers> parse(Arch machine, std::span<const std::byte> bytes);

    [[nodiscard]] std::uint64_t pc() const;
    [[nodiscard]] std::uint64_t sp() const;
    /// Where the running function returns to, if it has not saved that (aarch64: x30); nullopt: the machine has none.
    [[nodiscard]] std::optional<std::uint64_t> link() const;
    /// The number of the call that it is in, or on whose way out it is; -1: none. aarch64 tells it nowhere in here: it is the number that a
    /// call would have now.
    [[nodiscard]] std::int64_t syscall() const;
    [[nodiscard]] std::array<std::uint64_t, 6> arguments(Arch of_call) const;
    [[nodiscard]] std::int64_t result(Arch of_call) const;

    /// By DWARF's numbers of the machine, which go to `dwarf_count`; the last one is the pc on x86-64 and aarch64.
    static constexpr std::size_t dwarf_count = 33;
    [[nodiscard]] std::optional<std::uint64_t> by_dwarf(std::size_t number) const;

    /// Where the kernel keeps them: indexes of words.
    [[nodiscard]] std::size_t place_of_result() const;
    [[nodiscard]] std::size_t place_of_argument(Arch of_call, std::size_t index) const;
    [[nodiscard]] std::size_t place_of_pc() const;

private:
    Arch machine_ = native_arch;
    std::array<std::uint64_t, 34> words_{};
};

/// Of a thread that this one traces and that is stopped. nullopt: it is gone.
std::optional<Registers> registers(Tid tid);
/// Sets the word at one of Registers' places.
bool set_register(Tid tid, std::size_t place, std::uint64_t value);

}  // namespace shimtrace::host
