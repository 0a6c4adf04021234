// Reading another process's memory, or what was kept of it. Decoders see only these; they never see a live process.
#pragma once

#include <shimtrace/types.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace shimtrace {

/// One range to read: `address`, and where the bytes go. `got` is set to how many leading bytes could be read.
struct ReadRequest {
    RemoteAddress address;
    std::span<std::byte> into;
    std::size_t got = 0;
};

/// Memory of an observed process: live (process_vm_readv), a core file, or a saved snapshot. Hostile by definition:
/// every address may be wild, every read may be short, the contents may change between two reads.
class Memory {
public:
    virtual ~Memory() = default;

    /// Reads as much of each range as is readable from its start. Never throws, never blocks on the target.
    virtual void read(std::span<ReadRequest> requests) const = 0;

    /// Bytes read from the start of the range; fewer than asked where an unreadable page begins.
    [[nodiscard]] std::size_t read(RemoteAddress address, std::span<std::byte> into) const {
        ReadRequest request{address, into};
        read(std::span(&request, 1));
        return request.got;
    }

    /// A whole T or nothing.
    template <typename T>
    requires std::is_trivially_copyable_v<T>
    [[nodiscard]] std::optional<T> value(RemoteAddress address) const {
        T result;
        if (read(address, std::as_writable_bytes(std::span(&result, 1))) != sizeof(T)) return std::nullopt;
        return result;
    }
};

/// Pieces of a tracee's memory that were read at one stop: the raw material of late rendering.
class CapturedMemory {
public:
    struct Piece {
        RemoteAddress address;
        std::uint32_t offset = 0;  ///< of the piece's first byte in bytes()
        std::uint32_t length = 0;  ///< readable bytes; may be 0: the read was tried and failed
    };

    void clear() {
        pieces_.clear();
        bytes_.clear();
    }
    [[nodiscard]] bool empty() const { return pieces_.empty(); }

    void add(RemoteAddress address, std::span<const std::byte> bytes) {
        pieces_.push_back({address, static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(bytes.size())});
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }

    /// Makes room for `length` bytes at `address` and hands out where they go; shrink_last() afterwards to what was read.
    /// The span is valid until the next call that adds.
    std::span<std::byte> grow(RemoteAddress address, std::size_t length) {
        pieces_.push_back({address, static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(length)});
        bytes_.resize(bytes_.size() + length);
        return std::span(bytes_).last(length);
    }
    void shrink_last(std::size_t length) {
        bytes_.resize(pieces_.back().offset + length);
        pieces_.back().length = static_cast<std::uint32_t>(length);
    }

    /// The captured bytes at `address`, at most `most` of them, fewer where fewer were captured. nullopt: nothing was
    /// captured there.
    [[nodiscard]] std::optional<std::span<const std::byte>> at(RemoteAddress address, std::size_t most) const {
        std::optional<std::span<const std::byte>> best;
        for (const Piece& piece : pieces_) {
            if (address < piece.address || address.value - piece.address.value > piece.length) continue;
            const std::size_t skip = address.value - piece.address.value;
            const auto found = std::span(bytes_).subspan(piece.offset + skip, std::min<std::size_t>(most, piece.length - skip));
            if (!best || found.size() > best->size()) best = found;
        }
        return best;
    }

    /// A whole T, or nothing.
    template <typename T>
    requires std::is_trivially_copyable_v<T>
    [[nodiscard]] std::optional<T> value(RemoteAddress address) const {
        const auto bytes = at(address, sizeof(T));
        if (!bytes || bytes->size() != sizeof(T)) return std::nullopt;
        T result;
        std::memcpy(&result, bytes->data(), sizeof(T));
        return result;
    }

    [[nodiscard]] std::span<const Piece> pieces() const { return pieces_; }
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
    std::vector<Piece> pieces_;
    std::vector<std::byte> bytes_;
};

}  // namespace shimtrace
