#include "decoders/messages/grpc/stream.hpp"

#include "decoders/messages/grpc/services.hpp"
#include "decoders/messages/quoted.hpp"
#include "decoders/messages/rpc_status.hpp"
#include "decoders/messages/spoken.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shimtrace::grpc {

namespace {

/// More calls than that in flight are no daemon's; the oldest is forgotten.
constexpr std::size_t most_streams = 10'000;
/// Kept of a message, and of a header block.
constexpr std::size_t most_body = 64 << 10, most_block = 64 << 10;
/// A flag and a length before each message.
constexpr std::size_t prefix_size = 5;

constexpr protobuf::MessageSchema by_number{"", {}};

const std::string* header(const HeaderList& headers, std::string_view name) {
    const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
    return found == headers.end() ? nullptr : &found->second;
}

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (std::size_t n = 0; n < 4; ++n) number = number << 8U | static_cast<unsigned char>(bytes[n]);
    return number;
}

/// grpc-message is percent-encoded (PROTOCOL-HTTP2.md, "Responses").
std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t n = 0; n < text.size(); ++n) {
        unsigned byte = 0;
        const char* digits = text.data() + n + 1;
        if (text[n] == '%' && n + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            n += 2;
        } else {
            out += text[n];
        }
    }
    return out;
}

/// HTTP/2's error codes (RFC 9113, section 7).
std::string reset_name(std::uint32_t code) {
    constexpr std::array<std::string_view, 14> names{"NO_ERROR",
                                                     "PROTOCOL_ERROR",
                                                     "INTERNAL_ERROR",
                                                     "FLOW_CONTROL_ERROR",
                                                     "SETTINGS_TIMEOUT",
                                                     "STREAM_CLOSED",
                                                     "FRAME_SIZE_ERROR",
                                                     "REFUSED_STREAM",
                                                     "CANCEL",
                                                     "COMPRESSION_ERROR",
                                                     "CONNECT_ERROR",
                                                     "ENHANCE_YOUR_CALM",
                                                     "INADEQUATE_SECURITY",
                                                     "HTTP_1_1_REQUIRED"};
    return code < names.size() ? std::string(names[code]) : fmt::format("code {}", code);
}

std::string path_text(const std::string& path) {
    return path.empty() ? "<path not seen>" : protobuf::safe_name(path);
}

}  // namespace

std::vector<Message> Connection::feed(Direction direction, std::span<const std::byte> bytes, MonotonicTime time, std::size_t missing) {
    std::vector<Message> messages;
    Side& side = sides_[static_cast<std::size_t>(direction)];
    for (FrameOrTrouble& found : side.reader.feed(bytes, missing)) {
        if (found.trouble.empty()) {
            take(direction, found.frame, time, messages);
            continue;
        }
        // Header blocks may be among what was passed over.
        side.table.emplace(false);
        side.block = {};
        Message trouble{.type = MessageType::trouble};
        trouble.trouble = std::move(found.trouble);
        messages.push_back(std::move(trouble));
    }
    return messages;
}

void Connection::take(Direction direction, Frame& frame, MonotonicTime time, std::vector<Message>& into) {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    switch (frame.type) {
        case FrameType::headers:
            side.block = {.stream = frame.stream,
                          .bytes = std::move(frame.payload),
                          .ends_stream = (frame.flags & end_stream) != 0,
                          .cut = frame.cut};
            if ((frame.flags & end_headers) != 0) take_headers(direction, time, into);
            break;
        case FrameType::continuation:
            if (side.block.bytes.size() + frame.payload.size() <= most_block)
                side.block.bytes += frame.payload;
            else
                side.block.cut = true;
            side.block.cut = side.block.cut || frame.cut;
            if ((frame.flags & end_headers) != 0) take_headers(direction, time, into);
            break;
        case FrameType::data:
            take_data(direction, frame, time, into);
            break;
        case FrameType::reset_stream:
            broken(frame.stream, frame, time, into);
            break;
        default:  // settings, ping, window_update …: of the connection's own upkeep
            break;
    }
}

void Connection::take_headers(Direction direction, MonotonicTime time, std::vector<Message>& into) {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    const Block block = std::exchange(side.block, {});
    if (!side.table) side.table.emplace(sides_[0].reader.from_the_start() || sides_[1].reader.from_the_start());
    if (block.cut) side.table.emplace(false);
    const auto headers = block.cut ? std::nullopt : side.table->read(block.bytes);
    const auto known = streams_.find(block.stream);
    const bool is_call = headers && header(*headers, ":method") != nullptr;
    if (is_call)
        begin(block.stream, direction, *headers, time);
    else if (known == streams_.end()) {
        // A reply to a call that came before the connection was joined: nothing is known of it until it ends.
        if (!block.ends_stream) return;
        streams_[block.stream] = {.direction = wire::other(direction)};
        return finish(block.stream, headers.value_or(HeaderList{}), time, into);
    }
    Stream& stream = streams_.at(block.stream);
    if (direction == stream.direction) {
        if (block.ends_stream) tell_call(block.stream, stream, into);
    } else if (block.ends_stream) {
        finish(block.stream, headers.value_or(HeaderList{}), time, into);
    }
}

void Connection::begin(std::uint32_t number, Direction direction, const HeaderList& headers, MonotonicTime time) {
    if (streams_.size() >= most_streams) streams_.erase(streams_.begin());
    Stream stream{.since = time, .direction = direction};
    const std::string* path = header(headers, ":path");
    if (path != nullptr && *path != not_seen) stream.path = path->starts_with('/') ? path->substr(1) : *path;
    streams_.insert_or_assign(number, std::move(stream));
}

void Connection::take_data(Direction direction, const Frame& frame, MonotonicTime time, std::vector<Message>& into) {
    const auto at = streams_.find(frame.stream);
    if (at == streams_.end()) return;
    Stream& stream = at->second;
    Body& body = stream.bodies[static_cast<std::size_t>(direction)];
    add(body, frame);
    const bool ends = (frame.flags & end_stream) != 0;
    if (direction == stream.direction) {
        if (ends || body.messages > 0) tell_call(frame.stream, stream, into);
    } else if (ends) {  // no trailers: not gRPC's way, but an end
        finish(frame.stream, {}, time, into);
    }
}

/// Messages are counted by their prefixes, wherever frames split them; what was not captured counts by its length.
void Connection::add(Body& body, const Frame& frame) {
    const std::uint64_t begin = body.seen;
    body.seen += frame.cut ? frame.length : frame.payload.size();
    if (body.messages == 0 && body.bytes.size() == begin)
        body.bytes.append(frame.payload, 0, most_body - std::min(most_body, body.bytes.size()));
    while (true) {
        if (body.in_message) {
            if (body.next_at > body.seen) return;
            body.in_message = false;
            ++body.messages;
        }
        const std::uint64_t wanted = body.next_at + body.prefix.size();
        if (wanted >= body.seen || wanted - begin >= frame.payload.size()) return;
        body.prefix.append(frame.payload, static_cast<std::size_t>(wanted - begin), prefix_size - body.prefix.size());
        if (body.prefix.size() < prefix_size) return;
        body.next_at += prefix_size + big_endian(std::string_view(body.prefix).substr(1));
        body.prefix.clear();
        body.in_message = true;
    }
}

namespace {

/// The first message of a body by its method's schema.
protobuf::DecodedMessage first_message(std::string_view body, const protobuf::MessageSchema* schema, bool& cut) {
    if (body.size() < prefix_size) return {};
    if (body[0] != 0) return {{}, "compressed"};
    const std::uint32_t length = big_endian(body.substr(1));
    body.remove_prefix(prefix_size);
    cut = body.size() < length;
    auto decoded = protobuf::decode(body.substr(0, length), schema != nullptr ? *schema : by_number);
    if (cut) decoded.error.clear();  // that it ends early is no fault of the message
    return decoded;
}

}  // namespace

void Connection::tell_call(std::uint32_t number, Stream& stream, std::vector<Message>& into) {
    if (stream.told) return;
    stream.told = true;
    const protobuf::MethodSchema* method = find_method(stream.path);
    Message message{.type = MessageType::call, .stream = number, .path = stream.path};
    const Body& body = stream.bodies[static_cast<std::size_t>(stream.direction)];
    auto decoded = first_message(body.bytes, method != nullptr ? method->request : nullptr, message.cut);
    message.fields = std::move(decoded.fields);
    message.error = std::move(decoded.error);
    stream.text = path_text(stream.path) + protobuf::render(message.fields);
    into.push_back(std::move(message));
}

void Connection::finish(std::uint32_t number, const HeaderList& trailers, MonotonicTime time, std::vector<Message>& into) {
    const auto at = streams_.find(number);
    Stream& stream = at->second;
    if (stream.since) tell_call(number, stream, into);  // a reply before the request was whole
    Message message{.type = MessageType::reply, .stream = number, .path = stream.path};
    const std::string* status = header(trailers, "grpc-status");
    message.status_known = status != nullptr && *status != not_seen;
    if (message.status_known) {
        const auto read = std::from_chars(status->data(), status->data() + status->size(), message.status);
        message.status_known = read.ec == std::errc{} && read.ptr == status->data() + status->size();
    }
    if (const std::string* text = header(trailers, "grpc-message"); text != nullptr && *text != not_seen)
        message.status_message = percent_decoded(*text);
    const Body& body = stream.bodies[static_cast<std::size_t>(wire::other(stream.direction))];
    const protobuf::MethodSchema* method = find_method(stream.path);
    auto decoded = first_message(body.bytes, method != nullptr ? method->response : nullptr, message.cut);
    message.fields = std::move(decoded.fields);
    message.error = std::move(decoded.error);
    message.messages = body.messages;
    if (stream.since) message.took = std::max(Nanoseconds{}, time - *stream.since);
    streams_.erase(at);
    into.push_back(std::move(message));
}

void Connection::broken(std::uint32_t number, const Frame& frame, MonotonicTime time, std::vector<Message>& into) {
    const auto at = streams_.find(number);
    if (at == streams_.end()) return;  // it had its reply
    if (at->second.since) tell_call(number, at->second, into);
    Message message{.type = MessageType::broken, .stream = number, .path = at->second.path};
    message.reset = frame.payload.size() >= 4 ? big_endian(frame.payload) : 0;
    if (at->second.since) message.took = std::max(Nanoseconds{}, time - *at->second.since);
    streams_.erase(at);
    into.push_back(std::move(message));
}

std::vector<CallInFlight> Connection::in_flight() const {
    std::vector<CallInFlight> calls;
    for (const auto& [number, stream] : streams_)
        if (stream.told) calls.push_back({number, stream.path, stream.text, stream.since.value_or(MonotonicTime{}), stream.direction});
    std::ranges::stable_sort(calls, {}, &CallInFlight::since);
    return calls;
}

std::string render(const Message& message) {
    if (message.type == MessageType::trouble) return "grpc ? " + message.trouble;
    std::string text = fmt::format("grpc {} #{} ", message.type == MessageType::call ? "→" : "←", message.stream);
    switch (message.type) {
        case MessageType::call:
            text += path_text(message.path) + protobuf::render(message.fields);
            break;
        case MessageType::reply:
            if (!message.status_known)
                text += "<status not seen>";
            else if (message.status == 0)
                text += "ok" + protobuf::render(message.fields);
            else
                text += wire::status_code_name(message.status) + " " + wire::quoted(message.status_message, 512);
            if (message.messages > 1) text += fmt::format(" {} messages", message.messages);
            break;
        default:
            text += "given up: " + reset_name(message.reset);
            break;
    }
    if (message.took) text += " " + wire::spoken(*message.took);
    if (message.cut) text += " (cut)";
    if (!message.error.empty()) text += fmt::format(" ({})", message.error);
    return text;
}

}  // namespace shimtrace::grpc
