// A frame's payload as a message: which call or reply, its fields by name.
#pragma once

#include "decoders/messages/protobuf/message.hpp"
#include "decoders/messages/ttrpc/frame.hpp"
#include "decoders/messages/ttrpc/services.hpp"

#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::ttrpc {

using protobuf::DecodedMessage;
using protobuf::Field;
using protobuf::find;
using protobuf::render;
using protobuf::safe_name;

struct Message {
    FrameType type{};
    std::uint32_t stream = 0;
    std::uint8_t flags = 0;
    bool cut = false;             ///< captured in part: fields at the end may lack
    std::string trouble;          ///< no message at all: what was wrong with the bytes
    std::string service, method;  ///< of replies too, where the request was seen: "containerd.task.v2.Task", "Kill"
    std::vector<Field> fields;    ///< of the request or the reply
    std::optional<Nanoseconds> timeout;
    std::int64_t status = 0;  ///< responses: google.rpc.Code; 0: ok
    std::string status_message;
    std::optional<Nanoseconds> took;  ///< responses: after the request
    std::size_t size = 0;             ///< of the payload as its header says
    std::string error;                ///< why the fields are incomplete; empty: they are not
};

/// Of a frame alone; a response needs `called`, the method that it answers, for its fields (nullptr: not known).
Message decode(const Frame& frame, const MethodSchema* called);

/// One line: `ttrpc → #7 Task.Kill{id:"c1" signal:9}`, `ttrpc ← #7 ok{pid:5} 1.2ms`, `ttrpc ← #9 NOT_FOUND "no such process" 310us`.
std::string render(const Message& message);
/// The same of a protocol that is ttrpc within something else, and calls its calls otherwise than by their stream's number.
std::string render_as(std::string_view protocol, std::string_view number, const Message& message);

}  // namespace shimtrace::ttrpc
