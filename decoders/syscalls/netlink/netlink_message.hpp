// Messages of netlink: headers, and what is in them by the family of their socket.
#pragma once

#include "decoders/syscalls/layout/struct_layout.hpp"

#include <string_view>

namespace shimtrace::decoders {
class Call;
class Printer;
}  // namespace shimtrace::decoders

namespace shimtrace::decoders::netlink {

/// struct nlmsghdr.
struct Header {
    std::uint32_t length;
    std::uint16_t type, flags;
    std::uint32_t sequence, port;
};
constexpr std::size_t header_size = 16;
static_assert(sizeof(Header) == header_size);

constexpr std::uint16_t first_family_type = 0x10;  // NLMSG_MIN_TYPE: what is below means the same to all
constexpr std::uint16_t flag_request = 1, flag_capped = 0x100;

/// One of the protocols.
struct Family {
    std::string_view name;  ///< "ROUTE"
    const FlagSet* types = nullptr;
    const FlagSet& (*flags)(std::uint16_t type) = nullptr;  ///< nullptr: those that all have
    void (*print_type)(Printer&, std::uint16_t type) = nullptr;
    void (*print_payload)(Printer&, const Header&, const Region&) = nullptr;  ///< nullptr: bytes
    void (*print_messages)(Printer&, const Region&) = nullptr;                ///< its messages have another header, or none
};

/// By the name that SocketFacts::netlink_family has; one of no known name has only headers.
const Family& family_named(std::string_view name);

/// What the call's socket speaks; nullptr: it is none of netlink, or not known.
const Family* family_of(const Printer& printer);

/// [{nlmsg_len=…, …}, {…}], … of a buffer that a call took or filled.
void print_messages(Printer& printer, const Family& family, const Region& region);

// Payloads, by family.
void print_route_payload(Printer& printer, const Header& header, const Region& payload);
void print_diag_payload(Printer& printer, const Header& header, const Region& payload);

/// {family=AF_INET, data="\x01"}: of what kind it is, and the rest as bytes.
void print_family_and_bytes(Printer& printer, const Region& payload);
/// A struct that begins with a family, and attributes: what it is of a family that is told by its first byte alone.
void print_struct_and_attributes(Printer& printer, const Layout& layout, const AttributeSet* attributes, const Region& payload,
                                 Surroundings& around);

}  // namespace shimtrace::decoders::netlink
