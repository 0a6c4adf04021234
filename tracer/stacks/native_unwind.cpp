#include "tracer/stacks/native_unwind.hpp"

#include "tracer/stacks/frame_instructions.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <span>
#include <unordered_map>

#include <elf.h>
#include <libunwind.h>

// libunwind exports it for remote unwinders, as perf uses it, and declares it nowhere.
extern "C" int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t, unw_word_t ip, unw_dyn_info_t*, unw_proc_info_t*, int need_unwind_info,
                                                  void* argument);

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_frames = 256, most_pages = 1 << 14;
constexpr std::uint64_t page_size = 4096;

/// Where a module's table of unwind information lies in memory.
struct UnwindTable {
    std::uint64_t begin = 0, end = 0;     ///< of the module
    std::uint64_t header = 0, table = 0;  ///< .eh_frame_hdr, and its sorted table
    std::uint64_t words = 0;              ///< of the table
};

struct Session {
    const Memory& memory;
    const std::vector<Mapping>& mappings;
    const StartRegisters& start;
    std::unordered_map<std::uint64_t, std::vector<std::byte>> pages;
    std::map<std::uint64_t, std::optional<UnwindTable>> tables;  ///< by the module's first address
    bool lacked_register = false;

    /// Our copy of it.
    std::vector<std::byte>* page(std::uint64_t address) {
        const std::uint64_t base = address & ~(page_size - 1);
        const auto found = pages.find(base);
        if (found != pages.end()) return &found->second;
        if (pages.size() >= most_pages) return nullptr;
        std::vector<std::byte> bytes(page_size);
        bytes.resize(memory.read(RemoteAddress{base}, bytes));
        return &pages.emplace(base, std::move(bytes)).first->second;
    }

    std::byte* byte(std::uint64_t address) {
        std::vector<std::byte>* bytes = page(address);
        const std::uint64_t offset = address % page_size;
        return bytes != nullptr && offset < bytes->size() ? &(*bytes)[offset] : nullptr;
    }

    template <typename T>
    std::optional<T> value(std::uint64_t address) {
        const std::vector<std::byte>* bytes = page(address);
        const std::uint64_t offset = address % page_size;
        if (bytes == nullptr) return std::nullopt;
        if (offset + sizeof(T) > page_size) return memory.value<T>(RemoteAddress{address});
        if (offset + sizeof(T) > bytes->size()) return std::nullopt;
        T result;
        std::memcpy(&result, bytes->data() + offset, sizeof(T));
        return result;
    }
};

/// The module around `ip`, from the ELF headers that the loader mapped.
std::optional<UnwindTable> find_table(Session& session, const Mapping& first, const Mapping& last) {
    const auto header = session.value<Elf64_Ehdr>(first.begin);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
    std::uint64_t bias = first.begin, frame_header = 0;
    bool based = false;
    for (std::size_t i = 0; i < header->e_phnum && i < 128; ++i) {
        const auto program = session.value<Elf64_Phdr>(first.begin + header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!program) return std::nullopt;
        if (program->p_type == PT_LOAD && !based) {
            bias = first.begin - (program->p_vaddr & ~(page_size - 1));
            based = true;
        }
        if (program->p_type == PT_GNU_EH_FRAME) frame_header = program->p_vaddr;
    }
    if (frame_header == 0) return std::nullopt;
    UnwindTable table{first.begin, last.end, bias + frame_header};
    // Version 1, eh_frame_ptr pcrel|sdata4, fde_count udata4, table datarel|sdata4: what every linker writes.
    const auto encodings = session.value<std::uint32_t>(table.header);
    const auto count = session.value<std::uint32_t>(table.header + 8);
    if (encodings != 0x3b031b01U || !count || *count > 1 << 22) return std::nullopt;
    table.table = table.header + 12;
    table.words = *count;  // each row is two 32-bit numbers: one word
    return table;
}

const UnwindTable* table_at(Session& session, std::uint64_t ip) {
    const Mapping* mapping = find_mapping(session.mappings, ip);
    if (mapping == nullptr) return nullptr;
    const Mapping* first = mapping->path == "[vdso]" ? mapping : first_of_file(session.mappings, *mapping);
    if (first == nullptr) return nullptr;
    const auto [place, fresh] = session.tables.try_emplace(first->begin);
    if (fresh) place->second = find_table(session, *first, *mapping);
    return place->second ? &*place->second : nullptr;
}

/// libunwind before 1.8 takes aarch64's word for a signed return address for an error, and goes no further: all that is built with
/// -mbranch-protection has it, as Debian's packages do since 13. without_signature tells signed addresses by themselves, so that the word
/// is turned into none where we have read it. What libunwind has found begins with where the CIE's and the FDE's instructions are (its
/// dwarf.h).
void pass_over_signatures(Session& session, const unw_proc_info_t& info) {
    struct InstructionRange {
        unw_word_t begin, end;
    };
    constexpr std::uint64_t most_bytes = 1 << 16;
    if (info.unwind_info == nullptr) return;
    for (const InstructionRange& range : std::span(static_cast<const InstructionRange*>(info.unwind_info), 2)) {
        if (range.end < range.begin || range.end - range.begin > most_bytes) continue;
        std::vector<std::byte> instructions;
        for (unw_word_t at = range.begin; at < range.end; ++at) {
            const std::byte* byte = session.byte(at);
            if (byte == nullptr) break;
            instructions.push_back(*byte);
        }
        for (const std::size_t place : signature_toggles(instructions)) *session.byte(range.begin + place) = std::byte{0};  // DW_CFA_nop
    }
}

int find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* info, int need_unwind_info, void* argument) {
    auto& session = *static_cast<Session*>(argument);
    const UnwindTable* table = table_at(session, ip);
    if (table == nullptr) return -UNW_ENOINFO;
    unw_dyn_info_t dynamic{};
    dynamic.format = UNW_INFO_FORMAT_REMOTE_TABLE;
    dynamic.start_ip = table->begin;
    dynamic.end_ip = std::max(table->end, ip + 1);
    dynamic.u.rti.segbase = table->header;
    dynamic.u.rti.table_data = table->table;
    dynamic.u.rti.table_len = table->words;
    const int found = UNW_OBJ(dwarf_search_unwind_table)(space, ip, &dynamic, info, need_unwind_info, argument);
    if (native_arch == Arch::aarch64 && found == 0 && need_unwind_info != 0) pass_over_signatures(session, *info);
    return found;
}

void put_unwind_info(unw_addr_space_t, unw_proc_info_t*, void*) {}
int get_dyn_info_list_addr(unw_addr_space_t, unw_word_t*, void*) {
    return -UNW_ENOINFO;
}

/// A return address as it was before the program signed it (aarch64's pointer authentication puts the signature into the bits that no
/// address has): a value that leads nowhere, and into code without those bits.
std::uint64_t without_signature(const Session& session, std::uint64_t value) {
    if (native_arch != Arch::aarch64 || find_mapping(session.mappings, value) != nullptr) return value;
    for (const unsigned bits : {48U, 39U}) {  // as wide as a kernel's addresses are
        const std::uint64_t plain = value & ((std::uint64_t{1} << bits) - 1);
        if (plain == value) continue;
        const Mapping* mapping = find_mapping(session.mappings, plain);
        if (mapping != nullptr && mapping->executable) return plain;
    }
    return value;
}

int access_mem(unw_addr_space_t, unw_word_t address, unw_word_t* value, int write, void* argument) {
    if (write != 0) return -UNW_EINVAL;
    const auto read = static_cast<Session*>(argument)->value<std::uint64_t>(address);
    if (!read) return -UNW_EINVAL;
    *value = without_signature(*static_cast<Session*>(argument), *read);
    return 0;
}

int access_reg(unw_addr_space_t, unw_regnum_t number, unw_word_t* value, int write, void* argument) {
    auto& session = *static_cast<Session*>(argument);
    if (write != 0) return -UNW_EREADONLYREG;
    const auto place = static_cast<std::size_t>(number);
    if (number < 0 || place >= session.start.values.size() || !session.start.values[place]) {
        session.lacked_register = true;
        return -UNW_EBADREG;
    }
    *value = without_signature(session, *session.start.values[place]);
    return 0;
}

int access_fpreg(unw_addr_space_t, unw_regnum_t, unw_fpreg_t*, int, void*) {
    return -UNW_EBADREG;
}
int resume(unw_addr_space_t, unw_cursor_t*, void*) {
    return -UNW_EINVAL;
}
int get_proc_name(unw_addr_space_t, unw_word_t, char*, size_t, unw_word_t*, void*) {
    return -UNW_ENOINFO;
}

unw_accessors_t accessors = {find_proc_info, put_unwind_info, get_dyn_info_list_addr, access_mem, access_reg,
                             access_fpreg,   resume,          get_proc_name};

/// libunwind's space of addresses; its cache is off, since the processes differ.
class AddressSpace {
public:
    AddressSpace() : space_(unw_create_addr_space(&accessors, 0)) {
        if (space_ != nullptr) unw_set_caching_policy(space_, UNW_CACHE_NONE);
    }
    ~AddressSpace() {
        if (space_ != nullptr) unw_destroy_addr_space(space_);
    }
    AddressSpace(const AddressSpace&) = delete;
    AddressSpace& operator=(const AddressSpace&) = delete;
    [[nodiscard]] unw_addr_space_t get() const { return space_; }

private:
    unw_addr_space_t space_;
};

}  // namespace

StartRegisters::StartRegisters(Arch of, std::uint64_t its_pc, std::uint64_t its_sp) : machine(of), pc(its_pc), sp(its_sp) {
    constexpr std::size_t x86_sp = 7, x86_pc = 16, arm_sp = 31, arm_pc = 32;
    values[of == Arch::aarch64 ? arm_sp : x86_sp] = sp;
    values[of == Arch::aarch64 ? arm_pc : x86_pc] = pc;
}

StartRegisters::StartRegisters(Arch of, const host::Registers& registers) : machine(of), pc(registers.pc()), sp(registers.sp()) {
    link = registers.link();
    for (std::size_t number = 0; number < values.size(); ++number) values[number] = registers.by_dwarf(number);
}

NativeUnwinding unwind_native(const Memory& memory, const std::vector<Mapping>& mappings, const StartRegisters& start,
                              std::uint64_t stop_begin, std::uint64_t stop_end) {
    NativeUnwinding result;
    if (start.machine != native_arch) {
        result.frames.push_back({start.pc, start.sp, false});
        return result;
    }
    Session session{memory, mappings, start, {}, {}};
    const AddressSpace space;
    unw_cursor_t cursor;
    if (space.get() == nullptr || unw_init_remote(&cursor, space.get(), &session) != 0) return result;
    std::uint64_t before = 0;
    bool may_keep_sp = false;
    while (result.frames.size() < most_frames) {
        unw_word_t pc = 0, sp = 0;
        if (unw_get_reg(&cursor, UNW_REG_IP, &pc) != 0 || unw_get_reg(&cursor, UNW_REG_SP, &sp) != 0 || pc == 0) break;
        // A stack only goes one way; a function that calls nobody need not have any of it where a register has the return address.
        if (!result.frames.empty() && sp <= before && !(may_keep_sp && sp == before)) break;
        if (find_mapping(mappings, pc) == nullptr && !result.frames.empty()) break;
        may_keep_sp = native_arch == Arch::aarch64 && (result.frames.empty() || result.frames.back().signal);
        result.frames.push_back({pc, sp, unw_is_signal_frame(&cursor) > 0});
        before = sp;
        if (pc >= stop_begin && pc < stop_end) break;
        session.lacked_register = false;
        const int step = unw_step(&cursor);
        if (step <= 0) {
            result.complete = step == 0;
            result.needs_registers = session.lacked_register;
            break;
        }
    }
    return result;
}

}  // namespace shimtrace::stacks
