// The unit of the file: a header with a checksum of its own, a summary that can be read without decompressing, and a
// compressed payload with its checksum. Each block stands alone, so a damaged one is lost by itself. docs/recording-format.md has the
// bytes.
#pragma once

#include "tracer/recording/byte_fields.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/types.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace shimtrace::recording {

inline constexpr std::uint8_t format_version = 1;
inline constexpr std::size_t block_header_size = 40;
/// zstd's. A higher one needs searches that the program is linked without: tracer/left_out.cpp.
inline constexpr int compression_level = 3;
/// Larger ones are never written and never believed. A snapshot of a host of 10,000 processes takes some 20 MiB.
inline constexpr std::size_t largest_payload = std::size_t{256} << 20;
inline constexpr std::size_t largest_summary = std::size_t{1} << 20;

enum class BlockType : std::uint8_t {
    header = 1,      ///< RecordingHeader
    events = 2,      ///< events with the dictionary entries that they use
    snapshot = 3,    ///< a Snapshot
    index = 4,       ///< where every other block is, and its summary
    end = 5,         ///< the last block: where the index is
    scheduling = 6,  ///< a Scheduling
};

enum BlockFlags : std::uint8_t {
    flag_checkpoint = 1,    ///< events: begins with every task and every call in flight: reading can start here
    flag_defines_task = 2,  ///< events: a task became known or changed
};

struct BlockHeader {
    std::uint8_t version = format_version;
    std::uint8_t type = 0;  ///< a BlockType, or one of a later writer
    bool compressed = false;
    std::uint8_t flags = 0;
    std::uint32_t sequence = 0;  ///< of the block in its file, from 0
    std::uint32_t summary_length = 0;
    std::uint32_t stored_length = 0;  ///< of the payload in the file
    std::uint32_t raw_length = 0;     ///< of the payload decompressed
    std::uint64_t payload_checksum = 0;

    [[nodiscard]] bool is(BlockType wanted) const { return type == static_cast<std::uint8_t>(wanted); }
    [[nodiscard]] std::uint64_t size() const { return std::uint64_t{block_header_size} + summary_length + stored_length; }
};

/// What a block is about, readable without its payload: enough to skip it.
struct BlockSummary {
    MonotonicTime first, last;  ///< of its events; snapshots: when it was taken
    std::uint64_t events = 0;
    std::vector<Pid> pids;  ///< of its events, rising
    /// Of the tasks and targets that it defines or uses, rising; nullopt: older writers did not tell.
    std::optional<std::vector<ContainerRef>> containers;
};

Bytes encode_summary(const BlockSummary& summary);
std::optional<BlockSummary> decode_summary(std::span<const std::byte> bytes);

/// True where the bytes begin with the magic number of a block; up to 4 are looked at.
bool has_block_magic(std::span<const std::byte> bytes);
/// The header's own fields, unchecked but for the magic number and the sizes; nullopt: no block begins here.
std::optional<BlockHeader> parse_block_header(std::span<const std::byte, block_header_size> bytes);
/// Whether the checksum over header and summary is right.
bool header_intact(std::span<const std::byte, block_header_size> header, std::span<const std::byte> summary);

/// The payload, checked and decompressed. Keeps its decompressor and buffer.
class BlockOpener {
public:
    BlockOpener();
    ~BlockOpener();
    /// Valid until the next call. Error: the block is damaged.
    Result<std::span<const std::byte>> open(const BlockHeader& header, std::span<const std::byte> stored);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A payload that is too large to be in memory whole: calls `take` with its bytes, one piece after another. Each time the same.
using PayloadPieces = std::function<void(const std::function<void(std::span<const std::byte>)>& take)>;

/// Makes blocks. Keeps its compressor.
class BlockMaker {
public:
    BlockMaker();
    ~BlockMaker();
    /// Header, summary and payload; the sequence number is left 0: see number_block.
    Bytes make(BlockType type, std::uint8_t flags, std::span<const std::byte> summary, std::span<const std::byte> payload);
    /// `size`: of all pieces.
    Bytes make_of_pieces(BlockType type, std::uint8_t flags, std::span<const std::byte> summary, std::size_t size,
                         const PayloadPieces& payload);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Sets the sequence number of a whole block and the checksum that covers it.
void number_block(std::span<std::byte> block, std::uint32_t sequence);

}  // namespace shimtrace::recording
