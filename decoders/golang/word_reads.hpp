// Bounds-checked views of foreign bytes. Every offset may be a lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace shimtrace::golang {

using Bytes = std::span<const std::byte>;

/// At most `length` bytes from `offset` on; empty where the offset is past the end.
inline Bytes slice(Bytes bytes, std::uint64_t offset, std::uint64_t length = ~std::uint64_t{0}) {
    if (offset >= bytes.size()) return {};
    const std::uint64_t rest = bytes.size() - offset;
    return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length < rest ? length : rest));
}

/// A whole little-endian T at `offset`, or nothing.
template <typename T>
requires std::is_trivially_copyable_v<T> std::optional<T> load(Bytes bytes, std::uint64_t offset) {
    if (bytes.size() < sizeof(T) || offset > bytes.size() - sizeof(T)) return std::nullopt;
    T result;
    std::memcpy(&result, bytes.data() + offset, sizeof(T));
    return result;
}

/// The word at `offset`, 0 where there is none: for structs whose size was checked before.
inline std::uint64_t word(Bytes bytes, std::uint64_t offset) {
    return load<std::uint64_t>(bytes, offset).value_or(0);
}

inline std::string_view text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr std::uint64_t nowhere = ~std::uint64_t{0};

/// Where `wanted` is first found from `start` on; `nowhere`: it is not.
inline std::uint64_t find(Bytes bytes, std::string_view wanted, std::uint64_t start) {
    const Bytes rest = slice(bytes, start);
    if (rest.empty()) return nowhere;
    const void* const found = memmem(rest.data(), rest.size(), wanted.data(), wanted.size());
    return found == nullptr ? nowhere : start + static_cast<std::uint64_t>(static_cast<const std::byte*>(found) - rest.data());
}

/// A zero-terminated string at `offset`, at most `most` bytes of it.
inline std::string_view c_string(Bytes bytes, std::uint64_t offset, std::size_t most = 4096) {
    const std::string_view rest = text(slice(bytes, offset, most));
    return rest.substr(0, rest.find('\0'));
}

}  // namespace shimtrace::golang
