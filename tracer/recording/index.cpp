#include "tracer/recording/index.hpp"

namespace shimtrace::recording {

namespace {

/// The end block: no payload, and the index's offset as its summary.
constexpr std::uint64_t end_size = block_header_size + 8;

std::optional<std::vector<IndexEntry>> read_index(BlockSource& source) {
    const std::uint64_t size = source.size();
    if (size < end_size) return std::nullopt;
    std::vector<Damage> damage;
    source.seek(size - end_size);
    const auto end = source.next(damage);
    if (!end || !end->header.is(BlockType::end) || end->summary.size() != 8) return std::nullopt;
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < 8; ++i) offset |= static_cast<std::uint64_t>(end->summary[i]) << (8 * i);
    if (offset >= size) return std::nullopt;

    source.seek(offset);
    const auto block = source.next(damage);
    if (!block || !block->header.is(BlockType::index) || !damage.empty()) return std::nullopt;
    const auto stored = source.payload(*block);
    if (!stored) return std::nullopt;
    BlockOpener opener;
    const auto payload = opener.open(block->header, *stored);
    if (!payload) return std::nullopt;

    std::vector<IndexEntry> entries;
    ByteReader in(*payload);
    std::uint64_t at = 0;
    while (!in.at_end()) {
        IndexEntry entry;
        at += in.varint();
        entry.offset = at;
        entry.type = in.byte();
        entry.flags = in.byte();
        if (auto summary = decode_summary(in.raw(in.varint()))) entry.summary = std::move(*summary);
        if (in.failed() || at >= offset) return std::nullopt;
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::vector<IndexEntry> rebuild_index(BlockSource& source) {
    std::vector<IndexEntry> entries;
    std::vector<Damage> damage;
    source.seek(0);
    while (const auto block = source.next(damage)) {
        IndexEntry entry;
        entry.offset = block->offset;
        entry.type = block->header.type;
        entry.flags = block->header.flags;
        if (auto summary = decode_summary(block->summary)) entry.summary = std::move(*summary);
        entries.push_back(std::move(entry));
        damage.clear();
    }
    return entries;
}

}  // namespace

std::vector<IndexEntry> load_index(BlockSource& source) {
    if (auto entries = read_index(source)) return std::move(*entries);
    return rebuild_index(source);
}

std::uint64_t start_for(const std::vector<IndexEntry>& index, MonotonicTime since) {
    std::uint64_t start = 0;
    for (const IndexEntry& entry : index) {
        if (entry.type != static_cast<std::uint8_t>(BlockType::events)) continue;
        if (entry.summary.first > since) break;
        if ((entry.flags & flag_checkpoint) != 0) start = entry.offset;
    }
    return start;
}

}  // namespace shimtrace::recording
