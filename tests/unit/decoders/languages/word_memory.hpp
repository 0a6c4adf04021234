// A process's memory as a test lays it out: word by word, at addresses of its choice.
#pragma once

#include "decoders/languages/threads.hpp"

#include <cstring>
#include <map>
#include <string_view>

namespace shimtrace::test {

class WordMemory final : public Memory {
public:
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        for (ReadRequest& request : requests)
            for (request.got = 0; request.got < request.into.size(); ++request.got) {
                const std::uint64_t address = request.address.value + request.got;
                const auto page = pages_.find(address & ~std::uint64_t{0xfff});
                if (page == pages_.end()) break;
                const auto word = words_.find(address & ~std::uint64_t{7});
                const std::uint64_t bits = word == words_.end() ? 0 : word->second;
                request.into[request.got] = static_cast<std::byte>(bits >> (address % 8 * 8));
            }
    }

    void put(std::uint64_t address, std::initializer_list<std::uint64_t> words) {
        for (const std::uint64_t word : words) {
            words_[address] = word;
            pages_[address & ~std::uint64_t{0xfff}] = true;
            address += 8;
        }
    }
    void half(std::uint64_t address, std::uint32_t value) {
        const std::uint64_t before = words_[address & ~std::uint64_t{7}], place = address % 8 * 8;
        put(address & ~std::uint64_t{7}, {(before & ~(std::uint64_t{0xffffffff} << place)) | (std::uint64_t{value} << place)});
    }
    /// With its NUL.
    void text(std::uint64_t address, std::string_view text) {
        for (std::size_t i = 0; i <= text.size(); i += 8) {
            std::uint64_t word = 0;
            const std::string_view part = text.substr(std::min(i, text.size()), 8);
            std::memcpy(&word, part.data(), part.size());
            put(address + i, {word});
        }
    }

    [[nodiscard]] languages::Ranges mapped() const {
        languages::Ranges ranges;
        for (const auto& [page, any] : pages_) ranges.emplace_back(page, page + 0x1000);
        return ranges;
    }

private:
    std::map<std::uint64_t, std::uint64_t> words_;
    std::map<std::uint64_t, bool> pages_;
};

/// A thread that waits for the futex, whose stack is at its number times 64 KiB.
inline Thread in_futex(std::int32_t tid, std::uint64_t futex, bool timed = false) {
    Thread thread;
    thread.tid = Tid{tid};
    thread.ns_tid = tid;
    thread.arch = Arch::x86_64;
    thread.state = ProcessState::sleeping;
    thread.args = {futex, 128, 2, timed ? std::uint64_t{1} : 0};
    thread.stack_pointer = static_cast<std::uint64_t>(tid) << 16U;
    thread.futex.emplace();
    return thread;
}

}  // namespace shimtrace::test
