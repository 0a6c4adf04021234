// Socket addresses of every family that shims, containers and their neighbours use.
#pragma once

#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

/// struct sockaddr_storage; no address is longer.
constexpr std::size_t most_socket_address = 128;

/// {sa_family=AF_UNIX, sun_path="/run/x.sock"}. The bytes end where the address does.
void print_socket_address(Printer& printer, std::span<const std::byte> bytes);

/// inet_addr("127.0.0.1"): the first four bytes.
void print_inet_address(Printer& printer, std::span<const std::byte> bytes);

/// The fields of struct sockaddr_in behind its family, and those of sockaddr_in6.
void print_inet_fields(Fields& fields, std::span<const std::byte> bytes);
void print_inet6_fields(Printer& printer, Fields& fields, std::span<const std::byte> bytes);

}  // namespace shimtrace::decoders
