#include "decoders/syscalls/socket_address.hpp"
#include "decoders/syscalls/styled.hpp"

#include "decoders/constants/network.hpp"

#include <arpa/inet.h>

namespace shimtrace::decoders {

namespace {

enum Family : std::uint16_t {
    family_unix = 1,
    family_inet = 2,
    family_inet6 = 10,
    family_netlink = 16,
    family_packet = 17,
    family_vsock = 40
};

std::uint16_t big_endian16(std::span<const std::byte> bytes, std::size_t offset) {
    return ntohs(value_at<std::uint16_t>(bytes, offset));
}

/// -X raw: bytes in the network's order.
void in_hex(Printer& printer, std::span<const std::byte> bytes) {
    RenderStyle style = printer.style();
    style.hex = HexStrings::all;
    Printer(printer.out(), printer.call(), style, printer.scope()).quoted(bytes, bytes.size(), UINT32_MAX);
}

void print_port(Fields& fields, std::string_view name, std::span<const std::byte> bytes) {
    Printer& value = fields(name);
    styled(value, "htons(" + std::to_string(big_endian16(bytes, 2)) + ")", [&] { in_hex(value, bytes.subspan(2, 2)); });
}

/// A path ends at its NUL; an abstract name starts with one and has the length that is given.
void print_unix(Fields& fields, std::span<const std::byte> bytes) {
    constexpr std::uint32_t most = 108;
    const auto path = bytes.subspan(2, std::min<std::size_t>(bytes.size() - 2, most));
    if (path.empty()) return;
    Printer& value = fields("sun_path");
    if (path.front() == std::byte{0}) {
        value.put('@');
        return value.quoted(path.subspan(1), path.size() - 1, most);
    }
    const void* end = std::memchr(path.data(), 0, path.size());
    const std::size_t length = end ? static_cast<std::size_t>(static_cast<const std::byte*>(end) - path.data()) : path.size();
    value.quoted(path.first(length), length, most);
}

void print_inet(Fields& fields, std::span<const std::byte> bytes) {
    print_port(fields, "sin_port", bytes);
    print_inet_address(fields("sin_addr"), bytes.subspan(4));
}

void print_inet6(Printer& printer, Fields& fields, std::span<const std::byte> bytes) {
    print_port(fields, "sin6_port", bytes);
    Printer& flow = fields("sin6_flowinfo");
    flow.text("htonl(");
    flow.unsigned_decimal(ntohl(value_at<std::uint32_t>(bytes, 4)));
    flow.put(')');
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, bytes.data() + 8, text, sizeof text);
    fields.separate();
    printer.text("inet_pton(AF_INET6, \"");
    printer.text(text);
    printer.text("\", &sin6_addr)");
    if (bytes.size() >= 28) fields("sin6_scope_id").unsigned_decimal(value_at<std::uint32_t>(bytes, 24));
}

void print_netlink(Fields& fields, std::span<const std::byte> bytes) {
    fields("nl_pid").decimal(value_at<std::int32_t>(bytes, 4));
    const auto groups = value_at<std::uint32_t>(bytes, 8);
    char text[16];
    std::snprintf(text, sizeof text, "%#08x", groups);
    fields("nl_groups").text(text);
}

void print_packet(Fields& fields, std::span<const std::byte> bytes) {
    Printer& protocol = fields("sll_protocol");
    protocol.text("htons(");
    protocol.constant(ethernet_protocols, big_endian16(bytes, 2));
    protocol.put(')');
    fields("sll_ifindex").decimal(value_at<std::int32_t>(bytes, 4));
    fields("sll_hatype").constant(arp_types, value_at<std::uint16_t>(bytes, 8));
    fields("sll_pkttype").constant(packet_types, value_at<std::uint8_t>(bytes, 10));
    const std::size_t length = value_at<std::uint8_t>(bytes, 11);
    fields("sll_halen").unsigned_decimal(length);
    if (length == 0) return;
    Printer& address = fields("sll_addr");
    address.put('[');
    for (std::size_t i = 0; i < std::min({length, bytes.size() - 12, std::size_t{8}}); ++i) {
        if (i != 0) address.text(", ");
        address.hex(value_at<std::uint8_t>(bytes, 12 + i));
    }
    address.put(']');
}

void print_vsock(Fields& fields, std::span<const std::byte> bytes) {
    const auto cid = value_at<std::uint32_t>(bytes, 8);
    Printer& value = fields("svm_cid");
    const std::string_view name = vsock_cids.name_of(cid);
    name.empty() ? value.hex(cid) : value.text(name);
    fields("svm_port").hex(value_at<std::uint32_t>(bytes, 4));
    fields("svm_flags").hex(value_at<std::uint8_t>(bytes, 12));
}

}  // namespace

void print_inet_address(Printer& printer, std::span<const std::byte> bytes) {
    char text[INET_ADDRSTRLEN] = "";
    inet_ntop(AF_INET, bytes.first(4).data(), text, sizeof text);
    styled(printer, "inet_addr(\"" + std::string(text) + "\")", [&] { in_hex(printer, bytes.first(4)); });
}

void print_socket_address(Printer& printer, std::span<const std::byte> bytes) {
    const auto family = value_at<std::uint16_t>(bytes, 0);
    Fields fields(printer);
    fields("sa_family").constant(address_families, family);
    if (bytes.size() <= 2) return;
    if (family == family_unix) return print_unix(fields, bytes);
    if (family == family_inet && bytes.size() >= 16) return print_inet(fields, bytes);
    if (family == family_inet6 && bytes.size() >= 24) return print_inet6(printer, fields, bytes);
    if (family == family_netlink && bytes.size() >= 12) return print_netlink(fields, bytes);
    if (family == family_packet && bytes.size() >= 12) return print_packet(fields, bytes);
    if (family == family_vsock && bytes.size() >= 13) return print_vsock(fields, bytes);
    fields("sa_data").quoted(bytes.subspan(2), bytes.size() - 2, most_socket_address);
}

}  // namespace shimtrace::decoders
