// Lists of netlink: each element begins with a header that says how long it is, and the next one follows, aligned to 4.
#pragma once

#include "decoders/syscalls/layout/struct_layout.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

/// [a, b, ...]; a list of one has no brackets. `length_of` reads an element's length from its readable header, `print` shows the
/// element. What is left is shown as bytes where it is too short for a header, as a comment where it could not be read. A length that
/// is less than the header ends the list.
template <typename LengthOf, typename Print>
void print_headed_list(Printer& printer, Region region, std::size_t header, LengthOf length_of, Print print) {
    if (region.length < header) return print_hex_text(printer, region);
    if (!region.readable(header)) return printer.address(region.address);
    bool listed = false;
    for (std::uint64_t count = 0;; ++count) {
        const std::uint64_t length = length_of(region), next = (length + 3) & ~std::uint64_t{3};
        const bool more = length >= header && next < region.length;
        if (count == 0 && more) {
            listed = true;
            printer.put('[');
        }
        if (count != 0) printer.text(", ");
        if (count == printer.element_limit()) {
            printer.text("...");
            break;
        }
        print(region.first(std::max<std::uint64_t>(length, header)));
        if (!more) break;
        region = region.from(next);
        if (region.length < header) {
            printer.text(", ");
            print_hex_text(printer, region);
            break;
        }
        if (!region.readable(header)) {
            printer.text(", ... /* ");
            printer.hex(region.address);
            printer.text(" */");
            break;
        }
    }
    if (listed) printer.put(']');
}

}  // namespace shimtrace::decoders
