// Address spaces and memory policies.
#include "decoders/constants/memory.hpp"
#include "decoders/constants/file.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/huge_pages.hpp"
#include "decoders/syscalls/iovec.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

#include <cstdio>
#include <string>

namespace shimtrace::decoders {

namespace {

void render_memfd_flags(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    if (printer.style().constants == Constants::raw) return printer.hex(value);
    const std::uint32_t huge = value >> huge_shift & huge_mask;
    const std::uint32_t rest = value & ~(huge_mask << huge_shift);
    if (rest != 0 || huge == 0) printer.flags(memfd_flags, rest);
    if (huge == 0) return;
    if (rest != 0) printer.put('|');
    printer.unsigned_decimal(huge);
    printer.text("<<MFD_HUGE_SHIFT");
}

/// MAP_PRIVATE|MAP_ANONYMOUS: the low bits are one of a few types, the rest a set.
void render_mmap_flags(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t type_mask = 0xf, huge_page = 0x40000;
    const auto value = static_cast<std::uint32_t>(slot.value);
    if (printer.style().constants != Constants::abbrev) {
        printer.hex(value);
        if (printer.style().constants == Constants::raw) return;
        printer.text(" /* ");
        RenderStyle abbreviated = printer.style();
        abbreviated.constants = Constants::abbrev;
        Printer inner(printer.out(), printer.call(), abbreviated, printer.scope());
        render_mmap_flags(inner, slot);
        return printer.text(" */");
    }
    printer.constant(mmap_types, value & type_mask);
    std::uint32_t rest = value & ~type_mask;
    const bool huge = (rest & huge_page) != 0;
    if (huge) rest &= ~(huge_mask << huge_shift);
    if (rest != 0) {
        std::uint32_t left = rest;
        for (NamesOf names(mmap_flags); const FlagName* flag = names.next();) {
            if ((left & flag->value) == 0) continue;
            printer.put('|');
            printer.text(flag->name);
            left &= ~static_cast<std::uint32_t>(flag->value);
        }
        if (left != 0) {
            printer.put('|');
            printer.hex(left);
        }
    }
    if (!huge || (value >> huge_shift & huge_mask) == 0) return;
    printer.put('|');
    print_huge(printer, value, "MAP_HUGE_SHIFT");
}

/// mmap2 counts in pages.
void render_page_offset(Printer& printer, const Slot& slot) {
    constexpr std::uint64_t page = 4096;
    printer.hex(slot.value * page);
}

bool moves_to_fixed(const Call& call, const Slot&) {
    constexpr std::uint64_t fixed = 2, dont_unmap = 4;
    return (call.argument(3) & (fixed | dont_unmap)) != 0;
}
void render_new_address(Printer& printer, const Slot& slot) {
    printer.address(slot.value);
}

constexpr std::uint64_t page_size = 4096;
void capture_mincore(Capture& capture, const Slot& slot, int level) {
    const std::uint64_t pages = (capture.call().argument(1) + page_size - 1) / page_size;
    if (level == 0) capture.bytes(slot.value, std::min<std::uint64_t>(pages, capture.limits().payload_bytes));
}
void render_mincore(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const std::uint64_t pages = (call.argument(1) + page_size - 1) / page_size;
    if (call.failed() || slot.value == 0) return printer.address(slot.value);
    array(printer, slot.value, pages, 1, printer.element_limit(),
          [&](std::span<const std::byte> resident, std::uint64_t) { printer.put(value_at<std::uint8_t>(resident, 0) & 1 ? '1' : '0'); });
}

template <bool wide>
void render_policy(Printer& printer, const Slot& slot) {
    const std::uint64_t value = wide ? slot.value : static_cast<std::uint32_t>(slot.value);
    constexpr std::uint64_t modes = 0xe000;
    if ((value & modes) == 0) return printer.constant(memory_policies, value);
    const std::string_view name = memory_policies.name_of(value & ~modes);
    if (name.empty()) return printer.flags(memory_policy_modes, value);
    std::string both(name);
    for (NamesOf names(memory_policy_modes); const FlagName* mode = names.next();)
        if (value & mode->value) both.append("|").append(mode->name);
    styled(printer, both, [&] { printer.hex(value); });
}
void print_policy_out(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.constant(memory_policies, value_at<std::uint32_t>(bytes, 0));
    printer.put(']');
}

// Masks of nodes: the kernel's last bit is one before what it is told.
constexpr std::uint64_t word_bits = 64, most_node_words = most_array_bytes / sizeof(std::uint64_t);
std::uint64_t node_words(const Call& call, const Slot& slot) {
    const std::uint64_t bits = call.argument(slot.argument.other);
    return bits < 2 ? 0 : (bits - 2) / word_bits + 1;
}
void capture_nodes(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::min(node_words(capture.call(), slot), most_node_words) * sizeof(std::uint64_t));
}
void render_nodes(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const std::uint64_t bits = call.argument(slot.argument.other), words = node_words(call, slot);
    if (words == 0 && bits != 0) return printer.address(slot.value);
    array(printer, slot.value, words, sizeof(std::uint64_t), printer.element_limit(), [&](std::span<const std::byte> bytes, std::uint64_t) {
        // As printf's %#018lx: no prefix for zero, and 16 digits.
        const auto word = value_at<std::uint64_t>(bytes, 0);
        char text[19];
        std::snprintf(text, sizeof text, word == 0 ? "%016lx" : "%#018lx", word);
        printer.text(text);
    });
}
void render_filled_nodes(Printer& printer, const Slot& slot) {
    printer.call().failed() ? printer.address(slot.value) : render_nodes(printer, slot);
}

// move_pages(2): lists of addresses, of nodes, and of what became of each page (a node, or an error).

constexpr std::uint64_t most_moved = 1024;
template <std::size_t size>
void capture_moved(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::min(capture.call().argument(slot.argument.other), most_moved) * size);
}
void print_page(Printer& printer, std::span<const std::byte> bytes) {
    printer.address(value_at<std::uint64_t>(bytes, 0));
}
void print_node(Printer& printer, std::span<const std::byte> bytes) {
    printer.decimal(value_at<std::int32_t>(bytes, 0));
}
void print_page_status(Printer& printer, std::span<const std::byte> bytes) {
    printer.negated_error(value_at<std::int32_t>(bytes, 0));
}
/// `fills`: the call does.
template <std::size_t size, PrintStruct print, bool fills = false>
void render_moved(Printer& printer, const Slot& slot) {
    const std::uint64_t count = printer.call().argument(slot.argument.other);
    if (fills && count != 0 && printer.call().failed()) return printer.address(slot.value);
    array(printer, slot.value, count, size, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { print(printer, bytes); });
}

/// process_vm_readv's remote side: the bytes are another process's.
void capture_iovec_remote(Capture& capture, const Slot& slot, int level) {
    capture_iovec(capture, slot.value, capture.call().argument(slot.argument.other), 0, level);
}
void render_iovec_remote(Printer& printer, const Slot& slot) {
    print_iovec(printer, slot.value, printer.call().argument(slot.argument.other), IovecContents::addresses, 0);
}

}  // namespace

namespace types {

static constexpr ArgumentType mmap_flags{.render = render_mmap_flags};
static constexpr ArgumentType mremap_address{.render = render_new_address, .present = moves_to_fixed};
static constexpr ArgumentType mincore_vector{.phase = Phase::exit, .render = render_mincore, .capture = capture_mincore, .compat = &same};
static constexpr ArgumentType memory_policy{.render = render_policy<true>};
static constexpr ArgumentType memory_policy32{.render = render_policy<false>};
static constexpr ArgumentType memory_policy_out = in_32_bits(struct_out<4, print_policy_out>, &same);
static constexpr ArgumentType node_mask_in{.render = render_nodes, .capture = capture_nodes, .compat = &address};
static constexpr ArgumentType node_mask_out{
    .phase = Phase::exit, .render = render_filled_nodes, .capture = capture_nodes, .compat = &address};
static constexpr ArgumentType moved_pages{.render = render_moved<8, print_page>, .capture = capture_moved<8>, .compat = &address};
static constexpr ArgumentType moved_nodes{.render = render_moved<4, print_node>, .capture = capture_moved<4>, .compat = &same};
static constexpr ArgumentType moved_status{
    .phase = Phase::exit, .render = render_moved<4, print_page_status, true>, .capture = capture_moved<4>, .compat = &same};
static constexpr ArgumentType memfd_flags{.render = render_memfd_flags};
const ArgumentType compat_page_offset{.render = render_page_offset};
static constexpr ArgumentType remote_iovec{.render = render_iovec_remote, .capture = capture_iovec_remote, .compat = &same};
}  // namespace types

using namespace arguments;

/// mm/memfd.c: MFD_NAME_MAX_LEN.
static constexpr std::uint16_t most_memfd_name = 249;

static constexpr SyscallRow memory_table[] = {
    {"mmap",
     class_desc | class_memory,
     {address("addr"), size("length"), flags64("prot", mmap_protections), of("flags", types::mmap_flags), fd("fd"), hex("offset")},
     results::hex},
    {"mprotect", class_memory, {address("addr"), size("length"), flags64("prot", mmap_protections)}},
    {"pkey_mprotect", class_memory, {address("addr"), size("length"), flags64("prot", mmap_protections), number("pkey")}},
    {"pkey_alloc", 0, {hex("flags"), flags64("access_rights", pkey_rights)}},
    {"pkey_free", 0, {number("pkey")}},
    {"munmap", class_memory, {address("addr"), size("length")}},
    {"mremap",
     class_memory,
     {address("old_address"), size("old_size"), size("new_size"), flags64("flags", mremap_flags), of("new_address", types::mremap_address)},
     results::hex},
    {"msync", class_memory, {address("addr"), size("length"), flags("flags", msync_flags)}},
    {"mincore", class_memory, {address("addr"), size("length"), of("vec", types::mincore_vector)}},
    {"madvise", class_memory, {address("addr"), size("length"), constant("advice", madvise_advices)}},
    {"process_madvise",
     class_desc,
     {fd("pidfd"), of("iovec", types::remote_iovec, 2), size("vlen"), constant("advice", madvise_advices), of("flags", types::hex32)}},
    {"process_mrelease", class_desc, {fd("pidfd"), of("flags", types::hex32)}},
    {"brk", class_memory, {address("addr")}, results::hex},
    {"mlock", class_memory, {address("addr"), size("len")}},
    {"mlock2", class_memory, {address("addr"), size("len"), flags("flags", mlock_flags)}},
    {"munlock", class_memory, {address("addr"), size("len")}},
    {"mlockall", class_memory, {flags("flags", mlockall_flags)}},
    {"munlockall", class_memory, {}},
    {"mseal", class_memory, {address("addr"), size("len"), hex("flags")}},
    {"map_shadow_stack", class_memory, {address("addr"), size("size"), hex("flags")}, results::hex},
    {"remap_file_pages",
     class_memory,
     {address("addr"), size("size"), flags64("prot", mmap_protections), size("pgoff"), of("flags", types::mmap_flags)}},
    {"mbind",
     class_memory,
     {address("addr"), size("len"), of("mode", types::memory_policy), of("nodemask", types::node_mask_in, 4), size("maxnode"),
      flags("flags", mbind_flags)}},
    {"set_mempolicy", class_memory, {of("mode", types::memory_policy32), of("nodemask", types::node_mask_in, 2), size("maxnode")}},
    {"get_mempolicy",
     class_memory,
     {of("mode", types::memory_policy_out), of("nodemask", types::node_mask_out, 2), size("maxnode"), address("addr"),
      flags64("flags", get_mempolicy_flags)}},
    {"set_mempolicy_home_node", class_memory, {address("start"), size("len"), size("home_node"), hex("flags")}},
    {"migrate_pages",
     class_memory,
     {pid("pid"), size("maxnode"), of("old_nodes", types::node_mask_in, 1), of("new_nodes", types::node_mask_in, 1)}},
    {"move_pages",
     class_memory,
     {pid("pid"), size("count"), of("pages", types::moved_pages, 1), of("nodes", types::moved_nodes, 1),
      of("status", types::moved_status, 1), flags("flags", move_pages_flags)}},
    {"process_vm_readv",
     0,
     {pid("pid"), out_iovec("local_iov", 2), size("liovcnt"), of("remote_iov", types::remote_iovec, 4), size("riovcnt"), size("flags")}},
    {"process_vm_writev",
     0,
     {pid("pid"), in_iovec("local_iov", 2), size("liovcnt"), of("remote_iov", types::remote_iovec, 4), size("riovcnt"), size("flags")}},
    {"membarrier", 0, {constant("cmd", membarrier_commands), flags("flags", membarrier_flags), number("cpu_id")}},
    {"memfd_create", class_desc, {bounded_string("name", most_memfd_name + 1), of("flags", types::memfd_flags)}, results::fd},
    {"memfd_secret", class_desc, {flags("flags", memfd_secret_flags)}, results::fd},
    {"userfaultfd", class_desc, {flags("flags", uffd_flags)}, results::fd},
};

constinit const std::span<const SyscallRow> memory_rows = memory_table;

}  // namespace shimtrace::decoders
