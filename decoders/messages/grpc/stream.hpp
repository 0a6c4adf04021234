// A gRPC connection as it is read and written: bytes in, calls and replies out (gRPC over HTTP/2, PROTOCOL-HTTP2.md).
#pragma once

#include "decoders/messages/direction.hpp"
#include "decoders/messages/grpc/frame.hpp"
#include "decoders/messages/grpc/header_table.hpp"
#include "decoders/messages/protobuf/message.hpp"

#include <shimtrace/types.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace shimtrace::grpc {

using protobuf::Field;
using wire::Direction;

enum class MessageType : std::uint8_t {
    call,    ///< its request is whole, or its first message where it is a stream
    reply,   ///< the trailers, with the first message that came before them
    broken,  ///< RST_STREAM: one side gave it up
    trouble  ///< no message at all
};

struct Message {
    MessageType type{};
    std::uint32_t stream = 0;
    std::string path;           ///< "runtime.v1.RuntimeService/StopContainer"; empty: it was not seen
    std::vector<Field> fields;  ///< of the request or the reply
    std::string trouble;        ///< what was wrong with the bytes
    std::string error;          ///< why the fields are incomplete; empty: they are not
    bool cut = false;           ///< captured in part: fields at the end may lack
    std::int64_t status = 0;    ///< replies: google.rpc.Code; 0: ok
    bool status_known = true;   ///< replies: false where the trailer's status was not seen
    std::string status_message;
    std::size_t messages = 0;         ///< replies: how many messages it had
    std::optional<Nanoseconds> took;  ///< replies: after the call
    std::uint32_t reset = 0;          ///< broken: HTTP/2's error code
};

/// One line: `grpc → #3 runtime.v1.RuntimeService/StopContainer{container_id:"…" timeout:30}`, `grpc ← #3 ok 1.2ms`.
std::string render(const Message& message);

/// A call that no reply has been seen for.
struct CallInFlight {
    std::uint32_t stream = 0;
    std::string path;
    std::string text;  ///< `runtime.v1.RuntimeService/StopContainer{container_id:"…"}`
    MonotonicTime since;
    Direction direction{};  ///< read: the observed process is to answer it
};

/// One connection: feed it what each read and write of its descriptor carried, in order. Which side is the client follows from the
/// headers.
class Connection {
public:
    /// `missing`: how many bytes the call carried beyond `bytes` that were not captured.
    std::vector<Message> feed(Direction direction, std::span<const std::byte> bytes, MonotonicTime time, std::size_t missing = 0);

    /// Oldest first.
    [[nodiscard]] std::vector<CallInFlight> in_flight() const;

private:
    /// gRPC's messages of one direction of a stream: each with a prefix of 5 bytes. The first one is kept.
    struct Body {
        std::string bytes;       ///< of the first message, prefix and all, as far as they are kept
        std::uint64_t seen = 0;  ///< bytes of DATA so far
        std::size_t messages = 0;
        std::uint64_t next_at = 0;  ///< where the message that is open ends, and the next one's prefix begins
        std::string prefix;         ///< what there is of that prefix
        bool in_message = false;
    };
    struct Stream {
        std::string path;
        std::optional<MonotonicTime> since;  ///< nullopt: the call was not seen
        Direction direction{};               ///< of the call
        bool told = false;                   ///< the call has been shown
        std::string text;
        std::array<Body, 2> bodies;  ///< request, reply
        HeaderList headers;          ///< of the reply, before its trailers
    };
    struct Block {  ///< a header block that CONTINUATION frames go on with
        std::uint32_t stream = 0;
        std::string bytes;
        bool ends_stream = false, cut = false;
    };
    struct Side {
        FrameReader reader;
        std::optional<HeaderTable> table;
        Block block;
    };

    void take(Direction direction, Frame& frame, MonotonicTime time, std::vector<Message>& into);
    void take_headers(Direction direction, MonotonicTime time, std::vector<Message>& into);
    void take_data(Direction direction, const Frame& frame, MonotonicTime time, std::vector<Message>& into);
    void begin(std::uint32_t number, Direction direction, const HeaderList& headers, MonotonicTime time);
    void tell_call(std::uint32_t number, Stream& stream, std::vector<Message>& into);
    void finish(std::uint32_t number, const HeaderList& trailers, MonotonicTime time, std::vector<Message>& into);
    void broken(std::uint32_t number, const Frame& frame, MonotonicTime time, std::vector<Message>& into);
    static void add(Body& body, const Frame& frame);

    std::array<Side, 2> sides_;
    std::map<std::uint32_t, Stream> streams_;
};

}  // namespace shimtrace::grpc
