// config.json and state.json: any bytes give a document or a precise error, never a crash, and nothing that harms a terminal.
#include "decoders/oci/config.hpp"
#include "decoders/oci/runtime_state.hpp"

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
    if (const auto state = parse_runc_state(text); !state) check(state.error());
    if (const auto status = parse_crun_status(text); !status) check(status.error());
    return 0;
}
