// A recording's file while it is written: whole blocks are appended; index and end come last.
#pragma once

#include "tracer/recording/event_codec.hpp"

#include <shimtrace/error.hpp>

#include <memory>
#include <string>

namespace shimtrace::recording {

class BlockFile {
public:
    /// Mode 0600, no symbolic link followed, nothing overwritten without `force`. "-": standard output.
    static Result<std::unique_ptr<BlockFile>> create(const std::string& path, bool force);
    ~BlockFile();
    BlockFile(const BlockFile&) = delete;
    BlockFile& operator=(const BlockFile&) = delete;

    /// Numbers the block and writes it. After an error the file ends with the last whole block, where it can be cut.
    Result<void> append(EncodedBlock& block);
    /// Index and end. Nothing can be appended afterwards.
    Result<void> close(BlockMaker& maker);
    /// Empties it, to be written anew. False: it is no file that could be.
    bool restart();
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// How many bytes it held at the most, be it for a moment.
    [[nodiscard]] std::uint64_t largest_size() const { return largest_size_; }

private:
    BlockFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
    Result<void> write(std::span<const std::byte> bytes);

    std::string path_;
    int fd_;
    bool closed_ = false;
    std::uint64_t size_ = 0, largest_size_ = 0;
    std::uint32_t sequence_ = 0;
    ByteWriter index_;
    std::uint64_t last_indexed_ = 0;
};

}  // namespace shimtrace::recording
