#include "decoders/golang/page_cache.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_pages = 2048, longest_cached = 65536;  // of a daemon with 500 shims 8,000 are asked for

bool is_cached(const ReadRequest& request) {
    return !request.into.empty() && request.into.size() <= longest_cached &&
           request.address.value <= std::numeric_limits<std::uint64_t>::max() - longest_cached;
}

}  // namespace

void PageCache::fetch(std::span<const ReadRequest> requests) const {
    std::vector<ReadRequest> wanted;
    std::vector<Page*> into;
    for (const ReadRequest& request : requests) {
        if (!is_cached(request)) continue;
        const std::uint64_t last = (request.address.value + request.into.size() - 1) / page_size;
        for (std::uint64_t number = request.address.value / page_size; number <= last; ++number) {
            if (pages_.size() >= most_pages) break;
            const auto [place, fresh] = pages_.try_emplace(number);
            if (!fresh) continue;
            place->second = std::make_unique<Page>();
            into.push_back(place->second.get());
            wanted.push_back({RemoteAddress{number * page_size}, place->second->bytes});
        }
    }
    if (wanted.empty()) return;
    memory_.read(wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) into[i]->got = wanted[i].got;
}

void PageCache::serve(ReadRequest& request) const {
    request.got = 0;
    while (request.got < request.into.size()) {
        const std::uint64_t address = request.address.value + request.got;
        const auto page = pages_.find(address / page_size);
        if (page == pages_.end()) {
            request.got += memory_.read(RemoteAddress{address}, request.into.subspan(request.got));
            return;
        }
        const std::size_t at = address % page_size;
        if (at >= page->second->got) return;
        const std::size_t count = std::min(page->second->got - at, request.into.size() - request.got);
        std::memcpy(request.into.data() + request.got, page->second->bytes.data() + at, count);
        request.got += count;
        if (at + count < page_size && request.got < request.into.size()) return;
    }
}

void PageCache::read(std::span<ReadRequest> requests) const {
    if (pages_.size() >= most_pages) pages_.clear();
    fetch(requests);
    for (ReadRequest& request : requests) {
        if (is_cached(request))
            serve(request);
        else
            request.got = memory_.read(request.address, request.into);
    }
}

}  // namespace shimtrace::golang
