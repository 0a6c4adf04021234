// Values as D-Bus marshals them, read by their signature into text.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::dbus {

/// 0 where the bytes end before it.
template <typename Number>
Number number_at(std::string_view bytes, std::size_t at, bool big_endian) {
    Number number{};
    if (at > bytes.size() || bytes.size() - at < sizeof number) return number;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    if constexpr (sizeof(Number) > 1)
        if (big_endian != (std::endian::native == std::endian::big)) number = std::byteswap(number);
    return number;
}

/// One value of a message. `text` is how people write it: strings quoted, arrays in [], structs in (), dictionaries in {k: v}.
struct Value {
    std::string signature;  ///< the complete type: "s", "a(sv)"
    std::string text;
    std::string raw;  ///< strings, object paths, signatures: as they came; else empty
    std::uint64_t number = 0;
};

struct Values {
    std::vector<Value> values;
    std::string error;  ///< why there are fewer than the signature says; empty: there are not
};

/// Reads values of `signature` from `bytes`, beginning at `start`, to which alignment counts. Bounded: depth 32, 64 elements of an array
/// shown, 4 KiB of text a value.
Values read_values(std::string_view bytes, std::size_t start, std::string_view signature, bool big_endian);

}  // namespace shimtrace::dbus
