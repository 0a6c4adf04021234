// gRPC: any bytes, in any pieces, with any part not captured (HTTP/2's frames and HPACK with them), give messages that can be printed.
#include "decoders/messages/grpc/stream.hpp"
#include "tests/fuzz/messages_in_pieces.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    shimtrace::grpc::Connection connection;
    shimtrace::fuzz::feed_in_pieces(connection, {data, size});
    return 0;
}
