// Many structs of one size, read in one go.
#pragma once

#include "decoders/golang/word_reads.hpp"

#include <shimtrace/captured_memory.hpp>

#include <memory>
#include <vector>

namespace shimtrace::golang {

class Records {
public:
    Records(const Memory& memory, std::span<const std::uint64_t> addresses, std::size_t size)
        : size_(size), bytes_(std::make_unique_for_overwrite<std::byte[]>(addresses.size() * size)) {
        const std::span<std::byte> all(bytes_.get(), addresses.size() * size);
        std::vector<ReadRequest> requests;
        requests.reserve(addresses.size());
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            requests.push_back({RemoteAddress{addresses[i]}, all.subspan(i * size, size)});
        }
        memory.read(requests);
        got_.reserve(requests.size());
        for (const ReadRequest& request : requests) got_.push_back(request.got);
    }

    [[nodiscard]] std::size_t count() const { return got_.size(); }
    /// The bytes of the i-th record; empty where not all of it could be read.
    [[nodiscard]] Bytes operator[](std::size_t i) const { return got_[i] == size_ ? Bytes(bytes_.get() + i * size_, size_) : Bytes{}; }

private:
    std::size_t size_;
    std::unique_ptr<std::byte[]> bytes_;
    std::vector<std::size_t> got_;
};

}  // namespace shimtrace::golang
