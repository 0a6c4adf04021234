#include "decoders/syscalls/compat.hpp"
#include "decoders/syscalls/numbers.hpp"
#include "decoders/syscalls/row.hpp"
#include "decoders/syscalls/variants.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <string>
#include <unordered_map>

namespace shimtrace::decoders {

namespace {

constexpr std::uint64_t x32_bit = 0x40000000;
constexpr std::size_t most_numbers = 1024;
constexpr std::size_t arm_private_at = most_numbers - arm_private_count;  ///< where ARM's private calls stand in its table

/// Where a number stands in its architecture's table (most_numbers and more: nowhere), and the other way round.
std::uint64_t place_of(Arch arch, std::uint64_t number) {
    if (arch == Arch::x32) return number & ~x32_bit;
    if (arch != Arch::arm || number < arm_private_at) return number;
    return number - arm_private_base < arm_private_count ? number - arm_private_base + arm_private_at : most_numbers;
}
std::int64_t number_at(Arch arch, std::size_t place) {
    if (arch == Arch::x32) return static_cast<std::int64_t>(place | x32_bit);
    if (arch == Arch::arm && place >= arm_private_at) return static_cast<std::int64_t>(place - arm_private_at + arm_private_base);
    return static_cast<std::int64_t>(place);
}

/// A row, with what follows from it.
struct Known {
    const SyscallRow* row;
    CallFacts facts;
    std::vector<Form> forms;
};
using ByName = std::unordered_map<std::string_view, Known>;

/// Everything about one number of one architecture.
struct Entry {
    std::string_view name;
    const SyscallRow* row = nullptr;
    const CallFacts* facts = nullptr;
    std::span<const Form> forms{};
    const VariantTable* variants = nullptr;
    std::uint8_t arguments = 6;
    std::uint32_t classes = 0;
};
using EntriesByNumber = std::array<Entry, most_numbers>;

ByName index_rows() {
    ByName rows;
    for (const auto family : all_rows())
        for (const SyscallRow& row : family) rows.emplace(row.name, Known{&row, facts_of(row), forms_of(row)});
    return rows;
}

void add(EntriesByNumber& table, const ByName& rows, std::uint32_t number, std::string_view name) {
    const auto found = rows.find(name);
    if (found == rows.end()) return;
    const auto& [row, facts, forms] = found->second;
    table[number] = {name, row, &facts, forms, row->variants, static_cast<std::uint8_t>(row->count), row->classes};
}

void add(EntriesByNumber& table, const ByName& rows, std::span<const NumberedName> numbers) {
    for (const auto& [number, name] : numbers) add(table, rows, number, name);
}

void add_64_bit(EntriesByNumber& table, const ByName& rows, std::span<const NumberedName> numbers) {
    add(table, rows, numbers);
    for (const auto& [number, name, _] : shared_numbers()) add(table, rows, number, name);
}

/// clone as it is where CLONE_BACKWARDS is set (kernel/fork.c): its last two arguments have changed places.
Known backwards(const Known& clone, SyscallRow& row) {
    row = *clone.row;
    for (Argument& argument : std::span(row.table).first(row.count))
        if (argument.index == 3 || argument.index == 4) argument.index = argument.index == 3 ? 4 : 3;
    return {&row, facts_of(row), {}};
}

void add_aarch64(EntriesByNumber& table, const ByName& rows, const Known& clone) {
    add_64_bit(table, rows, aarch64_numbers());
    for (Entry& entry : table) {
        if (entry.name != "clone") continue;
        entry.row = clone.row;
        entry.facts = &clone.facts;
    }
}

/// The x32 calls with numbers of their own take 32-bit structs: their arguments stay raw.
void add_x32(EntriesByNumber& table, const ByName& rows) {
    add_64_bit(table, rows, x86_64_numbers());
    add(table, rows, x32_numbers());
    for (const auto& [number, name] : x32_numbers()) table[number].row = nullptr;
}

struct CompatRow {
    SyscallRow row;
    std::vector<Form> forms;
};

/// A row none of whose variants is unknown in 32 bits. nullopt: the call stays raw.
std::optional<CompatRow> compat_row(Arch arch, std::string_view name, unsigned arguments, const Known& native) {
    auto row = compat_row(arch, name, arguments, *native.row);
    if (!row) return std::nullopt;
    CompatRow made{std::move(*row), native.forms};
    for (Form& form : made.forms) {
        auto in_32_bits = compat_row(arch, name, arguments, form.row);
        if (!in_32_bits) return std::nullopt;
        form.row = std::move(*in_32_bits);
    }
    return made;
}

/// `made` keeps the rows.
void add_32_bit(EntriesByNumber& table, Arch arch, std::span<const Numbered32> numbers, const ByName& rows, std::deque<CompatRow>& made) {
    for (const auto& [number, name, arguments] : numbers) {
        const auto found = rows.find(native_name(name, [&](std::string_view other) { return rows.contains(other); }));
        Entry& entry = table[place_of(arch, number)];
        entry = {.name = name, .arguments = arguments};
        if (found == rows.end()) continue;
        const Known& native = found->second;
        entry.facts = &native.facts;
        entry.forms = native.forms;
        entry.variants = native.row->variants;
        entry.classes = native.row->classes;
        if (auto row = compat_row(arch, name, arguments, native)) {
            const CompatRow& kept = made.emplace_back(std::move(*row));
            entry.row = &kept.row;
            entry.forms = kept.forms;
        }
    }
}

const ByName& rows_by_name() {
    static const ByName rows = index_rows();
    return rows;
}

/// Built once, when the architecture is first asked for, and never changed: lookups are one index away.
struct Table {
    EntriesByNumber entries;
    std::deque<CompatRow> compat_rows;        ///< of 32 bits
    std::optional<SyscallRow> backwards_row;  ///< of aarch64
    std::optional<Known> backwards_clone;

    explicit Table(Arch arch) {
        const ByName& rows = rows_by_name();
        switch (arch) {
            case Arch::x86_64:
                add_64_bit(entries, rows, x86_64_numbers());
                break;
            case Arch::x32:
                add_x32(entries, rows);
                break;
            case Arch::aarch64:
                backwards_row = *rows.at("clone").row;
                backwards_clone = backwards(rows.at("clone"), *backwards_row);
                add_aarch64(entries, rows, *backwards_clone);
                break;
            case Arch::i386:
                for (const auto numbers : {i386_numbers(), time64_numbers(), shared_numbers()})
                    add_32_bit(entries, arch, numbers, rows, compat_rows);
                break;
            case Arch::arm:
                for (const auto numbers : {arm_numbers(), arm_private_numbers(), time64_numbers(), shared_numbers()})
                    add_32_bit(entries, arch, numbers, rows, compat_rows);
        }
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
};

template <Arch arch>
const EntriesByNumber& table() {
    static const Table made(arch);
    return made.entries;
}

const EntriesByNumber& made_table(Arch arch) {
    switch (arch) {
        case Arch::x32:
            return table<Arch::x32>();
        case Arch::aarch64:
            return table<Arch::aarch64>();
        case Arch::i386:
            return table<Arch::i386>();
        case Arch::arm:
            return table<Arch::arm>();
        case Arch::x86_64:
            break;
    }
    return table<Arch::x86_64>();
}

/// Asked for dozens of times at each call.
[[gnu::always_inline]] inline const EntriesByNumber& table_of(Arch arch) {
    static std::array<std::atomic<const EntriesByNumber*>, 5> known;
    std::atomic<const EntriesByNumber*>& its = known[static_cast<std::size_t>(arch)];
    const EntriesByNumber* entries = its.load(std::memory_order_acquire);
    if (entries == nullptr) its.store(entries = &made_table(arch), std::memory_order_release);
    return *entries;
}

/// nullptr: the architecture has no such number.
[[gnu::always_inline]] inline const Entry* find(Arch arch, std::int64_t number) {
    const auto asked = static_cast<std::uint64_t>(number);
    const std::uint64_t place = arch == Arch::x86_64 ? asked : place_of(arch, asked);
    if (place >= most_numbers) return nullptr;
    const Entry& entry = table_of(arch)[place];
    return entry.name.empty() ? nullptr : &entry;
}

}  // namespace

std::optional<std::string_view> syscall_name(Arch arch, std::int64_t number) {
    const Entry* entry = find(arch, number);
    return entry ? std::optional(entry->name) : std::nullopt;
}

std::optional<std::int64_t> syscall_number(Arch arch, std::string_view name) {
    if (name.empty()) return std::nullopt;
    const EntriesByNumber& table = table_of(arch);
    for (std::size_t place = 0; place < table.size(); ++place)
        if (table[place].name == name) return number_at(arch, place);
    return std::nullopt;
}

std::vector<std::int64_t> syscall_numbers(Arch arch) {
    std::vector<std::int64_t> numbers;
    const EntriesByNumber& table = table_of(arch);
    for (std::size_t place = 0; place < table.size(); ++place)
        if (!table[place].name.empty()) numbers.push_back(number_at(arch, place));
    return numbers;
}

std::uint32_t syscall_classes(Arch arch, std::int64_t number) {
    const Entry* entry = find(arch, number);
    return entry ? entry->classes : 0;
}

std::span<const std::span<const SyscallRow>> all_rows() {
    static const auto families = std::to_array<std::span<const SyscallRow>>(
        {attributes_rows, bpf_rows,      descriptor_rows, directory_rows, fcntl_rows,  file_rows,       futex_rows,
         identity_rows,   io_uring_rows, ioctl_rows,      ipc_rows,       keys_rows,   memory_rows,     message_rows,
         mount_rows,      network_rows,  prctl_rows,      process_rows,   ptrace_rows, read_write_rows, scheduling_rows,
         security_rows,   signal_rows,   system_rows,     time_rows,      watch_rows});
    return families;
}

const Form* find_form(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args) {
    const Entry* entry = find(arch, number);
    if (!entry || !entry->variants) return nullptr;
    const VariantTable& variants = *entry->variants;
    if (variants.is_long && args[variants.selector] > UINT32_MAX) return nullptr;
    const auto value = static_cast<std::uint32_t>(args[variants.selector]) & ~variants.ignored;
    const auto found = std::ranges::lower_bound(entry->forms, value, {}, [](const Form& form) { return form.variant->value; });
    const bool is_it = found != entry->forms.end() && found->variant->value == value;
    return is_it && (is_32_bit(arch) || !found->variant->only_in_32_bits) ? &*found : nullptr;
}

const CallFacts* call_facts(Arch arch, std::int64_t number) {
    const Entry* entry = find(arch, number);
    return entry ? entry->facts : nullptr;
}

const CallFacts* call_facts(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args) {
    const Form* form = find_form(arch, number, args);
    return form ? &form->facts : call_facts(arch, number);
}

const SyscallRow* find_row(Arch arch, std::int64_t number) {
    const Entry* entry = find(arch, number);
    return entry ? entry->row : nullptr;
}

const SyscallRow* find_row(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args) {
    const SyscallRow* row = find_row(arch, number);
    const Form* form = row ? find_form(arch, number, args) : nullptr;
    return form ? &form->row : row;
}

unsigned argument_count(Arch arch, std::int64_t number) {
    const Entry* entry = find(arch, number);
    return entry ? entry->arguments : 6;
}

}  // namespace shimtrace::decoders
