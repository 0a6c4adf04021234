// What has both a number and a name, as -X says.
#pragma once

#include "decoders/syscalls/printer.hpp"

#include <string_view>

namespace shimtrace::decoders {

/// The name; with -X raw the number, which `print` writes; with -X verbose the number, and the name as a comment.
template <typename Print>
void styled(Printer& printer, std::string_view name, Print print) {
    if (printer.style().constants == Constants::abbrev) return printer.text(name);
    print();
    if (printer.style().constants == Constants::verbose) printer.comment(name);
}

}  // namespace shimtrace::decoders
