// Programs of classic BPF: seccomp's and those of sockets.
#pragma once

#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

constexpr std::size_t filter_program_size = 16, filter_instruction_size = 8;

/// Whom it answers to: seccomp's returns are actions.
enum class FilterUse : std::uint8_t { socket, seccomp };

/// Level 0 reads struct sock_fprog {u16 length, filter's address}, level 1 the instructions.
void capture_filter_program(Capture& capture, std::uint64_t address, int level);
/// {len=8, filter=0x7f…}; with -v its instructions.
void print_filter_program(Printer& printer, std::span<const std::byte> bytes, FilterUse use);
/// [BPF_STMT(…), …]
void print_filter_instructions(Printer& printer, std::uint64_t address, std::uint64_t count, FilterUse use);
/// BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0)
void print_filter_instruction(Printer& printer, std::span<const std::byte> bytes, FilterUse use = FilterUse::socket);

namespace types {
extern const ArgumentType seccomp_program;
}  // namespace types

}  // namespace shimtrace::decoders
