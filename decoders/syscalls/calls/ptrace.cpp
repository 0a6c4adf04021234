// ptrace: what its arguments are depends on the request.
#include "decoders/constants/file.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

// ptrace

enum Request : std::uint64_t {
    traceme = 0,
    kill = 8,
    attach = 16,
    old_set_options = 21,
    set_options = 0x4200,
    seize = 0x4206,
    interrupt = 0x4207,
    listen = 0x4208
};
constexpr std::uint64_t with_signal[] = {7, 9, 17, 24, 31, 32, 33};

void render_ptrace_data(Printer& printer, const Slot& slot) {
    const std::uint64_t request = printer.call().argument(0);
    if (request == seize || request == set_options || request == old_set_options) return printer.flags(ptrace_options, slot.value);
    if (std::ranges::find(with_signal, request) != std::end(with_signal)) return printer.signal(static_cast<std::int64_t>(slot.value));
    printer.address(slot.value);
}
bool has_ptrace_target(const Call& call, const Slot&) {
    return call.argument(0) != traceme;
}
bool has_ptrace_arguments(const Call& call, const Slot&) {
    constexpr std::uint64_t with_target_alone[] = {traceme, kill, attach, interrupt, listen};
    return std::ranges::find(with_target_alone, call.argument(0)) == std::end(with_target_alone);
}
void render_ptrace_pid(Printer& printer, const Slot& slot) {
    printer.pid(static_cast<std::int32_t>(slot.value));
}
void render_ptrace_address(Printer& printer, const Slot& slot) {
    printer.address(slot.value);
}

}  // namespace

namespace types {

static constexpr ArgumentType ptrace_pid{.render = render_ptrace_pid, .present = has_ptrace_target};
static constexpr ArgumentType ptrace_address{.render = render_ptrace_address, .present = has_ptrace_arguments};
static constexpr ArgumentType ptrace_data{.render = render_ptrace_data, .present = has_ptrace_arguments};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow ptrace_table[] = {
    {"ptrace",
     0,
     {constant64("op", ptrace_requests), of("pid", types::ptrace_pid), of("addr", types::ptrace_address), of("data", types::ptrace_data)}},
};

constinit const std::span<const SyscallRow> ptrace_rows = ptrace_table;

}  // namespace shimtrace::decoders
