// The smallest parts of the file: variable-length numbers and byte strings, written without limits, read with all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::recording {

using Bytes = std::vector<std::byte>;

/// Signed numbers near zero become small unsigned ones: 0, -1, 1, -2 … are 0, 1, 2, 3.
constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
/// The difference of two numbers modulo 2^64: small for neighbours, whatever their sign.
constexpr std::uint64_t difference(std::uint64_t to, std::uint64_t from) {
    return zigzag(static_cast<std::int64_t>(to - from));
}
constexpr std::uint64_t add_difference(std::uint64_t from, std::uint64_t coded) {
    return from + static_cast<std::uint64_t>(unzigzag(coded));
}

/// Appends to its own buffer. Numbers are little-endian base 128, seven bits a byte, as in Protocol Buffers.
class ByteWriter {
public:
    void varint(std::uint64_t value) {
        std::byte coded[10];
        std::size_t length = 0;
        while (value >= 0x80) {
            coded[length++] = static_cast<std::byte>(value | 0x80);
            value >>= 7;
        }
        coded[length++] = static_cast<std::byte>(value);
        bytes_.insert(bytes_.end(), coded, coded + length);
    }
    void signed_varint(std::int64_t value) { varint(zigzag(value)); }
    void byte(std::uint8_t value) { bytes_.push_back(static_cast<std::byte>(value)); }
    void raw(std::span<const std::byte> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void raw(std::string_view text) { raw(std::as_bytes(std::span(text))); }
    /// A length, then the bytes.
    void string(std::string_view text) {
        varint(text.size());
        raw(text);
    }
    /// Puts the length of what was written since `start` in front of it.
    void prefix_length(std::size_t start) {
        ByteWriter length;
        length.varint(bytes_.size() - start);
        bytes_.insert(bytes_.begin() + static_cast<std::ptrdiff_t>(start), length.bytes_.begin(), length.bytes_.end());
    }

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    void truncate(std::size_t size) { bytes_.resize(size); }
    void clear() { bytes_.clear(); }

private:
    Bytes bytes_;
};

/// Takes what a ByteWriter takes, and only counts how many bytes it is.
class ByteCounter {
public:
    void varint(std::uint64_t value) {
        do ++size_;
        while (value >>= 7);
    }
    void string(std::string_view text) {
        varint(text.size());
        size_ += text.size();
    }
    void prefix_length(std::size_t start) { varint(size_ - start); }

    [[nodiscard]] std::size_t size() const { return size_; }
    void truncate(std::size_t size) { size_ = size; }

private:
    std::size_t size_ = 0;
};

/// Reads hostile bytes: past the end, or at a number of more than 64 bits, everything reads as zero and failed() is true.
class ByteReader {
public:
    ByteReader() = default;
    explicit ByteReader(std::span<const std::byte> bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    std::uint64_t varint() {
        if (at_ < end_ && (static_cast<std::uint8_t>(*at_) & 0x80) == 0) return static_cast<std::uint8_t>(*at_++);
        return long_varint();
    }
    std::int64_t signed_varint() { return unzigzag(varint()); }
    std::uint8_t byte() {
        if (at_ == end_) return fail(), std::uint8_t{0};
        return static_cast<std::uint8_t>(*at_++);
    }
    std::span<const std::byte> raw(std::uint64_t length) {
        if (length > left()) return fail(), std::span<const std::byte>{};
        const std::span bytes(at_, static_cast<std::size_t>(length));
        at_ += length;
        return bytes;
    }
    /// The characters of raw(); valid as long as the bytes that are read.
    std::string_view text(std::uint64_t length) {
        const auto bytes = raw(length);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    std::string_view string() { return text(varint()); }

    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] bool at_end() const { return at_ == end_; }
    [[nodiscard]] bool failed() const { return failed_; }
    void fail() {
        failed_ = true;
        at_ = end_;
    }

private:
    std::uint64_t long_varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 70; shift += 7) {
            if (at_ == end_) break;
            const auto byte = static_cast<std::uint8_t>(*at_++);
            if (shift == 63 && byte > 1) break;
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        fail();
        return 0;
    }

    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
    bool failed_ = false;
};

}  // namespace shimtrace::recording
