// Sockets: their addresses, options and protocols.
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/socket_options.hpp"
#include "decoders/syscalls/layout/rare_address_families.hpp"
#include "decoders/syscalls/layout/socket_address.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"
#include "decoders/syscalls/time_value.hpp"

#include <arpa/inet.h>

namespace shimtrace::decoders {

namespace {

std::uint64_t in_length(const Call& call, const Slot& slot) {
    const auto length = static_cast<std::int32_t>(call.argument(slot.argument.other));
    return length < 0 ? 0 : std::min<std::uint64_t>(static_cast<std::uint64_t>(length), most_socket_address);
}
void capture_address_in(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, in_length(capture.call(), slot));
}
void render_address_in(Printer& printer, const Slot& slot) {
    const std::uint64_t length = in_length(printer.call(), slot);
    const auto bytes = slot.value && length >= 2 ? printer.call().bytes_at_entry(slot.value, length) : std::nullopt;
    if (!bytes || bytes->size() < std::min<std::uint64_t>(length, most_socket_address)) return printer.address(slot.value);
    print_socket_address(printer, *bytes);
}

void collect_address_in(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const std::uint64_t length = in_length(call, slot);
    const auto bytes = slot.value && length >= 2 ? call.bytes_at_entry(slot.value, length) : std::nullopt;
    if (bytes && bytes->size() == length) collect_descriptors_of_address(*bytes, into);
}

// accept, getsockname …: the length's pointer is another argument, read before and after.

void capture_length(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, 4);
}
void render_length(Printer& printer, const Slot& slot) {
    const Lengths lengths = lengths_at(printer.call(), slot.value);
    if (!lengths.before) return printer.address(slot.value);
    printer.put('[');
    printer.decimal(*lengths.before);
    if (printer.call().succeeded() && lengths.after && *lengths.after != *lengths.before) {
        printer.text(" => ");
        printer.decimal(*lengths.after);
    }
    printer.put(']');
}
void capture_address_out(Capture& capture, const Slot& slot, int level) {
    if (level != 1) return;
    const Lengths lengths = lengths_at(capture.call(), capture.call().argument(slot.argument.other));
    if (!lengths.before || !lengths.after || *lengths.before <= 0 || *lengths.after <= 0) return;
    capture.bytes(slot.value, static_cast<std::uint64_t>(std::min({*lengths.before, *lengths.after, 128})));
}
void render_address_out(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const Lengths lengths = lengths_at(call, call.argument(slot.argument.other));
    const bool known = slot.value && call.succeeded() && lengths.before && lengths.after && *lengths.before > 1 && *lengths.after > 1;
    const auto length = known ? static_cast<std::size_t>(std::min({*lengths.before, *lengths.after, 128})) : 0;
    const auto bytes = known ? call.bytes(slot.value, length) : std::nullopt;
    if (!bytes || bytes->size() < 2) return printer.address(slot.value);
    print_socket_address(printer, *bytes);
}

void render_protocol(Printer& printer, const Slot& slot) {
    enum Family : std::uint32_t { inet = 2, inet6 = 10, netlink = 16, packet = 17 };
    const auto protocol = static_cast<std::uint32_t>(slot.value);
    switch (printer.call().argument32(0)) {
        case inet:
        case inet6:
            return printer.constant(inet_protocols, protocol);
        case netlink:
            return printer.constant(netlink_protocols, protocol);
        case packet:
            printer.text("htons(");
            printer.constant(ethernet_protocols, ntohs(static_cast<std::uint16_t>(protocol)));
            return printer.put(')');
        default:
            return printer.unsigned_decimal(slot.value);
    }
}

void render_socket_type(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t type = 0xf;
    const auto value = static_cast<std::uint32_t>(slot.value);
    const std::uint32_t kind = value & type, flags = value & ~type;
    const std::string_view name = socket_types.name_of(kind);
    if (name.empty()) {
        printer.hex(kind);
        if (printer.style().constants != Constants::raw && flags == 0) printer.comment(socket_types.unknown);
    } else {
        styled(printer, name, [&] { printer.hex(kind); });
    }
    if (flags == 0) return;
    printer.put('|');
    printer.flags(socket_flags, flags);
}

}  // namespace

namespace results {

void receive_messages(Printer& printer) {
    const Call& call = printer.call();
    printer.decimal(call.result());
    if (call.result() == 0) return printer.text(" (Timeout)");
    if (call.argument(4) == 0 || !printer.style().dereference) return;
    const auto left = call.exit()->memory.at(RemoteAddress{call.argument(4)}, 16);
    if (!left || left->size() < 16) return;
    printer.text(" (left ");
    print_timespec(printer, *left);
    printer.put(')');
}

}  // namespace results

namespace types {

static constexpr ArgumentType socket_address_out{
    .phase = Phase::exit, .render = render_address_out, .capture = capture_address_out, .compat = &same};
static constexpr ArgumentType socket_length{
    .phase = Phase::exit, .render = render_length, .capture = capture_length, .captured_at_both = true, .compat = &same};
static constexpr ArgumentType socket_protocol{.render = render_protocol};
const ArgumentType socket_address_in{
    .render = render_address_in, .capture = capture_address_in, .descriptors = collect_address_in, .compat = &same};
static constexpr ArgumentType socket_type{.render = render_socket_type};
}  // namespace types

using namespace arguments;

static constexpr SyscallRow network_table[] = {
    {"socket",
     class_network,
     {constant("domain", address_families), of("type", types::socket_type), of("protocol", types::socket_protocol)},
     results::fd},
    {"socketpair",
     class_network,
     {constant("domain", address_families), of("type", types::socket_type), of("protocol", types::socket_protocol),
      of("sv", types::fd_pair)}},
    {"bind", class_network, {fd("sockfd"), of("addr", types::socket_address_in, 2), number("addrlen")}, {.effect = changes}},
    {"connect",
     class_network,
     {fd("sockfd"), of("addr", types::socket_address_in, 2), number("addrlen")},
     {.waits = {connects, 0}, .effect = changes}},
    {"listen", class_network, {fd("sockfd"), number("backlog")}, {.effect = changes}},
    {"accept",
     class_network,
     {fd("sockfd"), of("addr", types::socket_address_out, 2), of("addrlen", types::socket_length)},
     results::fd,
     {.waits = {accepts, 0}, .effect = accepts_another}},
    {"accept4",
     class_network,
     {fd("sockfd"), of("addr", types::socket_address_out, 2), of("addrlen", types::socket_length), flags("flags", socket_flags)},
     results::fd,
     {.waits = {accepts, 0}, .effect = accepts_another}},
    {"getsockname", class_network, {fd("sockfd"), of("addr", types::socket_address_out, 2), of("addrlen", types::socket_length)}},
    {"getpeername", class_network, {fd("sockfd"), of("addr", types::socket_address_out, 2), of("addrlen", types::socket_length)}},
    {"shutdown", class_network, {fd("sockfd"), constant("how", shutdown_modes)}, {.effect = disconnects}},
    {"getsockopt",
     class_network,
     {fd("sockfd"), constant("level", socket_levels), of("optname", types::socket_option), of("optval", types::socket_value_out),
      of("optlen", types::socket_length)}},
    {"setsockopt",
     class_network,
     {fd("sockfd"), constant("level", socket_levels), of("optname", types::socket_option), of("optval", types::socket_value_in),
      number("optlen")}},
    {"sendto",
     class_network,
     {fd("sockfd"), in_buffer("buf", 2), size("len"), flags("flags", message_flags), of("dest_addr", types::socket_address_in, 5),
      number("addrlen")},
     {.waits = {writes, 0}, .moves = in_order}},
    {"recvfrom",
     class_network,
     {fd("sockfd"), out_buffer("buf"), size("len"), flags("flags", message_flags), of("src_addr", types::socket_address_out, 5),
      of("addrlen", types::socket_length)},
     {.waits = {reads, 0}, .moves = in_order, .effect = receives}},
    {"socketcall", 0, {hex("call"), hex("args")}, {.effect = unknown}},  // i386's
};

constinit const std::span<const SyscallRow> network_rows = network_table;

}  // namespace shimtrace::decoders
