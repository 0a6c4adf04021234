#include "tracer/recording/block.hpp"

#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <array>

namespace shimtrace::recording {

namespace {

// No text begins like this, and a file that lost its eighth bit doesn't either.
constexpr std::array<std::byte, 4> magic{std::byte{0x9f}, std::byte{'S'}, std::byte{'T'}, std::byte{'B'}};
constexpr std::size_t checksum_offset = 32;

template <typename Number>
void put(std::span<std::byte> into, std::size_t offset, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i) into[offset + i] = static_cast<std::byte>(number >> (8 * i));
}

template <typename Number>
Number get(std::span<const std::byte> from, std::size_t offset) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) number = static_cast<Number>(number | static_cast<Number>(from[offset + i]) << (8 * i));
    return number;
}

std::uint64_t header_checksum(std::span<const std::byte> header, std::span<const std::byte> summary) {
    return XXH3_64bits_withSeed(header.data(), checksum_offset, XXH3_64bits(summary.data(), summary.size()));
}

}  // namespace

Bytes encode_summary(const BlockSummary& summary) {
    ByteWriter out;
    out.signed_varint(summary.first.time_since_epoch().count());
    out.signed_varint(static_cast<std::int64_t>(static_cast<std::uint64_t>(summary.last.time_since_epoch().count()) -
                                                static_cast<std::uint64_t>(summary.first.time_since_epoch().count())));
    out.varint(summary.events);
    out.varint(summary.pids.size());
    std::int32_t previous = 0;
    for (const Pid pid : summary.pids) {
        out.signed_varint(pid.value - previous);
        previous = pid.value;
    }
    if (summary.containers) {
        out.varint(summary.containers->size());
        for (const ContainerRef& container : *summary.containers) {
            out.string(container.ns);
            out.string(container.id);
        }
    }
    return {out.bytes().begin(), out.bytes().end()};
}

std::optional<BlockSummary> decode_summary(std::span<const std::byte> bytes) {
    ByteReader in(bytes);
    BlockSummary summary;
    const std::uint64_t first = static_cast<std::uint64_t>(in.signed_varint());
    const std::uint64_t last = first + static_cast<std::uint64_t>(in.signed_varint());
    summary.first = MonotonicTime(Nanoseconds(static_cast<std::int64_t>(first)));
    summary.last = MonotonicTime(Nanoseconds(static_cast<std::int64_t>(last)));
    summary.events = in.varint();
    const std::uint64_t count = in.varint();
    if (count > in.left()) return std::nullopt;
    std::uint64_t pid = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        pid += static_cast<std::uint64_t>(in.signed_varint());
        summary.pids.emplace_back(static_cast<std::int32_t>(pid));
    }
    if (in.failed()) return std::nullopt;
    if (in.at_end()) return summary;
    const std::uint64_t containers = in.varint();
    if (containers > in.left()) return std::nullopt;
    summary.containers.emplace();
    for (std::uint64_t i = 0; i < containers; ++i) {
        ContainerRef& container = summary.containers->emplace_back();
        container.ns = in.string();
        container.id = in.string();
    }
    if (in.failed()) return std::nullopt;
    return summary;
}

bool has_block_magic(std::span<const std::byte> bytes) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

std::optional<BlockHeader> parse_block_header(std::span<const std::byte, block_header_size> bytes) {
    if (!has_block_magic(bytes)) return std::nullopt;
    BlockHeader header;
    header.version = get<std::uint8_t>(bytes, 4);
    header.type = get<std::uint8_t>(bytes, 5);
    const auto compression = get<std::uint8_t>(bytes, 6);
    header.compressed = compression == 1;
    header.flags = get<std::uint8_t>(bytes, 7);
    header.sequence = get<std::uint32_t>(bytes, 8);
    header.summary_length = get<std::uint32_t>(bytes, 12);
    header.stored_length = get<std::uint32_t>(bytes, 16);
    header.raw_length = get<std::uint32_t>(bytes, 20);
    header.payload_checksum = get<std::uint64_t>(bytes, 24);
    if (compression > 1 || header.summary_length > largest_summary || header.stored_length > largest_payload ||
        header.raw_length > largest_payload)
        return std::nullopt;
    return header;
}

bool header_intact(std::span<const std::byte, block_header_size> header, std::span<const std::byte> summary) {
    return header_checksum(header, summary) == get<std::uint64_t>(header, checksum_offset);
}

struct BlockOpener::State {
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), &ZSTD_freeDCtx};
    Bytes raw;
};

BlockOpener::BlockOpener() : state_(std::make_unique<State>()) {}
BlockOpener::~BlockOpener() = default;

Result<std::span<const std::byte>> BlockOpener::open(const BlockHeader& header, std::span<const std::byte> stored) {
    if (XXH3_64bits(stored.data(), stored.size()) != header.payload_checksum) return fail("its checksum does not match");
    if (!header.compressed) return stored;
    // A frame that tells its size can be believed before memory is taken for it: zstd cannot expand by more than some 10,000.
    if (ZSTD_getFrameContentSize(stored.data(), stored.size()) != header.raw_length) return fail("its length is not what it says");
    state_->raw.resize(header.raw_length);
    const std::size_t size =
        ZSTD_decompressDCtx(state_->context.get(), state_->raw.data(), state_->raw.size(), stored.data(), stored.size());
    if (ZSTD_isError(size) != 0) return fail(std::string("decompress it: ") + ZSTD_getErrorName(size));
    if (size != header.raw_length) return fail("its length is not what it says");
    return std::span<const std::byte>(state_->raw);
}

struct BlockMaker::State {
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(), &ZSTD_freeCCtx};
};

BlockMaker::BlockMaker() : state_(std::make_unique<State>()) {}
BlockMaker::~BlockMaker() = default;

namespace {

/// Appends one frame that tells its size; false: zstd failed.
bool compress(ZSTD_CCtx* context, const PayloadPieces& payload, std::size_t size, Bytes& block) {
    // All that is there at once is compressed as it lies, if there is room for whatever becomes of it. Of what is large a tenth is left.
    constexpr std::size_t most_room = std::size_t{1} << 20;
    ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, compression_level);
    ZSTD_CCtx_setPledgedSrcSize(context, size);
    std::size_t left = size, status = 0;
    payload([&](std::span<const std::byte> piece) {
        left -= piece.size();
        if (ZSTD_isError(status) != 0) return;
        ZSTD_inBuffer in{piece.data(), piece.size(), 0};
        const ZSTD_EndDirective last = left == 0 ? ZSTD_e_end : ZSTD_e_continue;
        do {
            const std::size_t front = block.size();
            block.resize(front + std::min(ZSTD_compressBound(piece.size()), most_room));
            ZSTD_outBuffer out{block.data() + front, block.size() - front, 0};
            status = ZSTD_compressStream2(context, &out, &in, last);
            block.resize(front + out.pos);
        } while (ZSTD_isError(status) == 0 && (in.pos < in.size || (last == ZSTD_e_end && status != 0)));
    });
    return left == 0 && status == 0;
}

}  // namespace

Bytes BlockMaker::make(BlockType type, std::uint8_t flags, std::span<const std::byte> summary, std::span<const std::byte> payload) {
    return make_of_pieces(type, flags, summary, payload.size(), [&](const auto& take) { take(payload); });
}

Bytes BlockMaker::make_of_pieces(BlockType type, std::uint8_t flags, std::span<const std::byte> summary, std::size_t size,
                                 const PayloadPieces& payload) {
    const std::size_t front = block_header_size + summary.size();
    Bytes block(front);
    std::ranges::copy(magic, block.begin());
    std::ranges::copy(summary, block.begin() + block_header_size);
    const bool compressed = compress(state_->context.get(), payload, size, block) && block.size() - front < size;
    if (!compressed) {
        block.resize(front);
        payload([&](std::span<const std::byte> piece) { block.insert(block.end(), piece.begin(), piece.end()); });
    }
    const std::span stored = std::span(block).subspan(front);
    put(block, 4, format_version);
    put(block, 5, static_cast<std::uint8_t>(type));
    put(block, 6, static_cast<std::uint8_t>(compressed ? 1 : 0));
    put(block, 7, flags);
    put(block, 12, static_cast<std::uint32_t>(summary.size()));
    put(block, 16, static_cast<std::uint32_t>(stored.size()));
    put(block, 20, static_cast<std::uint32_t>(size));
    put(block, 24, static_cast<std::uint64_t>(XXH3_64bits(stored.data(), stored.size())));
    number_block(block, 0);
    return block;
}

void number_block(std::span<std::byte> block, std::uint32_t sequence) {
    put(block, 8, sequence);
    const std::span summary = block.subspan(block_header_size, get<std::uint32_t>(block, 12));
    put(block, checksum_offset, header_checksum(block, summary));
}

}  // namespace shimtrace::recording
