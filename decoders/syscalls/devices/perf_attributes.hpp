// struct perf_event_attr: linux/perf_event.h.
#pragma once

#include "decoders/syscalls/layout/struct_layout.hpp"
#include "decoders/syscalls/row.hpp"

namespace shimtrace::decoders {

/// So much of it is shown where structs are cut short.
constexpr std::size_t brief_perf_attributes = 48;
void print_perf_attributes(Printer& printer, const Region& region, Surroundings& around);

namespace types {
extern const ArgumentType perf_attributes;
}  // namespace types

}  // namespace shimtrace::decoders
