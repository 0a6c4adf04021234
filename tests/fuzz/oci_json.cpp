// config.json and state.json: any bytes give a document or a precise error, never a crash, and nothing that harms a terminal.
#include "decoders/oci/config.hpp"
#include "decoders/oci/runtimes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

void check(const shimtrace::oci::JsonError& error) {
    if (error.place.line == 0 || error.place.column == 0 || error.message.empty()) __builtin_trap();
    if (error.offending_line.find('\x1b') != std::string::npos) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace shimtrace::oci;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto config = parse_config(text); !config)
        check(config.error());
    else
        for (const ConfigProblem& problem : config->problems) check(problem.error);
    for (const Runtime& runtime : runtimes())
        if (const auto state = parse_state(text, runtime.state); !state) check(state.error());
    return 0;
}
