#include "decoders/messages/dbus/message.hpp"

#include "decoders/messages/dbus/frame.hpp"
#include "decoders/messages/quoted.hpp"
#include "decoders/messages/spoken.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace shimtrace::dbus {

namespace {

// Codes of header fields ("Header Fields" in the specification).
enum HeaderField : std::uint8_t { path = 1, interface, member, error_name, reply_serial, destination, sender, signature, unix_fds };

/// What the arguments are called, of a method's call or reply, or of a signal.
struct NamedArguments {
    std::string_view interface, member;
    MessageType type;
    std::array<std::string_view, 4> names;
};

// org.freedesktop.systemd1(5) as runc's libcontainer/cgroups/systemd and go-systemd call it; org.freedesktop.DBus of the specification.
constexpr std::string_view manager = "org.freedesktop.systemd1.Manager", properties = "org.freedesktop.DBus.Properties",
                           bus = "org.freedesktop.DBus";
constexpr NamedArguments named[] = {
    {manager, "StartTransientUnit", MessageType::call, {"unit", "mode", "properties", "aux"}},
    {manager, "StartTransientUnit", MessageType::reply, {"job"}},
    {manager, "StartUnit", MessageType::call, {"unit", "mode"}},
    {manager, "StartUnit", MessageType::reply, {"job"}},
    {manager, "StopUnit", MessageType::call, {"unit", "mode"}},
    {manager, "StopUnit", MessageType::reply, {"job"}},
    {manager, "RestartUnit", MessageType::call, {"unit", "mode"}},
    {manager, "RestartUnit", MessageType::reply, {"job"}},
    {manager, "KillUnit", MessageType::call, {"unit", "whom", "signal"}},
    {manager, "ResetFailedUnit", MessageType::call, {"unit"}},
    {manager, "FreezeUnit", MessageType::call, {"unit"}},
    {manager, "ThawUnit", MessageType::call, {"unit"}},
    {manager, "GetUnit", MessageType::call, {"unit"}},
    {manager, "GetUnit", MessageType::reply, {"path"}},
    {manager, "LoadUnit", MessageType::call, {"unit"}},
    {manager, "GetUnitByPID", MessageType::call, {"pid"}},
    {manager, "SetUnitProperties", MessageType::call, {"unit", "runtime", "properties"}},
    {manager, "AttachProcessesToUnit", MessageType::call, {"unit", "subcgroup", "pids"}},
    {manager, "JobNew", MessageType::signal, {"id", "job", "unit"}},
    {manager, "JobRemoved", MessageType::signal, {"id", "job", "unit", "result"}},
    {manager, "UnitNew", MessageType::signal, {"unit", "path"}},
    {manager, "UnitRemoved", MessageType::signal, {"unit", "path"}},
    {properties, "Get", MessageType::call, {"interface", "property"}},
    {properties, "Get", MessageType::reply, {"value"}},
    {properties, "GetAll", MessageType::call, {"interface"}},
    {properties, "GetAll", MessageType::reply, {"values"}},
    {properties, "PropertiesChanged", MessageType::signal, {"interface", "changed", "invalidated"}},
    {bus, "Hello", MessageType::reply, {"name"}},
    {bus, "AddMatch", MessageType::call, {"rule"}},
    {bus, "RemoveMatch", MessageType::call, {"rule"}},
    {bus, "RequestName", MessageType::call, {"name", "flags"}},
    {bus, "GetNameOwner", MessageType::call, {"name"}},
    {bus, "NameAcquired", MessageType::signal, {"name"}},
    {bus, "NameOwnerChanged", MessageType::signal, {"name", "old", "new"}},
};

std::span<const std::string_view> names_of(MessageType type, std::string_view interface, std::string_view member) {
    for (const NamedArguments& row : named)
        if (row.type == type && row.interface == interface && row.member == member) return row.names;
    return {};
}

/// A name from the wire, where nobody vouches for it: interfaces, members and error names have few characters.
std::string safe_name(std::string_view name) {
    const bool plain = !name.empty() && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == ':';
    });
    return plain ? std::string(name) : wire::quoted(name, 255);
}

void read_header_fields(std::string_view bytes, std::size_t end, Message& message) {
    std::size_t at = fixed_header_size;
    for (int count = 0; at < end && count < 64; ++count) {
        at = (at + 7) & ~std::size_t{7};
        // Code (y), then a variant: its signature (g) and its value.
        if (at + 4 > end) break;
        const auto code = static_cast<std::uint8_t>(bytes[at]);
        const std::size_t length = static_cast<unsigned char>(bytes[at + 1]);
        if (length != 1 || bytes[at + 3] != 0) {
            message.error = "a header field of a type that D-Bus does not have there";
            return;
        }
        const std::string_view type = bytes.substr(at + 2, 1);
        const Values read = read_values(bytes.substr(0, end), at + 4, type, message.big_endian);
        if (read.values.empty() || !read.error.empty()) {
            message.error = read.error.empty() ? "a header field without a value" : read.error;
            return;
        }
        const Value& value = read.values.front();
        std::string* const texts[] = {nullptr, &message.path,        &message.interface, &message.member,   &message.error_name,
                                      nullptr, &message.destination, &message.sender,    &message.signature};
        if (code == reply_serial)
            message.reply_serial = static_cast<std::uint32_t>(value.number);
        else if (code < std::size(texts) && texts[code] != nullptr)
            *texts[code] = value.raw;
        // Where it ended: strings have a length and a zero behind them, signatures a shorter length, numbers four bytes.
        const std::size_t start = at + 4;
        switch (type[0]) {
            case 's':
            case 'o':
                at = start + 4 + number_at<std::uint32_t>(bytes, start, message.big_endian) + 1;
                break;
            case 'g':
                at = start + 1 + static_cast<unsigned char>(bytes[start]) + 1;
                break;
            case 'u':
                at = start + 4;
                break;
            default:
                message.error = "a header field of a type that D-Bus does not have there";
                return;
        }
    }
}

std::string arguments_text(const Message& message, bool with_path) {
    std::string text;
    for (std::size_t n = 0; n < message.arguments.size(); ++n) {
        const Argument& argument = message.arguments[n];
        if (!text.empty()) text += ' ';
        text += argument.name.empty() ? fmt::format("{}", n) : argument.name;
        text += ':';
        text += argument.value.text;
    }
    if (with_path && !message.path.empty()) text += (text.empty() ? "path:" : " path:") + wire::quoted(message.path);
    return text.empty() ? "" : "{" + text + "}";
}

}  // namespace

Message decode(std::string_view bytes, bool cut, std::string_view called_interface, std::string_view called_member) {
    Message message;
    message.cut = cut;
    message.size = message_size(bytes);
    message.big_endian = bytes[0] == 'B';
    message.type = static_cast<MessageType>(bytes[1]);
    message.no_reply = (bytes[2] & 1) != 0;
    message.serial = number_at<std::uint32_t>(bytes, 8, message.big_endian);
    const std::size_t fields_end = fixed_header_size + number_at<std::uint32_t>(bytes, 12, message.big_endian);
    read_header_fields(bytes, std::min(fields_end, bytes.size()), message);
    message.called_interface = called_interface;
    message.called_member = called_member;
    const std::size_t body = (fields_end + 7) & ~std::size_t{7};
    if (body < bytes.size() && !message.signature.empty()) {
        Values read = read_values(bytes, body, message.signature, message.big_endian);
        const bool answers = message.type == MessageType::reply;
        const auto names = names_of(message.type, answers ? called_interface : std::string_view(message.interface),
                                    answers ? called_member : std::string_view(message.member));
        for (std::size_t n = 0; n < read.values.size(); ++n)
            message.arguments.push_back({n < names.size() ? std::string(names[n]) : "", std::move(read.values[n])});
        if (message.error.empty()) message.error = std::move(read.error);
    }
    if (cut) message.error.clear();  // that it ends early is no fault of the message
    return message;
}

std::string unit_of(const Message& message) {
    for (const Argument& argument : message.arguments)
        if (argument.name == "unit") return argument.value.raw;
    return {};
}

std::string call_text(const Message& message) {
    std::string text = message.interface.empty() ? "" : safe_name(message.interface) + ".";
    return text + safe_name(message.member) + arguments_text(message, true);
}

std::string render(const Message& message) {
    if (!message.trouble.empty()) return "dbus ? " + message.trouble;
    std::string text;
    switch (message.type) {
        case MessageType::call:
            text = fmt::format("dbus → #{} {}", message.serial, call_text(message));
            if (message.no_reply) text += ", no reply wanted";
            break;
        case MessageType::reply:
            text = fmt::format("dbus ← #{} ok{}", message.reply_serial, arguments_text(message, false));
            break;
        case MessageType::error:
            text = fmt::format("dbus ← #{} {}", message.reply_serial, safe_name(message.error_name));
            if (!message.arguments.empty()) text += " " + message.arguments.front().value.text;
            break;
        case MessageType::signal:
            text = "dbus signal " + call_text(message);
            break;
    }
    if (message.took) text += " " + wire::spoken(*message.took);
    if (message.cut) text += fmt::format(" (cut: {} bytes in all)", message.size);
    if (!message.error.empty()) text += fmt::format(" ({})", message.error);
    return text;
}

}  // namespace shimtrace::dbus
