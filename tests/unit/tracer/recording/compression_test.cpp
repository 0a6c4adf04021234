// zstd as the program is linked with it: tracer/left_out.cpp stands for its higher levels and its oldest formats.
#include "tracer/recording/block.hpp"

#include <doctest/doctest.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>

namespace shimtrace::recording {
namespace {

bool is_opened(const Bytes& block, std::span<const std::byte> payload) {
    const auto header = parse_block_header(std::span(block).first<block_header_size>());
    BlockOpener opener;
    const auto opened = header ? opener.open(*header, std::span(block).subspan(block_header_size)) : fail("no header");
    return opened && std::ranges::equal(*opened, payload);
}

PayloadPieces in_pieces(std::span<const std::byte> payload, std::size_t size) {
    return [payload, size](const auto& take) {
        for (std::size_t at = 0; at < payload.size(); at += size) take(payload.subspan(at, std::min(size, payload.size() - at)));
    };
}

TEST_CASE("the level's search is one that is linked, whatever the length") {
    for (unsigned long long length = 1; length < (1ULL << 40); length += length / 4 + 1)
        CHECK(ZSTD_getCParams(compression_level, length, 0).strategy <= ZSTD_dfast);
}

TEST_CASE("a level whose search is left out makes what can be read, too") {
    std::string said;
    while (said.size() < 300'000) said += "futex(0xc000282548, FUTEX_WAIT_PRIVATE, " + std::to_string(said.size()) + ", NULL) = 0\n";
    for (const int level : {compression_level, 5, 9, 15, 19}) {
        CAPTURE(level);
        std::string stored(ZSTD_compressBound(said.size()), '\0'), read(said.size(), '\0');
        const std::size_t size = ZSTD_compress(stored.data(), stored.size(), said.data(), said.size(), level);
        REQUIRE(ZSTD_isError(size) == 0);
        CHECK(ZSTD_decompress(read.data(), read.size(), stored.data(), size) == said.size());
        CHECK(read == said);
        if (level == compression_level) CHECK(size < said.size() / 4);
    }
}

TEST_CASE("a large payload takes the room that it needs, and is read back whatever it is made of") {
    constexpr std::size_t large = std::size_t{5} << 20;
    const auto is_read_back = [](const Bytes& payload, std::size_t most) {
        BlockMaker maker;
        const Bytes block = maker.make(BlockType::snapshot, 0, {}, payload);
        CHECK(block.capacity() <= most);
        CHECK(is_opened(block, payload));
        const Bytes of_pieces = maker.make_of_pieces(BlockType::snapshot, 0, {}, payload.size(), in_pieces(payload, 100'000));
        CHECK(of_pieces.capacity() <= most);
        CHECK(is_opened(of_pieces, payload));
    };
    is_read_back(Bytes(large), large / 3);
    Bytes noise(large);
    std::uint64_t state = 1;
    for (std::byte& each : noise) each = static_cast<std::byte>((state = state * 6364136223846793005U + 1) >> 56U);
    is_read_back(noise, large * 2);
}

TEST_CASE("a payload is the same block, whole or in one piece, and is read back from pieces of any size") {
    Bytes payload(10'000);
    for (std::size_t at = 0; at < payload.size(); ++at) payload[at] = static_cast<std::byte>(at % 97);
    BlockMaker maker;
    const Bytes whole = maker.make(BlockType::events, 0, {}, payload);
    CHECK(maker.make_of_pieces(BlockType::events, 0, {}, payload.size(), in_pieces(payload, payload.size())) == whole);
    for (const std::size_t size : {1U, 999U, 1000U, 9'999U}) {
        CAPTURE(size);
        CHECK(is_opened(maker.make_of_pieces(BlockType::events, 0, {}, payload.size(), in_pieces(payload, size)), payload));
    }
    CHECK(is_opened(maker.make_of_pieces(BlockType::events, 0, {}, 0, in_pieces({}, 1)), {}));
    CHECK(maker.make(BlockType::events, 0, {}, payload) == whole);
}

TEST_CASE("a payload in a format from before zstd's first release is a damaged one") {
    for (const unsigned char version : {'\x25', '\x26', '\x27'}) {
        CAPTURE(version);
        std::array<unsigned char, 64> frame{version, 0xb5, 0x2f, 0xfd};
        std::fill(frame.begin() + 4, frame.end(), static_cast<unsigned char>(1));
        BlockHeader header{.compressed = true, .stored_length = frame.size(), .raw_length = 16};
        header.payload_checksum = XXH3_64bits(frame.data(), frame.size());
        BlockOpener opener;
        for (const std::uint32_t length : {0U, 1U, 16U, std::numeric_limits<std::uint32_t>::max()}) {
            header.raw_length = length;
            CHECK_FALSE(opener.open(header, std::as_bytes(std::span(frame))));
        }
        std::array<char, 64> into{};
        CHECK(ZSTD_isError(ZSTD_decompress(into.data(), into.size(), frame.data(), frame.size())) != 0);
        CHECK(ZSTD_isError(ZSTD_findFrameCompressedSize(frame.data(), frame.size())) != 0);
    }
}

}  // namespace
}  // namespace shimtrace::recording
