#include "decoders/syscalls/layout/socket_address.hpp"

#include "decoders/constants/network.hpp"
#include "decoders/syscalls/layout/rare_address_families.hpp"
#include "decoders/syscalls/styled.hpp"

#include <arpa/inet.h>

namespace shimtrace::decoders {

namespace {

enum Family : std::uint16_t { family_unix = 1, family_inet = 2, family_inet6 = 10, family_netlink = 16, family_packet = 17 };

std::uint16_t big_endian16(std::span<const std::byte> bytes, std::size_t offset) {
    return ntohs(value_at<std::uint16_t>(bytes, offset));
}

/// `call` as -X says: with raw, bytes in the network's order.
void print_network_order(Printer& printer, const std::string& call, std::span<const std::byte> bytes) {
    styled(printer, call, [&] { printer.all_hex(bytes); });
}

void print_port(Fields& fields, std::string_view name, std::span<const std::byte> bytes) {
    Printer& value = fields(name);
    print_network_order(value, "htons(" + std::to_string(big_endian16(bytes, 2)) + ")", bytes.subspan(2, 2));
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

void print_netlink(Fields& fields, std::span<const std::byte> bytes) {
    if (const auto padding = value_at<std::uint16_t>(bytes, 2); padding != 0) fields("nl_pad").hex(padding);
    fields("nl_pid").decimal(value_at<std::int32_t>(bytes, 4));
    fields("nl_groups").hex_in_8(value_at<std::uint32_t>(bytes, 8));
}

void print_packet(Fields& fields, std::span<const std::byte> bytes) {
    const std::uint16_t protocol = big_endian16(bytes, 2);
    const std::string_view known = ethernet_protocols.name_of(protocol);
    Printer& value = fields("sll_protocol");
    if (known.empty() && value.style().constants == Constants::abbrev) {
        value.text("htons(");
        value.constant(ethernet_protocols, protocol);
        value.put(')');
    } else {
        print_network_order(value, "htons(" + std::string(known) + ")", bytes.subspan(2, 2));
    }
    fields("sll_ifindex").interface_index(value_at<std::uint32_t>(bytes, 4));
    fields("sll_hatype").constant(arp_types, value_at<std::uint16_t>(bytes, 8));
    fields("sll_pkttype").constant(packet_types, value_at<std::uint8_t>(bytes, 10));
    const std::size_t length = value_at<std::uint8_t>(bytes, 11);
    fields("sll_halen").unsigned_decimal(length);
    if (length == 0) return;
    Printer& address = fields("sll_addr");
    address.put('[');
    for (std::size_t i = 0; i < length; ++i) {
        if (i != 0) address.text(", ");
        if (12 + i >= bytes.size()) {
            address.text("...");
            break;
        }
        address.hex(value_at<std::uint8_t>(bytes, 12 + i));
    }
    address.put(']');
}

}  // namespace

void print_inet_address(Printer& printer, std::span<const std::byte> bytes) {
    char text[INET_ADDRSTRLEN] = "";
    inet_ntop(AF_INET, bytes.first(4).data(), text, sizeof text);
    print_network_order(printer, "inet_addr(\"" + std::string(text) + "\")", bytes.first(4));
}

void print_inet_fields(Fields& fields, std::span<const std::byte> bytes) {
    print_port(fields, "sin_port", bytes);
    print_inet_address(fields("sin_addr"), bytes.subspan(4));
}

void print_inet6_fields(Printer& printer, Fields& fields, std::span<const std::byte> bytes) {
    print_port(fields, "sin6_port", bytes);
    print_network_order(fields("sin6_flowinfo"), "htonl(" + std::to_string(ntohl(value_at<std::uint32_t>(bytes, 4))) + ")",
                        bytes.subspan(4, 4));
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, bytes.data() + 8, text, sizeof text);
    const std::string called = "inet_pton(AF_INET6, \"" + std::string(text) + '"';
    if (printer.style().constants == Constants::abbrev) {
        fields.separate();
        printer.text(called + ", &sin6_addr)");
    } else {
        print_network_order(fields("sin6_addr"), called + ')', bytes.subspan(8, 16));
    }
    if (bytes.size() < 28) return;
    const auto scope = value_at<std::uint32_t>(bytes, 24);
    in6_addr address;
    std::memcpy(&address, bytes.data() + 8, sizeof address);
    Printer& value = fields("sin6_scope_id");
    IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_MC_LINKLOCAL(&address) ? value.interface_index(scope) : value.unsigned_decimal(scope);
}

void print_socket_address(Printer& printer, std::span<const std::byte> bytes) {
    const auto family = value_at<std::uint16_t>(bytes, 0);
    Fields fields(printer);
    fields("sa_family").constant(address_families, family);
    if (bytes.size() <= 2) return;
    if (family == family_unix) return print_unix(fields, bytes);
    if (family == family_inet && bytes.size() >= 16) return print_inet_fields(fields, bytes);
    if (family == family_inet6 && bytes.size() >= 24) return print_inet6_fields(printer, fields, bytes);
    if (family == family_netlink && bytes.size() >= 12) return print_netlink(fields, bytes);
    if (family == family_packet && bytes.size() >= 20) return print_packet(fields, bytes);
    if (print_rare_address(printer, fields, bytes)) return;
    fields("sa_data").quoted(bytes.subspan(2), bytes.size() - 2, most_socket_address);
}

}  // namespace shimtrace::decoders
