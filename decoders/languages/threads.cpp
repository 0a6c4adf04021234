#include "decoders/languages/threads.hpp"

#include <algorithm>

namespace shimtrace::languages {

bool Words::is_mapped(std::uint64_t address) const {
    const auto above = std::ranges::upper_bound(mapped_, address, {}, &Ranges::value_type::first);
    return above != mapped_.begin() && address < std::prev(above)->second;
}

std::vector<std::uint64_t> Words::at(std::uint64_t address, std::size_t count) const {
    std::vector<std::uint64_t> words(count);
    if (!is_mapped(address)) return {};
    words.resize(memory_.read(RemoteAddress{address}, std::as_writable_bytes(std::span(words))) / sizeof words[0]);
    return words;
}

std::optional<std::uint64_t> Words::one(std::uint64_t address) const {
    return is_mapped(address) ? memory_.value<std::uint64_t>(RemoteAddress{address}) : std::nullopt;
}

std::optional<std::uint32_t> Words::half(std::uint64_t address) const {
    return is_mapped(address) ? memory_.value<std::uint32_t>(RemoteAddress{address}) : std::nullopt;
}

bool Words::is_text(std::uint64_t address, std::string_view text) const {
    std::array<char, 64> bytes{};
    if (!is_mapped(address) || text.size() >= bytes.size()) return false;
    const auto wanted = std::span(bytes).first(text.size() + 1);
    return memory_.read(RemoteAddress{address}, std::as_writable_bytes(wanted)) == wanted.size() && wanted.back() == '\0' &&
           std::string_view(bytes.data(), text.size()) == text;
}

std::string Words::text(std::uint64_t address, std::size_t most) const {
    std::string bytes(most, '\0');
    if (!is_mapped(address)) return {};
    bytes.resize(memory_.read(RemoteAddress{address}, std::as_writable_bytes(std::span(bytes))));
    bytes.resize(std::min(bytes.size(), bytes.find('\0')));
    return bytes;
}

std::optional<std::int32_t> thread_at(const Words& words, std::uint64_t descriptor, std::span<const Thread> threads) {
    // struct pthread: glibc (nptl/descr.h: behind its header, of 704 bytes on x86-64 and 192 on aarch64, and a list), musl
    // (pthread_impl.h). x86-64's begin with their own address, glibc's at 16.
    struct Row {
        Arch arch;
        int self;
        std::uint64_t tid;
    };
    constexpr auto layouts =
        std::to_array<Row>({{Arch::x86_64, 16, 0x2d0}, {Arch::x86_64, 0, 0x30}, {Arch::aarch64, -1, 0xd0}, {Arch::aarch64, 0, 0x20}});
    if (threads.empty() || descriptor % 8 != 0 || !words.is_mapped(descriptor)) return std::nullopt;
    std::optional<std::int32_t> gone;
    for (const Row& row : layouts) {
        if (row.arch != threads.front().arch) continue;
        if (row.self >= 0 && words.one(descriptor + static_cast<std::uint64_t>(row.self)) != descriptor) continue;
        const auto tid = words.half(descriptor + row.tid);
        if (!tid) continue;
        const auto number = static_cast<std::int32_t>(*tid);
        if (std::ranges::find(threads, number, number_of) != threads.end()) return number;
        if (number == 0 && row.self >= 0) gone = 0;
    }
    return gone;
}

}  // namespace shimtrace::languages
