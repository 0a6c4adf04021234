// Addresses of sockets that shims and containers seldom have, by rows.
#pragma once

#include "decoders/syscalls/printer.hpp"

#include <vector>

namespace shimtrace::decoders {

/// The fields behind sa_family. False: no row is of that family, or the address is too short for it.
bool print_rare_address(Printer& printer, Fields& fields, std::span<const std::byte> bytes);
/// Those that such an address names.
void collect_descriptors_of_address(std::span<const std::byte> bytes, std::vector<Fd>& into);

}  // namespace shimtrace::decoders
