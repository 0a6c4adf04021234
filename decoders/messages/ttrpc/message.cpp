#include "decoders/messages/ttrpc/message.hpp"

#include "decoders/messages/quoted.hpp"
#include "decoders/messages/rpc_status.hpp"
#include "decoders/messages/spoken.hpp"

#include <fmt/format.h>

#include <protozero/pbf_reader.hpp>

namespace shimtrace::ttrpc {

Message decode(const Frame& frame, const MethodSchema* called) {
    Message message;
    message.type = frame.type;
    message.stream = frame.stream;
    message.flags = frame.flags;
    message.cut = frame.cut;
    message.size = frame.length;
    if (frame.type == FrameType::data) {
        // A stream's messages: of the service's own kind, which only its method tells.
        return message;
    }
    // Read here, not by schema, as the payload may be larger than what is kept of a string.
    std::string_view payload;
    try {
        protozero::pbf_reader reader(frame.payload);
        while (reader.next()) {
            if (frame.type == FrameType::request && reader.tag() == 3 && reader.wire_type() == protozero::pbf_wire_type::length_delimited) {
                const protozero::data_view view = reader.get_view();
                payload = {view.data(), view.size()};
            } else if (frame.type == FrameType::response && reader.tag() == 2 &&
                       reader.wire_type() == protozero::pbf_wire_type::length_delimited) {
                const protozero::data_view view = reader.get_view();
                payload = {view.data(), view.size()};
            } else {
                reader.skip();
            }
        }
    } catch (const protozero::exception&) {
        // Said below: the same bytes are read again.
    }
    const DecodedMessage outer =
        protobuf::decode(frame.payload, frame.type == FrameType::request ? request_schema : response_schema, find_type);
    message.error = outer.error;
    const MessageSchema* schema = nullptr;
    if (frame.type == FrameType::request) {
        if (const Field* field = find(outer.fields, "service")) message.service = field->text;
        if (const Field* field = find(outer.fields, "method")) message.method = field->text;
        if (const Field* field = find(outer.fields, "timeout_nano"); field != nullptr && field->number != 0)
            message.timeout = Nanoseconds(static_cast<std::int64_t>(field->number));
        if (const MethodSchema* method = find_method(message.service, message.method)) schema = method->request;
    } else {
        if (const Field* status = find(outer.fields, "status")) {
            if (const Field* code = find(status->fields, "code")) message.status = static_cast<std::int64_t>(code->number);
            if (const Field* text = find(status->fields, "message")) message.status_message = text->text;
        }
        if (called != nullptr) schema = called->response;
    }
    if (schema != nullptr) {
        DecodedMessage inner = protobuf::decode(payload, *schema, find_type);
        message.fields = std::move(inner.fields);
        if (message.error.empty()) message.error = std::move(inner.error);
    }
    // NRI's are many calls in one: which, its event tells.
    if (frame.type == FrameType::request && message.method == "StateChange")
        if (const Field* event = find(message.fields, "event")) message.method += "(" + event->text + ")";
    if (message.cut) message.error.clear();  // that it ends early is no fault of the message
    return message;
}

std::string render(const Message& message) {
    return render_as("ttrpc", fmt::format("{}", message.stream), message);
}

std::string render_as(std::string_view protocol, std::string_view number, const Message& message) {
    if (!message.trouble.empty()) return fmt::format("{} ? {}", protocol, message.trouble);
    std::string text = fmt::format("{} {} #{} ", protocol,
                                   message.type == FrameType::response  ? "←"
                                   : message.type == FrameType::request ? "→"
                                                                        : "↔",
                                   number);
    switch (message.type) {
        case FrameType::request:
            text +=
                fmt::format("{}.{}{}", safe_name(protobuf::short_name(message.service)), safe_name(message.method), render(message.fields));
            break;
        case FrameType::response:
            if (message.status == 0) {
                text += "ok" + render(message.fields);
            } else {
                text += wire::status_code_name(message.status) + " " + wire::quoted(message.status_message, 512);
            }
            if (message.took) text += " " + wire::spoken(*message.took);
            break;
        case FrameType::data:
            text += (message.flags & no_data) != 0 ? "no data" : fmt::format("{} bytes of data", message.size);
            break;
    }
    if ((message.flags & remote_closed) != 0) text += ", last of its side";
    if (message.cut) text += fmt::format(" (cut: {} bytes in all)", message.size);
    if (!message.error.empty()) text += fmt::format(" ({})", message.error);
    return text;
}

}  // namespace shimtrace::ttrpc
