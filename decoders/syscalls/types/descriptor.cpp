// Descriptors, and pairs of them.
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

std::int32_t as_fd(std::uint64_t value) {
    return static_cast<std::int32_t>(value);
}

void render_fd_argument(Printer& printer, const Slot& slot) {
    printer.fd(as_fd(slot.value));
}
void render_directory_fd(Printer& printer, const Slot& slot) {
    printer.directory_fd(as_fd(slot.value));
}
void collect_fd(const Call&, const Slot& slot, std::vector<Fd>& into) {
    into.push_back(Fd{as_fd(slot.value)});
}

// pipe, socketpair: [3, 4]

void capture_pair(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, 2 * sizeof(std::int32_t));
}
void render_pair(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    const auto pair = printer.value_or_address<std::array<std::int32_t, 2>>(slot.value);
    if (!pair) return;
    printer.put('[');
    printer.fd((*pair)[0]);
    printer.text(", ");
    printer.fd((*pair)[1]);
    printer.put(']');
}
void collect_pair(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (!call.succeeded()) return;
    if (const auto pair = call.value<std::array<std::int32_t, 2>>(slot.value))
        for (const std::int32_t fd : *pair) into.push_back(Fd{fd});
}

}  // namespace

namespace types {

const ArgumentType fd{.render = render_fd_argument, .descriptors = collect_fd};
const ArgumentType directory_fd{.render = render_directory_fd, .descriptors = collect_fd};
const ArgumentType fd_pair{
    .phase = Phase::exit, .render = render_pair, .capture = capture_pair, .descriptors = collect_pair, .compat = &same};

}  // namespace types

}  // namespace shimtrace::decoders
