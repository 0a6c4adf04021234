// Memory that is followed pointer by pointer, read page by page: each read of a live process may cost a question to another one.
#pragma once

#include <shimtrace/captured_memory.hpp>

#include <array>
#include <memory>
#include <unordered_map>

namespace shimtrace::golang {

/// What it has read lately it does not read again: for one look at a process. Used by one thread.
class PageCache final : public Memory {
public:
    explicit PageCache(const Memory& memory) : memory_(memory) {}

    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;

private:
    static constexpr std::size_t page_size = 4096;
    struct Page {
        std::array<std::byte, page_size> bytes;
        std::size_t got = 0;
    };

    void fetch(std::span<const ReadRequest> requests) const;
    void serve(ReadRequest& request) const;

    const Memory& memory_;
    mutable std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;  ///< by number
};

}  // namespace shimtrace::golang
