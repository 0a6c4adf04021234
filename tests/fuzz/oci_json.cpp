// config.json and state.json: any bytes give a document or a precise error, never a crash, and nothing that harms a terminal. What is read
// of a part of a document is what is read of the whole.
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

/// The same, but that it has to be read whole.
std::string made_whole(std::string_view text) {
    std::string whole(text);
    if (const std::size_t end = whole.rfind('}'); end != whole.npos) whole.insert(end, R"(,"":1e0)");
    return whole;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace shimtrace::oci;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string whole = made_whole(text);
    const auto config = parse_config(text), whole_config = parse_config(whole);
    if (!config)
        check(config.error());
    else
        for (const ConfigProblem& problem : config->problems) check(problem.error);
    // An empty object has no comma after its brace.
    if (config && whole_config && (config->config != whole_config->config || config->problems.size() != whole_config->problems.size()))
        __builtin_trap();
    for (const Runtime& runtime : runtimes()) {
        const auto state = parse_state(text, runtime.state), whole_state = parse_state(whole, runtime.state);
        if (!state) check(state.error());
        if (state && whole_state && *state != *whole_state) __builtin_trap();
    }
    return 0;
}
