// Instructions of BPF (Documentation/bpf/standardization/instruction-set.rst), as few as an iterator needs. What stands at an offset in a
// struct of the kernel is known when it runs, so that there is nothing to compile before.
#pragma once

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shimtrace::bpf {

/// Arguments are in r1 to r5, results in r0; a call leaves r6 to r9 as they are.
enum class Register : std::uint8_t { r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, frame };
/// Bytes that an instruction moves.
enum class Width : std::uint8_t { u16 = BPF_H, u32 = BPF_W, u64 = BPF_DW };

class Assembler {
public:
    /// `to` becomes what lies at `from` + `offset`.
    void load(Width width, Register to, Register from, std::int32_t offset);
    void store(Width width, Register to, std::int32_t offset, Register from);
    void move(Register to, Register from);
    void set(Register to, std::int32_t value);
    void add(Register to, std::int32_t value);
    void add(Register to, Register other);
    void subtract(Register to, Register other);
    void combine(Register to, Register other);  ///< bit by bit, "or"
    void shift_left(Register to, std::int32_t bits);
    void shift_right(Register to, std::int32_t bits);  ///< zeros come in
    void call(bpf_func_id helper);
    /// Ends the program where the register is 0.
    void end_if_zero(Register tested);
    void end_unless_equal(Register one, Register other);
    /// Makes it 0 where it is negative or larger than that, as signed numbers.
    void zero_outside(Register tested, std::int32_t most);
    /// The program, which returns 0.
    [[nodiscard]] std::vector<bpf_insn> finish() &&;

private:
    void emit(unsigned code, Register to, Register from, std::int32_t offset, std::int32_t immediate);

    std::vector<bpf_insn> instructions_;
    std::vector<std::size_t> jumps_to_end_;
};

}  // namespace shimtrace::bpf
