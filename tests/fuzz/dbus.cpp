// D-Bus: any bytes, in any pieces, with any part not captured, give messages that can be printed.
#include "decoders/messages/dbus/stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace shimtrace::dbus;
    Connection connection;
    std::span<const std::uint8_t> rest(data, size);
    while (rest.size() >= 4) {
        // Four bytes say how the rest is cut, which way it goes, and what is missing.
        const std::size_t take = std::min<std::size_t>(rest[0] + std::size_t{256} * rest[1], rest.size() - 4), missing = rest[2] >> 1U;
        const Direction direction = (rest[2] & 1U) != 0 ? Direction::read : Direction::written;
        for (const Message& message : connection.feed(direction, std::as_bytes(rest.subspan(4, take)), {}, missing)) {
            const std::string line = render(message);
            if (std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) __builtin_trap();
            if (line.size() > 1'000'000) __builtin_trap();
        }
        rest = rest.subspan(4 + take);
    }
    connection.in_flight();
    return 0;
}
