#include "decoders/languages/exported_symbol.hpp"

namespace shimtrace::languages {

namespace {

/// The dynamic section's addresses: the loader has made them absolute, on some machines it leaves them as they are.
struct Tables {
    std::uint64_t hash = 0, symbols = 0, strings = 0;
};

std::optional<Tables> tables_of(const Words& words, std::uint64_t base) {
    constexpr std::uint32_t elf_magic = 0x464c457f;
    constexpr std::uint64_t program_headers = 32, header_counts = 56, header_words = 7, most_headers = 64, most_entries = 256;
    constexpr std::uint32_t dynamic = 2;
    constexpr std::uint64_t gnu_hash = 0x6ffffef5, symbol_table = 6, string_table = 5;
    const auto headers_at = words.one(base + program_headers);
    const auto count = words.half(base + header_counts);
    if (words.half(base) != elf_magic || !headers_at || !count || (*count & 0xffff) > most_headers) return std::nullopt;
    const auto headers = words.at(base + *headers_at, (*count & 0xffff) * header_words);
    Tables tables;
    for (std::size_t at = 0; at + header_words <= headers.size(); at += header_words) {
        if ((headers[at] & 0xffffffff) != dynamic) continue;
        const auto entries = words.at(base + headers[at + 2], most_entries * 2);
        for (std::size_t i = 0; i + 2 <= entries.size() && entries[i] != 0; i += 2) {
            const std::uint64_t address = entries[i + 1] < base ? base + entries[i + 1] : entries[i + 1];
            if (entries[i] == gnu_hash) tables.hash = address;
            if (entries[i] == symbol_table) tables.symbols = address;
            if (entries[i] == string_table) tables.strings = address;
        }
    }
    if (!tables.hash || !tables.symbols || !tables.strings) return std::nullopt;
    return tables;
}

}  // namespace

std::optional<std::uint64_t> exported_symbol(const Words& words, std::uint64_t base, std::string_view name) {
    const auto tables = tables_of(words, base);
    const auto head = tables ? words.at(tables->hash, 2) : std::vector<std::uint64_t>{};
    if (head.size() < 2) return std::nullopt;
    std::uint32_t hash = 5381;
    for (const char letter : name) hash = hash * 33 + static_cast<unsigned char>(letter);
    // { buckets, first symbol, words of the filter, its shift }, the filter, the buckets, and a hash for each symbol, whose lowest bit ends
    // a chain.
    const auto buckets = static_cast<std::uint32_t>(head[0]), first = static_cast<std::uint32_t>(head[0] >> 32U),
               filter = static_cast<std::uint32_t>(head[1]);
    if (buckets == 0) return std::nullopt;
    const std::uint64_t buckets_at = tables->hash + 16 + std::uint64_t{filter} * 8, chains_at = buckets_at + std::uint64_t{buckets} * 4;
    constexpr std::uint32_t longest_chain = 4096;
    const std::uint32_t from = words.half(buckets_at + std::uint64_t{hash % buckets} * 4).value_or(0);
    for (std::uint32_t at = from; from >= first && from != 0 && at - from < longest_chain; ++at) {
        const auto link = words.half(chains_at + std::uint64_t{at - first} * 4);
        if (!link) break;
        if ((*link | 1U) == (hash | 1U)) {
            const auto symbol = words.at(tables->symbols + std::uint64_t{at} * 24, 3);  // Elf64_Sym: { st_name …, st_value, st_size }
            if (symbol.size() == 3 && words.is_text(tables->strings + (symbol[0] & 0xffffffff), name)) return base + symbol[1];
        }
        if (*link & 1U) break;
    }
    return std::nullopt;
}

}  // namespace shimtrace::languages
