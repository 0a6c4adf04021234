// The types of arguments, and short ways to say them in a row.
#pragma once

#include "decoders/syscalls/row.hpp"

namespace shimtrace::decoders {

namespace types {
// types/number.cpp
extern const ArgumentType decimal32, decimal64, unsigned32, unsigned64, address, hex32, hex_number, octal_mode, user_id, flags32, flags64,
    constant32, constant64, open_flags, open_mode, signal, pid, compat_low_high, compat_user_id16;
// variants.cpp
extern const ArgumentType selector;
// types/descriptor.cpp
extern const ArgumentType fd, directory_fd, fd_pair;
// types/text.cpp
extern const ArgumentType path, link_text, string, bounded_string, in_buffer, out_buffer, in_iovec, out_iovec;
// types/value.cpp
extern const ArgumentType out_int32, out_uint32, out_uint64, out_address;
// of families, for others: calls/descriptor.cpp, calls/message.cpp, calls/network.cpp, calls/memory.cpp
extern const ArgumentType poll_fds, pselect_mask, fd_set, message_in, message_out, socket_address_in, compat_page_offset;
// calls/signal.cpp, calls/time.cpp
extern const ArgumentType signal_set_in, sized_signal_set_out, siginfo_in, siginfo_out, timespec_in, timespec_out, timespec_left,
    timeval_left, itimerspec_in, itimerspec_out, sigevent;
}  // namespace types

/// Arguments, as rows say them.
namespace arguments {

using enum WaitsFor;
using enum DescriptorEffect;
using enum Moves;

constexpr Argument of(std::string_view name, const ArgumentType& type, std::uint8_t other = 0, std::uint16_t size = 0) {
    return {name, &type, nullptr, nullptr, other, -1, size};
}
constexpr Argument number(std::string_view name) {
    return of(name, types::decimal32);
}
constexpr Argument number64(std::string_view name) {
    return of(name, types::decimal64);
}
constexpr Argument count(std::string_view name) {
    return of(name, types::unsigned32);
}
constexpr Argument size(std::string_view name) {
    return of(name, types::unsigned64);
}
constexpr Argument address(std::string_view name) {
    return of(name, types::address);
}
constexpr Argument hex(std::string_view name) {
    return of(name, types::hex_number);
}
constexpr Argument fd(std::string_view name) {
    return of(name, types::fd);
}
constexpr Argument directory_fd(std::string_view name) {
    return of(name, types::directory_fd);
}
constexpr Argument path(std::string_view name) {
    return of(name, types::path);
}
/// The text of a symbolic link: a path that nobody looks up.
constexpr Argument link_text(std::string_view name) {
    return of(name, types::link_text);
}
constexpr Argument string(std::string_view name) {
    return of(name, types::string);
}
constexpr Argument mode(std::string_view name) {
    return of(name, types::octal_mode);
}
constexpr Argument pid(std::string_view name) {
    return of(name, types::pid);
}
constexpr Argument id(std::string_view name) {
    return of(name, types::user_id);
}
constexpr Argument signal(std::string_view name) {
    return of(name, types::signal);
}
constexpr Argument flags(std::string_view name, const FlagSet& set) {
    return {name, &types::flags32, &set};
}
constexpr Argument flags64(std::string_view name, const FlagSet& set) {
    return {name, &types::flags64, &set};
}
constexpr Argument constant(std::string_view name, const FlagSet& set) {
    return {name, &types::constant32, &set};
}
constexpr Argument constant64(std::string_view name, const FlagSet& set) {
    return {name, &types::constant64, &set};
}
/// One of which the kernel takes no more than `most` characters.
constexpr Argument bounded_string(std::string_view name, std::uint16_t most) {
    return of(name, types::bounded_string, 0, most);
}
/// A buffer that the call reads; `length` is the index of the argument with its length, `most` what it may be; 0: whatever.
constexpr Argument in_buffer(std::string_view name, std::uint8_t length, std::uint16_t most = 0) {
    return of(name, types::in_buffer, length, most);
}
/// A buffer that the call fills with as many bytes as it returns.
constexpr Argument out_buffer(std::string_view name) {
    return of(name, types::out_buffer);
}
constexpr Argument in_iovec(std::string_view name, std::uint8_t length) {
    return of(name, types::in_iovec, length);
}
constexpr Argument out_iovec(std::string_view name, std::uint8_t length) {
    return of(name, types::out_iovec, length);
}
/// A constant whose names are those of the row's variants.
constexpr Argument selector(std::string_view name) {
    return of(name, types::selector);
}
/// An argument that is printed at another place than it is passed at.
constexpr Argument from(std::int8_t index, Argument argument) {
    argument.index = index;
    return argument;
}

}  // namespace arguments

}  // namespace shimtrace::decoders
