#include "decoders/golang/code.hpp"

#include <algorithm>

namespace shimtrace::golang {
namespace {

void sort_once(std::vector<std::uint64_t>& addresses) {
    std::ranges::sort(addresses);
    addresses.erase(std::ranges::unique(addresses).begin(), addresses.end());
}

std::uint64_t displaced(std::uint64_t next, std::int32_t displacement) {
    return next + static_cast<std::uint64_t>(static_cast<std::int64_t>(displacement));
}

}  // namespace

std::vector<std::uint64_t> referenced_addresses(Bytes code, std::uint64_t address) {
    std::vector<std::uint64_t> found;
    for (std::size_t i = 0; i + 5 <= code.size(); ++i) {
        if ((std::to_integer<unsigned>(code[i]) & 0xc7) != 5) continue;  // ModRM: mod 00, r/m 101
        const std::int32_t displacement = *load<std::int32_t>(code, i + 1);
        for (const std::uint64_t immediate : {0, 1, 4}) found.push_back(displaced(address + i + 5 + immediate, displacement));
    }
    sort_once(found);
    return found;
}

std::vector<std::uint64_t> called_addresses(Bytes code, std::uint64_t address) {
    std::vector<std::uint64_t> found;
    for (std::size_t i = 0; i + 5 <= code.size(); ++i) {
        if (code[i] == std::byte{0xe8}) found.push_back(displaced(address + i + 5, *load<std::int32_t>(code, i + 1)));
    }
    sort_once(found);
    return found;
}

}  // namespace shimtrace::golang
