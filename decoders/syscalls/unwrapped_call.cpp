#include "decoders/syscalls/unwrapped_call.hpp"

#include "decoders/syscalls/table.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <span>
#include <string_view>

namespace shimtrace::decoders {

namespace {

using Args = std::array<std::uint64_t, 6>;

// What socketcall(2) does, by its first argument, and with how many arguments (net/socket.c: nargs).
struct SocketCall {
    std::string_view name;
    std::uint8_t arguments;
};
constexpr SocketCall socket_calls[] = {
    {"socket", 3},      {"bind", 3},        {"connect", 3},    {"listen", 2},     {"accept4", 3},
    {"getsockname", 3}, {"getpeername", 3}, {"socketpair", 4}, {"sendto", 4},  // send: no address
    {"recvfrom", 4},                                                           // recv
    {"sendto", 6},      {"recvfrom", 6},    {"shutdown", 2},   {"setsockopt", 5}, {"getsockopt", 5},
    {"sendmsg", 3},     {"recvmsg", 3},     {"accept4", 4},    {"recvmmsg", 5},   {"sendmmsg", 4},
};

/// The 32-bit words at an address, as arguments.
std::optional<Args> words_at(const Memory* memory, std::uint64_t address, std::size_t count) {
    std::array<std::uint32_t, 6> words{};
    const auto bytes = std::as_writable_bytes(std::span(words).first(count));
    if (memory == nullptr || memory->read(RemoteAddress{address}, bytes) != bytes.size()) return std::nullopt;
    Args args{};
    std::ranges::copy(words, args.begin());
    return args;
}

std::optional<KnownCall> named(std::string_view name, const Args& args) {
    const auto number = syscall_number(Arch::i386, name);
    return number ? std::optional(KnownCall{Arch::i386, *number, args}) : std::nullopt;
}

std::optional<KnownCall> socket_call(const Args& args, const Memory* memory) {
    if (args[0] == 0 || args[0] > std::size(socket_calls)) return std::nullopt;
    const SocketCall& call = socket_calls[args[0] - 1];
    const auto arguments = words_at(memory, args[1], call.arguments);
    return arguments ? named(call.name, *arguments) : std::nullopt;
}

/// Its numbers: include/uapi/linux/ipc.h. How msgrcv's type and buffer are passed depends on a version in the upper half of the number.
std::optional<KnownCall> ipc_call(const Args& args) {
    constexpr std::uint64_t call_bits = 0xffff;
    switch (args[0] & call_bits) {
        case 1:  // semop: has no number of its own, and is semtimedop without a timeout
            return named("semtimedop_time64", {args[1], args[4], args[2]});
        case 4:
            return named("semtimedop_time64", {args[1], args[4], args[2], args[5]});
        case 11:
            return named("msgsnd", {args[1], args[4], args[2], args[3]});
        case 12:
            return named("msgrcv", {args[1]});
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<KnownCall> unwrapped(const KnownCall& call, const Memory* memory) {
    const auto name = call.arch == Arch::i386 ? syscall_name(call.arch, call.number) : std::nullopt;
    if (name == "socketcall") return socket_call(call.args, memory);
    if (name == "ipc") return ipc_call(call.args);
    if (name == "select") {  // the old one: its arguments stand in memory
        const auto words = words_at(memory, call.args[0], 5);
        return words ? named("_newselect", *words) : std::nullopt;
    }
    return call;
}

Arch arch_of_call(std::int64_t number, std::uint64_t stack_pointer, std::uint64_t instruction_pointer,
                  const std::function<std::string_view()>& read_auxv) {
    constexpr std::int64_t x32_bit = 0x40000000;
    if (number < 0) return native_arch;
    if (native_arch == Arch::x86_64 && (number & x32_bit) != 0) return Arch::x32;
    if (((stack_pointer | instruction_pointer) >> 32) != 0) return native_arch;
    return is_auxv_of_32_bit(std::as_bytes(std::span(read_auxv()))) ? compat_arch : native_arch;
}

bool is_auxv_of_32_bit(std::span<const std::byte> auxv) {
    // Pairs of type and value, each of the program's width. Types are small: where a 64-bit one seems large it is two of 32 bits.
    constexpr std::size_t pair = 2 * sizeof(std::uint64_t);
    for (std::size_t at = 0; at + pair <= auxv.size(); at += pair) {
        std::uint64_t type = 0;
        std::memcpy(&type, auxv.data() + at, sizeof type);
        if (type >> 32 != 0) return true;
    }
    return false;
}

}  // namespace shimtrace::decoders
