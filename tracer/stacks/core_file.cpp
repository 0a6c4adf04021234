#include "tracer/stacks/core_file.hpp"

#include "tracer/stacks/proc.hpp"

#include "decoders/golang/word_reads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <elf.h>
#include <fcntl.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shimtrace::stacks {
namespace {

using golang::Bytes;
using golang::load;
using golang::slice;

constexpr std::size_t most_segments = 1 << 17, most_notes = 1 << 17, most_mapped = 1 << 17, most_modules = 512;

bool is_core_header(const Elf64_Ehdr& header) {
    return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_type == ET_CORE &&
           (header.e_machine == EM_X86_64 || header.e_machine == EM_AARCH64);
}

/// A regular file, wherever a path out of a core file leads to: nothing else is opened.
Result<FileMapping> map_regular(const std::string& path) {
    const int place = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (place < 0) return fail("open " + path, errno);
    struct stat facts {};
    const bool regular = fstat(place, &facts) == 0 && S_ISREG(facts.st_mode);
    const int fd = regular ? ::open(fmt::format("/proc/self/fd/{}", place).c_str(), O_RDONLY | O_CLOEXEC) : -1;
    const int error = errno;
    close(place);
    if (!regular) return fail("open " + path, 0, "it is no regular file");
    if (fd < 0) return fail("open " + path, error);
    auto mapped = FileMapping::map(fd, static_cast<std::uint64_t>(facts.st_size));
    close(fd);
    return mapped;
}

}  // namespace

bool CoreFile::looks_like_core(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return false;
    Elf64_Ehdr header{};
    const bool whole = ::read(fd, &header, sizeof(header)) == static_cast<ssize_t>(sizeof(header));
    close(fd);
    return whole && is_core_header(header);
}

Result<CoreFile> CoreFile::open(const std::string& path) {
    auto file = map_regular(path);
    if (!file) return std::unexpected(file.error());
    CoreFile core;
    core.file_ = std::move(*file);
    if (!core.read_headers()) return fail("read " + path, 0, "it is no core file of an x86-64 or aarch64 process");
    core.add_anonymous_mappings();
    core.open_modules();
    return core;
}

bool CoreFile::read_headers() {
    const Bytes bytes = file_.bytes();
    const auto header = load<Elf64_Ehdr>(bytes, 0);
    if (!header || !is_core_header(*header)) return false;
    machine_ = header->e_machine == EM_AARCH64 ? Arch::aarch64 : Arch::x86_64;
    std::size_t count = header->e_phnum;
    if (count == PN_XNUM) count = load<Elf64_Shdr>(bytes, header->e_shoff).value_or(Elf64_Shdr{}).sh_info;
    for (std::size_t i = 0; i < count && i < most_segments; ++i) {
        const auto program = load<Elf64_Phdr>(bytes, header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!program) break;
        if (program->p_type == PT_LOAD && program->p_vaddr + program->p_memsz > program->p_vaddr) {
            segments_.push_back({program->p_vaddr, program->p_memsz, program->p_offset, std::min(program->p_filesz, program->p_memsz)});
        }
        if (program->p_type == PT_NOTE) read_notes(program->p_offset, program->p_filesz);
    }
    std::ranges::sort(segments_, {}, &Segment::address);
    std::ranges::sort(mappings_, {}, &Mapping::begin);
    return !threads_.empty();
}

void CoreFile::read_notes(std::uint64_t offset, std::uint64_t size) {
    const Bytes notes = slice(file_.bytes(), offset, size);
    const auto aligned = [](std::uint64_t value) { return (value + 3) & ~std::uint64_t{3}; };
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < most_notes; ++i) {
        const auto header = load<Elf64_Nhdr>(notes, at);
        if (!header) return;
        const std::uint64_t body = at + sizeof(Elf64_Nhdr) + aligned(header->n_namesz);
        if (golang::c_string(notes, at + sizeof(Elf64_Nhdr), header->n_namesz) == "CORE") {
            read_note(header->n_type, slice(notes, body, header->n_descsz));
        }
        at = body + aligned(header->n_descsz);
    }
}

void CoreFile::read_note(std::uint32_t type, Bytes body) {
    if (type == NT_PRSTATUS) {
        // struct elf_prstatus, whose beginning is that of all 64-bit machines (linux/elfcore.h).
        constexpr std::size_t pid_at = 32, registers_at = 112;
        const auto pid = load<std::int32_t>(body, pid_at);
        const auto registers = host::Registers::parse(machine_, slice(body, registers_at));
        if (pid && registers) threads_.push_back({Tid{*pid}, *registers});
    } else if (type == NT_PRPSINFO) {
        const auto info = load<elf_prpsinfo>(body, 0);
        if (!info) return;
        pid_ = Pid{info->pr_pid};
        comm_ = std::string(info->pr_fname, strnlen(info->pr_fname, sizeof(info->pr_fname)));
    } else if (type == NT_AUXV) {
        for (std::uint64_t at = 0; at + 16 <= body.size(); at += 16) {
            if (golang::word(body, at) == AT_ENTRY) entry_point_ = golang::word(body, at + 8);
        }
    } else if (type == NT_FILE) {
        read_mapped_files(body);
    }
}

/// fs/binfmt_elf.c, fill_files_note: count, page size, {start, end, offset in pages} for each, then their names.
void CoreFile::read_mapped_files(Bytes body) {
    const std::uint64_t count = golang::word(body, 0), page = golang::word(body, 8);
    if (count > most_mapped || count > body.size() / 24 || page == 0 || page > 1 << 21) return;
    std::uint64_t name = 16 + count * 24;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string_view path = golang::c_string(body, name);
        name += path.size() + 1;
        Mapping mapping;
        mapping.begin = golang::word(body, 16 + i * 24);
        mapping.end = golang::word(body, 16 + i * 24 + 8);
        mapping.offset = golang::word(body, 16 + i * 24 + 16) * page;
        mapping.inode = 1;  // not told: any number but that of no file
        mapping.path = path;
        if (mapping.begin < mapping.end) mappings_.push_back(std::move(mapping));
    }
}

/// Stacks and heaps: what no file's mapping covers.
void CoreFile::add_anonymous_mappings() {
    std::vector<Mapping> anonymous;
    for (const Segment& segment : segments_) {
        if (find_mapping(mappings_, segment.address) != nullptr) continue;
        Mapping mapping;
        mapping.begin = segment.address;
        mapping.end = segment.address + segment.size;
        anonymous.push_back(std::move(mapping));
    }
    std::ranges::move(anonymous, std::back_inserter(mappings_));
    std::ranges::sort(mappings_, {}, &Mapping::begin);
}

void CoreFile::open_modules() {
    constexpr std::size_t compared = 4096;
    std::vector<std::string> seen;
    for (const Mapping& mapping : mappings_) {
        if (mapping.inode == 0 || mapping.offset != 0 || modules_.size() >= most_modules) continue;
        if (std::ranges::find(seen, mapping.path) != seen.end()) continue;
        const Bytes beginning = dumped_at(mapping.begin, compared);
        if (beginning.size() < sizeof(Elf64_Ehdr) || std::memcmp(beginning.data(), ELFMAG, SELFMAG) != 0) continue;
        seen.push_back(mapping.path);
        auto file = map_regular(mapping.path);
        if (!file) {
            missing_.push_back(file.error().message());
        } else if (!std::ranges::equal(beginning, slice(file->bytes(), 0, beginning.size()))) {
            missing_.push_back(mapping.path + " is another version here than the one that ran");
        } else {
            modules_.push_back({mapping.path, std::move(*file)});
        }
    }
}

const CoreModule* CoreFile::module_of(const Mapping& mapping) const {
    if (mapping.inode == 0) return nullptr;
    const auto found = std::ranges::find(modules_, mapping.path, &CoreModule::path);
    return found == modules_.end() ? nullptr : &*found;
}

Bytes CoreFile::dumped_at(std::uint64_t address, std::size_t most) const {
    const auto after = std::ranges::upper_bound(segments_, address, {}, &Segment::address);
    if (after == segments_.begin()) return {};
    const Segment& segment = *std::prev(after);
    const std::uint64_t skip = address - segment.address;
    if (skip >= segment.dumped) return {};
    return slice(file_.bytes(), segment.offset + skip, std::min<std::uint64_t>(most, segment.dumped - skip));
}

Bytes CoreFile::at(std::uint64_t address, std::size_t most) const {
    if (const Bytes dumped = dumped_at(address, most); !dumped.empty()) return dumped;
    const Mapping* mapping = find_mapping(mappings_, address);
    const CoreModule* module = mapping == nullptr ? nullptr : module_of(*mapping);
    if (module == nullptr) return {};
    const std::uint64_t skip = address - mapping->begin;
    return slice(module->file.bytes(), mapping->offset + skip, std::min<std::uint64_t>(most, mapping->end - address));
}

void CoreMemory::read(std::span<ReadRequest> requests) const {
    for (ReadRequest& request : requests) {
        request.got = 0;
        while (request.got < request.into.size()) {
            const Bytes piece = core_->at(request.address.value + request.got, request.into.size() - request.got);
            if (piece.empty()) break;
            std::ranges::copy(piece, request.into.begin() + static_cast<std::ptrdiff_t>(request.got));
            request.got += piece.size();
        }
    }
}

}  // namespace shimtrace::stacks
