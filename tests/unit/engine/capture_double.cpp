// Stands in for what decides what to read at a stop: the engine's own tests read nothing.
#include "decoders_syscalls/capture.hpp"
#include "decoders_syscalls/table.hpp"

namespace shimtrace::decoders {

__attribute__((weak)) void capture_entry(Event&, const Memory&, const CaptureLimits&) {}
__attribute__((weak)) void capture_exit(const Event&, Event&, const Memory&, const CaptureLimits&) {}
__attribute__((weak)) void descriptors(const Event&, const Event*, std::vector<Fd>&) {}
__attribute__((weak)) std::optional<std::int64_t> syscall_number(Arch arch, std::string_view name) {
    return name == "close" ? std::optional<std::int64_t>(arch == Arch::i386 ? 6 : 3) : std::nullopt;
}

}  // namespace shimtrace::decoders
