// A message's bytes as a call, a reply, an error or a signal: who, what, and its arguments by name where the method is known.
#pragma once

#include "decoders/messages/dbus/value.hpp"

#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::dbus {

enum class MessageType : std::uint8_t { call = 1, reply = 2, error = 3, signal = 4 };

struct Argument {
    std::string name;  ///< "unit"; empty where the method is not known
    Value value;
};

struct Message {
    MessageType type{};
    bool big_endian = false;
    bool no_reply = false;  ///< calls: NO_REPLY_EXPECTED
    bool cut = false;       ///< captured in part
    std::uint32_t serial = 0, reply_serial = 0;
    std::string path, interface, member, error_name, destination, sender;
    std::string signature;
    std::vector<Argument> arguments;
    std::string error;    ///< why the arguments or header fields are incomplete; empty: they are not
    std::string trouble;  ///< no message at all: what was wrong with the bytes
    std::size_t size = 0;
    std::optional<Nanoseconds> took;              ///< replies and errors: after the call
    std::string called_interface, called_member;  ///< of replies and errors, where the call was seen
};

/// `bytes` begin with a whole fixed header. Arguments of replies are named by the method that they answer: `called_…` of the call.
Message decode(std::string_view bytes, bool cut, std::string_view called_interface = {}, std::string_view called_member = {});

/// The unit that a call to systemd is about; empty: none.
std::string unit_of(const Message& message);

/// `org.freedesktop.systemd1.Manager.StopUnit{unit:"c1.scope" mode:"replace" path:"/org/freedesktop/systemd1"}`
std::string call_text(const Message& message);

/// One line: `dbus → #5 …StopUnit{…}`, `dbus ← #5 ok{job:"/org/freedesktop/systemd1/job/7"} 1.2ms`, `dbus ← #5 NAME "text" 310us`,
/// `dbus signal …JobRemoved{…}`. A reply's number is the call's.
std::string render(const Message& message);

}  // namespace shimtrace::dbus
