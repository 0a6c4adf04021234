#include "decoders/syscalls/netlink/netlink_message.hpp"

#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/layout/headed_list.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"
#include "decoders/syscalls/transfer.hpp"

namespace shimtrace::decoders::netlink {

namespace {

enum ControlType : std::uint16_t { error_type = 2, done_type = 3 };
constexpr unsigned deepest_error = 4;  // an error holds the message that it is about, which may be an error

constexpr Elements cookie_bytes{values::u8};
constexpr Attribute error_rows[] = {{0, "NLMSGERR_ATTR_UNUSED"},
                                    {1, "NLMSGERR_ATTR_MSG", values::text},
                                    {2, "NLMSGERR_ATTR_OFFS", values::u32},
                                    {3, "NLMSGERR_ATTR_COOKIE", cookie_bytes},
                                    {4, "NLMSGERR_ATTR_POLICY"},
                                    {5, "NLMSGERR_ATTR_MISS_TYPE", values::u32},
                                    {6, "NLMSGERR_ATTR_MISS_NEST", values::u32}};
constexpr AttributeSet error_attributes{"NLMSGERR_ATTR_???", error_rows};

void print_message(Printer& printer, const Family& family, const Region& message, unsigned depth);

void print_header(Printer& printer, const Family& family, const Header& header) {
    Fields fields(printer);
    fields("nlmsg_len").unsigned_decimal(header.length);
    Printer& type = fields("nlmsg_type");
    const bool is_control = header.type < first_family_type;
    if (is_control)
        type.constant(netlink_control_types, header.type);
    else if (family.print_type)
        family.print_type(type, header.type);
    else if (family.types)
        type.constant(*family.types, header.type);
    else
        type.hex(header.type);
    Printer& flags = fields("nlmsg_flags");
    if (header.type == error_type)
        flags.flags(netlink_error_flags, header.flags);
    else
        flags.flags(!is_control && family.flags ? family.flags(header.type) : netlink_flags, header.flags);
    fields("nlmsg_seq").unsigned_decimal(header.sequence);
    fields("nlmsg_pid").pid(static_cast<std::int32_t>(header.port));
}

/// struct nlmsgerr: the error, and the message that it is about: all of it, or (capped) its header. What explains the error follows.
void print_error(Printer& printer, const Family& family, const Header& header, const Region& payload, unsigned depth) {
    constexpr std::size_t about = 4;
    if (payload.length < about + header_size || depth > deepest_error) return print_hex_text(printer, payload);
    if (!payload.readable(about + header_size)) return printer.address(payload.address);
    const Region rest = payload.from(about);
    const auto length = std::max<std::uint64_t>(value_at<Header>(rest.bytes, 0).length, header_size);
    const std::uint64_t end = (header.flags & flag_capped) ? header_size : std::min((length + 3) & ~std::uint64_t{3}, rest.length);
    Surroundings around;
    const bool is_explained = rest.length > end;
    if (is_explained) printer.put('[');
    {
        Fields fields(printer);
        print_value(fields("error"), values::of(Format::error, 4), payload, around);
        print_message(fields("msg"), family, rest.first(std::min(length, (header.flags & flag_capped) ? end : rest.length)), depth + 1);
    }
    if (!is_explained) return;
    printer.text(", ");
    print_attributes(printer, error_attributes, rest.from(end), around);
    printer.put(']');
}

void print_payload(Printer& printer, const Family& family, const Header& header, const Region& payload, unsigned depth) {
    if (header.type == error_type) return print_error(printer, family, header, payload, depth);
    Surroundings around;
    if (header.type == done_type) return print_value(printer, values::s32, payload, around);
    if (header.type < first_family_type || !family.print_payload) return print_hex_text(printer, payload);
    family.print_payload(printer, header, payload);
}

void print_message(Printer& printer, const Family& family, const Region& message, unsigned depth) {
    const auto header = value_at<Header>(message.bytes, 0);
    const bool has_payload = message.length > header_size;
    if (has_payload) printer.put('[');
    print_header(printer, family, header);
    if (!has_payload) return;
    printer.text(", ");
    print_payload(printer, family, header, message.from(header_size), depth);
    printer.put(']');
}

}  // namespace

void print_messages(Printer& printer, const Family& family, const Region& region) {
    if (family.print_messages) return family.print_messages(printer, region);
    print_headed_list(
        printer, region, header_size, [](const Region& at) { return value_at<std::uint32_t>(at.bytes, 0); },
        [&](const Region& message) { print_message(printer, family, message, 0); });
}

const Family* family_of(const Printer& printer) {
    const Event& enter = printer.call().enter();
    if (enter.fds.empty() || !is_socket_message(enter.arch, enter.number)) return nullptr;
    const Fd fd{static_cast<std::int32_t>(enter.args[0])};
    const auto use = std::ranges::find(enter.fds, fd, &FdUse::fd);
    if (use == enter.fds.end() || !printer.scope().targets) return nullptr;
    const OpenFile* target = printer.scope().targets->find(use->target);
    if (!target || target->kind != OpenFileKind::netlink_socket || !target->socket) return nullptr;
    return &family_named(target->socket->netlink_family);
}

void print_family_and_bytes(Printer& printer, const Region& payload) {
    if (!payload.readable(1)) return printer.address(payload.address);
    Fields fields(printer);
    fields("family").constant(address_families, value_at<std::uint8_t>(payload.bytes, 0));
    if (payload.length > 1) print_hex_text(fields("data"), payload.from(1));
}

void print_struct_and_attributes(Printer& printer, const Layout& layout, const AttributeSet* attributes, const Region& payload,
                                 Surroundings& around) {
    const std::size_t size = size_of(layout);
    if (!payload.readable(1)) return printer.address(payload.address);
    if (payload.length < size || !payload.readable(size)) {
        if (payload.length == 1) return print_family_and_bytes(printer, payload);
        const Layout beginning{layout.fields.first(1)};
        std::string& out = printer.out();
        print_fields(printer, beginning, payload.first(1), around);
        out.pop_back();  // the brace: there is more to come
        printer.text(", ");
        payload.length < size ? printer.text("...") : printer.address(payload.address + 1);
        return printer.put('}');
    }
    print_fields(printer, layout, payload, around);
    const std::size_t end = (size + 3) & ~std::size_t{3};
    if (payload.length <= end) return;
    printer.text(", ");
    attributes ? print_attributes(printer, *attributes, payload.from(end), around) : print_hex_text(printer, payload.from(end));
}

}  // namespace shimtrace::decoders::netlink
