#include "tracer/bpf/assembler.hpp"

#include <utility>

namespace shimtrace::bpf {

void Assembler::emit(unsigned code, Register to, Register from, std::int32_t offset, std::int32_t immediate) {
    bpf_insn instruction{};
    instruction.code = static_cast<std::uint8_t>(code);
    instruction.dst_reg = static_cast<std::uint8_t>(to) & 0xfU;
    instruction.src_reg = static_cast<std::uint8_t>(from) & 0xfU;
    instruction.off = static_cast<std::int16_t>(offset);
    instruction.imm = immediate;
    instructions_.push_back(instruction);
}

void Assembler::load(Width width, Register to, Register from, std::int32_t offset) {
    emit(BPF_LDX | BPF_MEM | static_cast<unsigned>(width), to, from, offset, 0);
}

void Assembler::store(Width width, Register to, std::int32_t offset, Register from) {
    emit(BPF_STX | BPF_MEM | static_cast<unsigned>(width), to, from, offset, 0);
}

void Assembler::move(Register to, Register from) {
    emit(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

void Assembler::set(Register to, std::int32_t value) {
    emit(BPF_ALU64 | BPF_MOV | BPF_K, to, Register::r0, 0, value);
}

void Assembler::add(Register to, std::int32_t value) {
    emit(BPF_ALU64 | BPF_ADD | BPF_K, to, Register::r0, 0, value);
}

void Assembler::add(Register to, Register other) {
    emit(BPF_ALU64 | BPF_ADD | BPF_X, to, other, 0, 0);
}

void Assembler::subtract(Register to, Register other) {
    emit(BPF_ALU64 | BPF_SUB | BPF_X, to, other, 0, 0);
}

void Assembler::combine(Register to, Register other) {
    emit(BPF_ALU64 | BPF_OR | BPF_X, to, other, 0, 0);
}

void Assembler::shift_left(Register to, std::int32_t bits) {
    emit(BPF_ALU64 | BPF_LSH | BPF_K, to, Register::r0, 0, bits);
}

void Assembler::shift_right(Register to, std::int32_t bits) {
    emit(BPF_ALU64 | BPF_RSH | BPF_K, to, Register::r0, 0, bits);
}

void Assembler::call(bpf_func_id helper) {
    emit(BPF_JMP | BPF_CALL, Register::r0, Register::r0, 0, helper);
}

void Assembler::end_if_zero(Register tested) {
    jumps_to_end_.push_back(instructions_.size());
    emit(BPF_JMP | BPF_JEQ | BPF_K, tested, Register::r0, 0, 0);
}

void Assembler::end_unless_equal(Register one, Register other) {
    jumps_to_end_.push_back(instructions_.size());
    emit(BPF_JMP | BPF_JNE | BPF_X, one, other, 0, 0);
}

void Assembler::zero_outside(Register tested, std::int32_t most) {
    emit(BPF_JMP | BPF_JSGE | BPF_K, tested, Register::r0, 1, 0);
    set(tested, 0);
    emit(BPF_JMP | BPF_JLE | BPF_K, tested, Register::r0, 1, most);
    set(tested, 0);
}

std::vector<bpf_insn> Assembler::finish() && {
    for (const std::size_t at : jumps_to_end_) instructions_[at].off = static_cast<std::int16_t>(instructions_.size() - at - 1);
    set(Register::r0, 0);
    emit(BPF_JMP | BPF_EXIT, Register::r0, Register::r0, 0, 0);
    return std::move(instructions_);
}

}  // namespace shimtrace::bpf
