// ttrpc, by itself and within NRI's pieces: any bytes, in any pieces, with any part not captured, give messages that can be printed.
#include "decoders/messages/ttrpc/multiplexed.hpp"
#include "tests/fuzz/messages_in_pieces.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    shimtrace::ttrpc::Connection connection;
    shimtrace::fuzz::feed_in_pieces(connection, {data, size});
    shimtrace::ttrpc::MultiplexedConnection multiplexed;
    shimtrace::fuzz::feed_in_pieces(multiplexed, {data, size});
    return 0;
}
