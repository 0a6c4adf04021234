#include "tracer/procfs/registers.hpp"

#include <algorithm>
#include <cstring>

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

namespace shimtrace::host {
namespace {

/// struct user_regs_struct: arch/x86/include/asm/user_64.h.
enum X86 : std::size_t {
    r15,
    r14,
    r13,
    r12,
    rbp,
    rbx,
    r11,
    r10,
    r9,
    r8,
    rax,
    rcx,
    rdx,
    rsi,
    rdi,
    orig_rax,
    rip,
    cs,
    flags,
    rsp,
    x86_words = 27
};
/// struct user_pt_regs: arch/arm64/include/uapi/asm/ptrace.h.
enum Arm64 : std::size_t { x0 = 0, x8 = 8, x30 = 30, arm64_sp, arm64_pc, arm64_words = 34 };
/// What an aarch64 kernel gives of a 32-bit thread: r0 to r15, the flags, and the first argument as the call got it.
enum Arm : std::size_t { r7 = 7, arm_sp = 13, arm_lr = 14, arm_pc = 15, arm_words = 18 };

/// DWARF's numbers on x86-64 (System V ABI, figure 3.36).
constexpr std::size_t x86_dwarf[] = {rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8, r9, r10, r11, r12, r13, r14, r15, rip};

constexpr std::size_t x86_arguments[] = {rdi, rsi, rdx, r10, r8, r9}, i386_arguments[] = {rbx, rcx, rdx, rsi, rdi, rbp};

}  // namespace

std::optional<Registers> Registers::parse(Arch machine, std::span<const std::byte> bytes) {
    Registers registers;
    registers.machine_ = machine;
    if (machine == Arch::aarch64 && bytes.size() == arm_words * sizeof(std::uint32_t)) {
        registers.machine_ = Arch::arm;
        for (std::size_t i = 0; i < arm_words; ++i) {
            std::uint32_t word = 0;
            std::memcpy(&word, bytes.data() + i * sizeof word, sizeof word);
            registers.words_[i] = word;
        }
        return registers;
    }
    const std::size_t words = machine == Arch::aarch64 ? std::size_t{arm64_words} : std::size_t{x86_words};
    if (bytes.size() < words * sizeof(std::uint64_t)) return std::nullopt;
    std::memcpy(registers.words_.data(), bytes.data(), words * sizeof(std::uint64_t));
    return registers;
}

std::size_t Registers::place_of_pc() const {
    return machine_ == Arch::aarch64 ? std::size_t{arm64_pc} : machine_ == Arch::arm ? std::size_t{arm_pc} : std::size_t{rip};
}

std::size_t Registers::place_of_result() const {
    return machine_ == Arch::x86_64 ? std::size_t{rax} : std::size_t{x0};
}

std::size_t Registers::place_of_argument(Arch of_call, std::size_t index) const {
    if (machine_ != Arch::x86_64) return index;
    return of_call == Arch::i386 ? i386_arguments[index] : x86_arguments[index];
}

std::uint64_t Registers::pc() const {
    return words_[place_of_pc()];
}

std::uint64_t Registers::sp() const {
    return words_[machine_ == Arch::aarch64 ? std::size_t{arm64_sp} : machine_ == Arch::arm ? std::size_t{arm_sp} : std::size_t{rsp}];
}

std::optional<std::uint64_t> Registers::link() const {
    if (machine_ == Arch::x86_64) return std::nullopt;
    return words_[machine_ == Arch::aarch64 ? std::size_t{x30} : std::size_t{arm_lr}];
}

std::int64_t Registers::syscall() const {
    if (machine_ == Arch::x86_64) return static_cast<std::int64_t>(words_[orig_rax]);
    return static_cast<std::int32_t>(words_[machine_ == Arch::aarch64 ? std::size_t{x8} : std::size_t{r7}]);
}

std::array<std::uint64_t, 6> Registers::arguments(Arch of_call) const {
    std::array<std::uint64_t, 6> arguments;
    for (std::size_t i = 0; i < arguments.size(); ++i) arguments[i] = words_[place_of_argument(of_call, i)];
    if (is_32_bit(of_call))
        for (std::uint64_t& argument : arguments) argument &= 0xffffffffU;
    return arguments;
}

std::int64_t Registers::result(Arch of_call) const {
    const std::uint64_t word = words_[place_of_result()];
    return is_32_bit(of_call) ? static_cast<std::int32_t>(word) : static_cast<std::int64_t>(word);
}

std::optional<std::uint64_t> Registers::by_dwarf(std::size_t number) const {
    if (machine_ == Arch::x86_64) return number < std::size(x86_dwarf) ? std::optional(words_[x86_dwarf[number]]) : std::nullopt;
    if (machine_ == Arch::aarch64) return number <= arm64_pc ? std::optional(words_[number]) : std::nullopt;
    return std::nullopt;
}

namespace {

/// The kernel's set, and how much of it there was. x86-64's own request gives 64-bit registers of 32-bit programs too.
std::optional<std::size_t> read_set(Tid tid, std::span<std::uint64_t> words) {
#ifdef __aarch64__
    iovec set{words.data(), words.size_bytes()};
    if (ptrace(PTRACE_GETREGSET, tid.value, NT_PRSTATUS, &set) != 0) return std::nullopt;
    return set.iov_len;
#else
    if (ptrace(PTRACE_GETREGS, tid.value, nullptr, words.data()) != 0) return std::nullopt;
    return sizeof(user_regs_struct);
#endif
}

}  // namespace

std::optional<Registers> registers(Tid tid) {
    std::array<std::uint64_t, 34> words{};
    const auto bytes = read_set(tid, words);
    return bytes ? Registers::parse(native_arch, std::as_bytes(std::span(words)).first(*bytes)) : std::nullopt;
}

bool set_register(Tid tid, std::size_t place, std::uint64_t value) {
#ifdef __aarch64__
    std::array<std::uint64_t, 34> words{};
    const auto bytes = read_set(tid, words);
    if (!bytes) return false;
    if (*bytes == arm_words * sizeof(std::uint32_t)) {
        const auto narrow = static_cast<std::uint32_t>(value);
        std::memcpy(reinterpret_cast<std::byte*>(words.data()) + place * sizeof narrow, &narrow, sizeof narrow);
    } else {
        words[place] = value;
    }
    iovec set{words.data(), *bytes};
    return ptrace(PTRACE_SETREGSET, tid.value, NT_PRSTATUS, &set) == 0;
#else
    return ptrace(PTRACE_POKEUSER, tid.value, place * sizeof(std::uint64_t), value) == 0;
#endif
}

}  // namespace shimtrace::host
