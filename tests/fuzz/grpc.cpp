// gRPC: any bytes, in any pieces, with any part not captured (HTTP/2's frames and HPACK with them), give messages that can be printed.
#include "decoders/messages/grpc/stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace shimtrace::grpc;
    Connection connection;
    std::span<const std::uint8_t> rest(data, size);
    while (rest.size() >= 3) {
        // Two bytes say how the rest is cut and which way it goes.
        const std::size_t take = std::min<std::size_t>(rest[0], rest.size() - 2), missing = rest[1] >> 1U;
        const Direction direction = (rest[1] & 1U) != 0 ? Direction::read : Direction::written;
        for (const Message& message : connection.feed(direction, std::as_bytes(rest.subspan(2, take)), {}, missing)) {
            if (render(message).find('\x1b') != std::string::npos) __builtin_trap();
        }
        rest = rest.subspan(2 + take);
    }
    connection.in_flight();
    return 0;
}
