#include "tracer/output/printable.hpp"

#include "decoders/text/printable.hpp"

namespace shimtrace::output {

std::string printable(std::string_view text) {
    return text::printable(text);
}

}  // namespace shimtrace::output
