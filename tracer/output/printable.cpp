#include "output/printable.hpp"

#include "decoders_text/printable.hpp"

namespace shimtrace::output {

std::string printable(std::string_view text) {
    return text::printable(text);
}

}  // namespace shimtrace::output
