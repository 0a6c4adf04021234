// sendmsg and recvmsg: headers, names, buffers and control messages.
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/iovec.hpp"
#include "decoders/syscalls/layout/socket_address.hpp"
#include "decoders/syscalls/layout/struct_layout.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/time_value.hpp"

namespace shimtrace::decoders {

namespace {

/// struct msghdr of 64-bit architectures, and mmsghdr with the length behind it.
struct Header {
    std::uint64_t name;
    std::uint32_t name_length;
    std::uint32_t padding;
    std::uint64_t iov, iov_count, control, control_length;
    std::uint32_t flags, more_padding;
};
constexpr std::size_t header_size = 56, counted_header_size = 64, most_control = 4096, most_headers = 64;
static_assert(sizeof(Header) == header_size);

enum class Direction : std::uint8_t { sent, received };

void capture_parts(Capture& capture, const Header& header, std::uint64_t length, int level) {
    if (level == 1) {
        capture.bytes(header.name, std::min<std::uint64_t>(header.name_length, most_socket_address));
        capture.bytes(header.control, std::min<std::uint64_t>(header.control_length, most_control));
    }
    if (level >= 1) capture_iovec(capture, header.iov, header.iov_count, length, level - 1);
}

// Control messages: {size_t len; int level; int type; data}, each aligned to 8.

constexpr std::size_t control_header_size = 16, right_size = 4, time_size = 16;
constexpr std::uint32_t level_ip = 0, level_socket = 1, level_ipv6 = 41, rights = 1;

struct ControlMessage {
    std::uint64_t length;
    std::uint32_t level, type;
    std::span<const std::byte> data;
};

/// Calls each(message, where the next one begins).
template <typename Each>
void each_control(std::span<const std::byte> bytes, Each each) {
    for (std::size_t at = 0; at + control_header_size <= bytes.size();) {
        const auto left = bytes.subspan(at);
        ControlMessage message{value_at<std::uint64_t>(left, 0), value_at<std::uint32_t>(left, 8), value_at<std::uint32_t>(left, 12), {}};
        const std::uint64_t length = std::clamp<std::uint64_t>(message.length, control_header_size, left.size());
        message.data = left.subspan(control_header_size, length - control_header_size);
        const bool goes_on = message.length >= control_header_size;
        const std::uint64_t whole = goes_on ? (length + 7) & ~std::uint64_t{7} : control_header_size;
        at += std::min<std::uint64_t>(whole, left.size());
        each(message, at);
        if (!goes_on) return;
    }
}

void print_rights(Printer& printer, const Region& region, Surroundings&) {
    printer.put('[');
    for (std::size_t at = 0; at + right_size <= region.bytes.size(); at += right_size) {
        if (at != 0) printer.text(", ");
        if (at / right_size >= printer.element_limit()) {
            printer.text("...");
            break;
        }
        printer.fd(value_at<std::int32_t>(region.bytes, at));
    }
    printer.put(']');
}
void print_context(Printer& printer, const Region& region, Surroundings&) {
    printer.quoted(region.bytes, region.bytes.size());
}
template <void (*print)(Printer&, std::span<const std::byte>)>
void print_moment(Printer& printer, const Region& region, Surroundings&) {
    region.bytes.size() < time_size ? printer.text("???") : print(printer, region.bytes);
}
/// By software, and two of the hardware's.
void print_moments(Printer& printer, const Region& region, Surroundings&) {
    constexpr std::size_t size = 3 * time_size;
    if (region.bytes.size() < size) return printer.text("???");
    printer.put('[');
    for (std::size_t at = 0; at < size; at += time_size) {
        if (at != 0) printer.text(", ");
        print_timespec(printer, region.bytes.subspan(at));
    }
    printer.put(']');
}
void print_original_destination(Printer& printer, const Region& region, Surroundings&) {
    print_socket_address(printer, region.bytes.first(std::min<std::size_t>(region.bytes.size(), most_socket_address)));
}

namespace control_values {

using namespace values;

constexpr Field credential_fields[] = {{"pid", of(Format::process, 4)}, {"uid gid", user}};
constexpr Field packet_fields[] = {{"ipi_ifindex", index}, {"ipi_spec_dst ipi_addr", inet}};
constexpr Field error_fields[] = {{"ee_errno", u32},
                                  {"ee_origin ee_type ee_code", u8},
                                  {"", of(Format::skipped, 1)},
                                  {"ee_info ee_data", u32},
                                  {"offender", of(print_original_destination, 16)}};
constexpr Layout credentials{credential_fields}, packet{packet_fields}, error{error_fields};
constexpr Elements numbers{u32}, octets{x8};

struct ControlRow {
    std::uint32_t level, type;
    std::size_t least;  ///< fewer bytes are nothing
    Value value;
};
constexpr ControlRow rows[] = {
    {level_socket, 1, 4, print_rights},
    {level_socket, 2, 12, credentials},
    {level_socket, 3, 1, print_context},
    {level_socket, 29, 1, print_moment<print_timeval>},  // SO_TIMESTAMP
    {level_socket, 35, 1, print_moment<print_timespec>},
    {level_socket, 37, 1, print_moments},  // SO_TIMESTAMPING
    {level_socket, 63, 1, print_moment<print_timeval>},
    {level_socket, 64, 1, print_moment<print_timespec>},
    {level_socket, 65, 1, print_moments},
    {level_ip, 1, 1, octets},  // IP_TOS
    {level_ip, 2, 4, numbers},
    {level_ip, 3, 1, print_context},
    {level_ip, 6, 1, octets},  // IP_RECVOPTS
    {level_ip, 7, 1, octets},
    {level_ip, 8, 12, packet},
    {level_ip, 11, 32, error},
    {level_ip, 20, 16, print_original_destination},
    {level_ip, 23, 4, numbers},  // IP_CHECKSUM
};

}  // namespace control_values

void print_control_data(Printer& printer, Fields& fields, const ControlMessage& message) {
    for (const auto& row : control_values::rows) {
        if (row.level != message.level || row.type != message.type || message.data.size() < row.least) continue;
        Surroundings around;
        fields("cmsg_data");
        return print_value(printer, row.value, {0, message.data.size(), message.data}, around);
    }
}

void print_control(Printer& printer, const Header& header) {
    const std::uint64_t wanted = std::min<std::uint64_t>(header.control_length, most_control);
    const auto bytes = header.control ? printer.call().bytes(header.control, wanted) : std::nullopt;
    if (!bytes || bytes->size() < std::max<std::uint64_t>(wanted, control_header_size)) return printer.address(header.control);
    printer.put('[');
    std::size_t shown = 0;
    each_control(*bytes, [&](const ControlMessage& message, std::size_t end) {
        if (shown != 0) printer.text(", ");
        shown = end;
        Fields fields(printer);
        fields("cmsg_len").unsigned_decimal(message.length);
        fields("cmsg_level").constant(socket_levels, message.level);
        Printer& type = fields("cmsg_type");
        switch (message.level) {
            case level_socket:
                type.constant(control_socket_types, message.type);
                break;
            case level_ip:
                type.constant(control_ip_types, message.type);
                break;
            case level_ipv6:
                type.constant(ipv6_options, message.type);
                break;
            default:
                type.hex(message.type);
        }
        print_control_data(printer, fields, message);
    });
    if (shown < bytes->size()) {
        printer.text(", ... /* ");
        printer.hex(header.control + shown);
        printer.text(" */");
    } else if (wanted < header.control_length) {
        printer.text(", ...");
    }
    printer.put(']');
}

/// `before`: the name's length as the caller gave it; the header's own where the call did not change it.
void print_header(Printer& printer, const Header& header, std::uint32_t before, Direction direction, std::uint64_t length) {
    Fields fields(printer);
    Printer& name = fields("msg_name");
    const std::uint64_t name_length = std::min<std::uint64_t>(std::min(header.name_length, before), most_socket_address);
    const auto bytes = header.name && name_length >= 2 ? printer.call().bytes(header.name, name_length) : std::nullopt;
    bytes && bytes->size() == name_length ? print_socket_address(name, *bytes) : name.address(header.name);
    Printer& shown_length = fields("msg_namelen");
    if (before != header.name_length) {
        shown_length.decimal(static_cast<std::int32_t>(before));
        shown_length.text(" => ");
    }
    shown_length.decimal(static_cast<std::int32_t>(header.name_length));
    const auto contents = direction == Direction::sent ? IovecContents::all : IovecContents::limited;
    print_iovec(fields("msg_iov"), header.iov, header.iov_count, contents, length);
    fields("msg_iovlen").unsigned_decimal(header.iov_count);
    if (header.control_length != 0) print_control(fields("msg_control"), header);
    fields("msg_controllen").unsigned_decimal(header.control_length);
    fields("msg_flags").flags(message_flags, header.flags);
}

void collect_rights(const Call& call, const Header& header, std::vector<Fd>& into) {
    const auto bytes =
        header.control ? call.bytes(header.control, std::min<std::uint64_t>(header.control_length, most_control)) : std::nullopt;
    if (!bytes) return;
    each_control(*bytes, [&](const ControlMessage& message, std::size_t) {
        if (message.level != level_socket || message.type != rights) return;
        for (std::size_t at = 0; at + right_size <= message.data.size(); at += right_size)
            into.push_back(Fd{value_at<std::int32_t>(message.data, at)});
    });
}

// sendmsg

void capture_sent(Capture& capture, const Slot& slot, int level) {
    if (level == 0) return capture.bytes(slot.value, header_size);
    if (const auto header = capture.call().value<Header>(slot.value)) capture_parts(capture, *header, UINT64_MAX, level);
}
void render_sent(Printer& printer, const Slot& slot) {
    const auto header = slot.value ? printer.call().value_at_entry<Header>(slot.value) : std::nullopt;
    header ? print_header(printer, *header, header->name_length, Direction::sent, 0) : printer.address(slot.value);
}
void collect_sent(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (const auto header = call.value_at_entry<Header>(slot.value)) collect_rights(call, *header, into);
}

// recvmsg: the header is read at entry for the length of the name, all else at exit.

void capture_received(Capture& capture, const Slot& slot, int level) {
    if (level == 0) return capture.bytes(slot.value, header_size);
    if (!capture.call().succeeded()) return;
    if (const auto header = capture.call().value<Header>(slot.value))
        capture_parts(capture, *header, capture.call().returned_count(), level);
}
void render_received(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const auto before = slot.value ? call.value_at_entry<Header>(slot.value) : std::nullopt;
    if (call.failed() && before) {
        Fields fields(printer);
        fields("msg_namelen").decimal(static_cast<std::int32_t>(before->name_length));
        return;
    }
    const auto header = slot.value && call.succeeded() ? call.exit()->memory.value<Header>(RemoteAddress{slot.value}) : std::nullopt;
    if (!header) return printer.address(slot.value);
    print_header(printer, *header, before.value_or(*header).name_length, Direction::received, call.returned_count());
}
void collect_received(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (!call.succeeded()) return;
    if (const auto header = call.value<Header>(slot.value)) collect_rights(call, *header, into);
}

// sendmmsg, recvmmsg

std::uint64_t header_count(const Call& call, const Slot& slot, Direction direction) {
    const std::uint64_t asked = call.argument32(slot.argument.other);
    return std::min({asked, direction == Direction::received ? call.returned_count() : asked, std::uint64_t{most_headers}});
}
template <Direction direction>
void capture_many(Capture& capture, const Slot& slot, int level) {
    const Call& call = capture.call();
    const std::uint64_t count = direction == Direction::received && !call.returned()
                                    ? std::min<std::uint64_t>(call.argument32(slot.argument.other), most_headers)
                                    : header_count(call, slot, direction);
    if (level == 0) return capture.bytes(slot.value, count * counted_header_size);
    if (direction == Direction::sent ? call.returned() : !call.succeeded()) return;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t address = slot.value + i * counted_header_size;
        const auto header = call.value<Header>(address);
        if (!header) return;
        const std::uint64_t length =
            direction == Direction::sent ? UINT64_MAX : call.value<std::uint32_t>(address + header_size).value_or(0);
        capture_parts(capture, *header, length, level);
    }
}
template <Direction direction>
void render_many(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (direction == Direction::received && call.failed()) return printer.address(slot.value);
    const std::uint64_t count = header_count(call, slot, direction);
    array(printer, slot.value, count, counted_header_size, printer.element_limit(), [&](std::span<const std::byte> bytes, std::uint64_t i) {
        const auto header = value_at<Header>(bytes, 0);
        const auto length = value_at<std::uint32_t>(bytes, header_size);
        const auto before =
            direction == Direction::received ? call.value_at_entry<Header>(slot.value + i * counted_header_size) : std::nullopt;
        Fields fields(printer);
        fields("msg_hdr");
        print_header(printer, header, before.value_or(header).name_length, direction, length);
        if (direction == Direction::received || i < call.returned_count()) fields("msg_len").unsigned_decimal(length);
    });
}
template <Direction direction>
void collect_many(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (direction == Direction::received && !call.succeeded()) return;
    for (std::uint64_t i = 0; i < header_count(call, slot, direction); ++i) {
        const auto header = call.value<Header>(slot.value + i * counted_header_size);
        if (!header) return;
        collect_rights(call, *header, into);
    }
}

}  // namespace

namespace types {

static constexpr ArgumentType messages_in{.phase = Phase::exit_always,
                                          .render = render_many<Direction::sent>,
                                          .capture = capture_many<Direction::sent>,
                                          .descriptors = collect_many<Direction::sent>,
                                          .captured_at_both = true,
                                          .compat = &address};
static constexpr ArgumentType messages_out{.phase = Phase::exit,
                                           .render = render_many<Direction::received>,
                                           .capture = capture_many<Direction::received>,
                                           .descriptors = collect_many<Direction::received>,
                                           .captured_at_both = true,
                                           .compat = &address};
const ArgumentType message_in{.render = render_sent, .capture = capture_sent, .descriptors = collect_sent, .compat = &address};
const ArgumentType message_out{.phase = Phase::exit,
                               .render = render_received,
                               .capture = capture_received,
                               .descriptors = collect_received,
                               .captured_at_both = true,
                               .compat = &address};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow message_table[] = {
    {"sendmsg",
     class_network,
     {fd("sockfd"), of("msg", types::message_in), flags("flags", message_flags)},
     {.waits = {writes, 0}, .moves = in_order}},
    {"recvmsg",
     class_network,
     {fd("sockfd"), of("msg", types::message_out), flags("flags", message_flags)},
     {.waits = {reads, 0}, .moves = in_order, .effect = receives}},
    {"sendmmsg",
     class_network,
     {fd("sockfd"), of("msgvec", types::messages_in, 2), count("vlen"), flags("flags", message_flags)},
     {.waits = {writes, 0}}},
    {"recvmmsg",
     class_network,
     {fd("sockfd"), of("msgvec", types::messages_out, 2), count("vlen"), flags("flags", message_flags),
      of("timeout", types::timespec_left)},
     results::receive_messages,
     {.waits = {reads, 0}, .effect = receives}},
};

constinit const std::span<const SyscallRow> message_rows = message_table;

}  // namespace shimtrace::decoders
