#include "decoders/golang/elf_image.hpp"

#include <algorithm>
#include <ranges>

#include <elf.h>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_segments = 256, most_sections = 4096, most_relocations = 8 << 20;

}  // namespace

std::optional<ElfImage> ElfImage::parse(Bytes file) {
    const auto header = load<Elf64_Ehdr>(file, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB) return std::nullopt;
    if (header->e_machine != EM_X86_64 && header->e_machine != EM_AARCH64) return std::nullopt;

    ElfImage image;
    image.file_ = file;
    image.entry_ = header->e_entry;
    image.arch_ = header->e_machine == EM_AARCH64 ? Arch::aarch64 : Arch::x86_64;
    std::uint64_t dynamic = 0, dynamic_size = 0;
    for (std::size_t i = 0; i < header->e_phnum && i < most_segments; ++i) {
        const auto program = load<Elf64_Phdr>(file, header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!program) break;
        if (program->p_type == PT_DYNAMIC) {
            dynamic = program->p_offset;
            dynamic_size = program->p_filesz;
        }
        if (program->p_type != PT_LOAD || program->p_vaddr + program->p_memsz < program->p_vaddr) continue;
        image.segments_.push_back({program->p_vaddr, program->p_memsz, program->p_offset, std::min(program->p_filesz, program->p_memsz),
                                   (program->p_flags & PF_W) != 0, (program->p_flags & PF_X) != 0});
    }
    if (image.segments_.empty()) return std::nullopt;
    if (header->e_shentsize == sizeof(Elf64_Shdr))
        image.read_sections(header->e_shoff, header->e_shentsize, header->e_shnum, header->e_shstrndx);
    image.read_relocations(dynamic, dynamic_size);
    return image;
}

void ElfImage::read_sections(std::uint64_t table, std::uint16_t entry_size, std::uint16_t count, std::uint16_t names) {
    const auto name_table = load<Elf64_Shdr>(file_, table + std::uint64_t{names} * entry_size);
    if (!name_table) return;
    const Bytes strings = slice(file_, name_table->sh_offset, name_table->sh_size);
    for (std::size_t i = 0; i < count && i < most_sections; ++i) {
        const auto section = load<Elf64_Shdr>(file_, table + i * entry_size);
        if (!section) return;
        if (section->sh_type == SHT_NOBITS || section->sh_type == SHT_NULL) continue;
        sections_.push_back({std::string(c_string(strings, section->sh_name, 64)), section->sh_addr, section->sh_offset, section->sh_size});
    }
}

void ElfImage::read_relocations(std::uint64_t dynamic, std::uint64_t size) {
    std::uint64_t table = 0, table_size = 0;
    for (std::uint64_t i = 0; i + sizeof(Elf64_Dyn) <= size && i < 4096 * sizeof(Elf64_Dyn); i += sizeof(Elf64_Dyn)) {
        const auto entry = load<Elf64_Dyn>(file_, dynamic + i);
        if (!entry || entry->d_tag == DT_NULL) break;
        if (entry->d_tag == DT_RELA) table = entry->d_un.d_ptr;
        if (entry->d_tag == DT_RELASZ) table_size = entry->d_un.d_val;
    }
    if (table == 0) return;
    // DT_RELR needs nothing: there the addend lies in place, and the load address is 0 here.
    relocation_rows_ = at(table, table_size);
    const std::size_t count = std::min(relocation_rows_.size() / sizeof(Elf64_Rela), most_relocations);
    std::uint64_t last = 0;
    bool relative_ended = false, in_order = true;
    for (std::size_t i = 0; i < count && in_order; ++i) {
        const auto one = relocation(i);
        relative_ended |= !one;
        if (!one) continue;
        in_order = !relative_ended && one->address >= last;
        last = one->address;
        ++relocation_count_;
    }
    if (in_order) return;
    relocation_count_ = 0;
    for (std::size_t i = 0; i < count; ++i)
        if (const auto one = relocation(i)) relocations_.push_back(*one);
    std::ranges::sort(relocations_, {}, &Relocation::address);
}

std::optional<ElfImage::Relocation> ElfImage::relocation(std::size_t row) const {
    const std::uint64_t relative = arch_ == Arch::aarch64 ? std::uint64_t{R_AARCH64_RELATIVE} : std::uint64_t{R_X86_64_RELATIVE};
    const auto found = load<Elf64_Rela>(relocation_rows_, row * sizeof(Elf64_Rela));
    if (!found || ELF64_R_TYPE(found->r_info) != relative) return std::nullopt;
    return Relocation{found->r_offset, static_cast<std::uint64_t>(found->r_addend)};
}

const ElfSection* ElfImage::section(std::string_view name) const {
    const auto found = std::ranges::find(sections_, name, &ElfSection::name);
    return found == sections_.end() ? nullptr : &*found;
}

Bytes ElfImage::at(std::uint64_t address, std::uint64_t most) const {
    for (const ElfSegment& segment : segments_) {
        if (address < segment.address || address - segment.address >= segment.file_size) continue;
        const std::uint64_t skip = address - segment.address;
        if (segment.offset + skip < segment.offset) return {};
        return slice(file_, segment.offset + skip, std::min(most, segment.file_size - skip));
    }
    return {};
}

std::optional<std::uint64_t> ElfImage::pointer(std::uint64_t address) const {
    const auto rows = std::views::iota(std::size_t{0}, relocation_count_);
    // The rows are read again each time from a file that may change meanwhile: one that is no relocation any more is at 0.
    const auto row =
        std::ranges::lower_bound(rows, address, {}, [&](std::size_t i) { return relocation(i).value_or(Relocation{}).address; });
    if (const auto one = row != rows.end() ? relocation(*row) : std::nullopt; one && one->address == address) return one->value;
    const auto found = std::ranges::lower_bound(relocations_, address, {}, &Relocation::address);
    if (found != relocations_.end() && found->address == address) return found->value;
    return load<std::uint64_t>(at(address, sizeof(std::uint64_t)), 0);
}

std::vector<std::uint64_t> ElfImage::pointers_to(std::uint64_t value, std::size_t most) const {
    std::vector<std::uint64_t> found;
    for (std::size_t i = 0; i < relocation_count_ && found.size() < most; ++i)
        if (const auto one = relocation(i); one && one->value == value) found.push_back(one->address);
    for (const Relocation& relocation : relocations_) {
        if (relocation.value == value && found.size() < most) found.push_back(relocation.address);
    }
    for (const ElfSegment& segment : segments_) {
        if (!segment.writable) continue;
        const Bytes bytes = at(segment.address);
        const std::uint64_t skip = (8 - segment.address % 8) % 8;
        for (std::uint64_t i = skip; i + 8 <= bytes.size() && found.size() < most; i += 8) {
            if (*load<std::uint64_t>(bytes, i) == value && pointer(segment.address + i) == value) found.push_back(segment.address + i);
        }
    }
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
}

}  // namespace shimtrace::golang
