// An ELF executable as its loader sees it: segments with relative relocations applied, at the addresses it was linked for.
#pragma once

#include "decoders/golang/word_reads.hpp"

#include <shimtrace/types.hpp>

#include <string>
#include <vector>

namespace shimtrace::golang {

struct ElfSegment {
    std::uint64_t address = 0, memory_size = 0, offset = 0, file_size = 0;
    bool writable = false, executable = false;
};

struct ElfSection {
    std::string name;
    std::uint64_t address = 0, offset = 0, size = 0;
};

/// x86-64 or aarch64, little endian. Refers to the bytes that it was parsed from: they must outlive it.
class ElfImage {
public:
    /// nullopt: not a 64-bit executable of these.
    static std::optional<ElfImage> parse(Bytes file);

    [[nodiscard]] std::span<const ElfSegment> segments() const { return segments_; }
    [[nodiscard]] std::span<const ElfSection> sections() const { return sections_; }
    [[nodiscard]] const ElfSection* section(std::string_view name) const;
    [[nodiscard]] std::uint64_t entry() const { return entry_; }
    [[nodiscard]] Arch arch() const { return arch_; }

    /// The file's bytes from `address` to the end of its segment in the file, at most `most`. Relocations are not applied.
    [[nodiscard]] Bytes at(std::uint64_t address, std::uint64_t most = ~std::uint64_t{0}) const;
    /// A pointer as it is once the image was loaded at the address it was linked for.
    [[nodiscard]] std::optional<std::uint64_t> pointer(std::uint64_t address) const;
    /// Where in writable segments an aligned pointer of that value lies, rising; at most `most` places.
    [[nodiscard]] std::vector<std::uint64_t> pointers_to(std::uint64_t value, std::size_t most = 64) const;

private:
    void read_sections(std::uint64_t table, std::uint16_t entry_size, std::uint16_t count, std::uint16_t names);
    void read_relocations(std::uint64_t dynamic, std::uint64_t size);

    struct Relocation {
        std::uint64_t address = 0, value = 0;
    };
    [[nodiscard]] std::optional<Relocation> relocation(std::size_t row) const;  ///< nullopt: it is no relative one

    Bytes file_;
    std::uint64_t entry_ = 0;
    Arch arch_ = Arch::x86_64;
    std::vector<ElfSegment> segments_;
    std::vector<ElfSection> sections_;
    Bytes relocation_rows_;                ///< of the file, where the relative ones come first and by address, as linkers put them
    std::size_t relocation_count_ = 0;     ///< so many of them are relative
    std::vector<Relocation> relocations_;  ///< else those, by address
};

}  // namespace shimtrace::golang
