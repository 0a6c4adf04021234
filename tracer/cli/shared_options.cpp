#include "tracer/cli/shared_options.hpp"

#include "decoders/text/durations.hpp"

#include <fmt/format.h>

namespace shimtrace::cli {

void add_namespace_option(CLI::App& command, std::string& ns, std::string_view more) {
    command.add_option("-n,--namespace", ns, fmt::format("only containers of this namespace, containerd's or Kubernetes'{}", more))
        ->type_name("NAMESPACE");
}

Result<Nanoseconds> parse_period(std::string_view option, const std::string& text) {
    const auto period = text::parse_duration(text);
    if (!period || period->count() == 0) return fail(fmt::format("{} {}", option, text), 0, "a duration is a number with ms, s or m");
    return *period;
}

}  // namespace shimtrace::cli
