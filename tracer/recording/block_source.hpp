// A recording's blocks one after the other, from a file, a pipe, or a file that still grows, over whatever damage.
#pragma once

#include "tracer/recording/block.hpp"

#include <shimtrace/error.hpp>

#include <functional>
#include <string>
#include <vector>

namespace shimtrace::recording {

/// One block's header and summary, intact. The payload follows on demand.
struct BlockView {
    BlockHeader header;
    std::uint64_t offset = 0;
    std::span<const std::byte> summary;  ///< valid until the next call to the source
};

/// Bytes that are no intact block.
struct Damage {
    std::uint64_t offset = 0, length = 0;
    bool at_end = false;  ///< the file is cut there: nothing intact follows
};

class BlockSource {
public:
    /// "-": standard input.
    static Result<BlockSource> open(const std::string& path);
    ~BlockSource();
    BlockSource(BlockSource&&) noexcept;
    BlockSource& operator=(BlockSource&&) = delete;

    /// At the end of the file: asked whether to wait for more. Not set: no.
    std::function<bool()> wait_for_more;

    /// A file whose first so many bytes hold no intact block is no recording: the search ends there.
    static constexpr std::uint64_t search_distance = 1 << 20;

    /// The next intact header, its summary valid until the next call; nullopt: the end. What had to be passed over is appended to `damage`.
    std::optional<BlockView> next(std::vector<Damage>& damage);
    /// The payload of the block that next() gave. Error: the file is cut in it, or unreadable. Otherwise the block is passed
    /// over without being read, where the file can seek.
    Result<std::span<const std::byte>> payload(const BlockView& block);

    [[nodiscard]] bool seekable() const { return seekable_; }
    [[nodiscard]] std::uint64_t size() const;
    /// Continues at `offset`, where a block should begin.
    void seek(std::uint64_t offset);

private:
    explicit BlockSource(int fd);
    [[nodiscard]] std::span<const std::byte> window() const { return std::span(buffer_).subspan(begin_); }
    bool fill(std::size_t wanted);
    void consume(std::uint64_t count);
    bool find_magic();
    bool leave_block(std::vector<Damage>& damage);

    int fd_;
    bool seekable_ = false;
    Bytes buffer_;
    std::size_t begin_ = 0;     ///< of what is not consumed yet
    std::uint64_t offset_ = 0;  ///< in the file, of window()'s first byte
    std::uint64_t rest_ = 0;    ///< of the block that next() gave
    Bytes summary_;             ///< of that block
    bool found_any_ = false;
};

}  // namespace shimtrace::recording
