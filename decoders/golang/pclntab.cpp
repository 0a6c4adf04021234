#include "decoders/golang/pclntab.hpp"

#include <algorithm>

namespace shimtrace::golang {
namespace {

constexpr std::uint32_t most_functions = 1 << 22;
constexpr std::size_t most_inlined = 512;
// abi.PCDATA_InlTreeIndex, abi.FUNCDATA_InlTree, abi.FUNCDATA_ArgInfo: unchanged since Go 1.18.
constexpr std::uint32_t pcdata_inline_index = 2, funcdata_inline_tree = 3, funcdata_argument_info = 5;

/// A uvarint of at most 32 bits; nullopt at the end of the bytes.
std::optional<std::uint32_t> varint(Bytes bytes, std::size_t& position) {
    std::uint32_t result = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        if (position >= bytes.size()) return std::nullopt;
        const auto byte = std::to_integer<std::uint32_t>(bytes[position++]);
        if (shift < 32) result |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return result;
    }
    return std::nullopt;
}

std::uint8_t byte_at(Bytes bytes, std::size_t offset) {
    return load<std::uint8_t>(bytes, offset).value_or(0);
}

/// runtime.inlinedCall / abi's: where its fields lie.
struct InlinedCallLayout {
    std::uint32_t size, name, parent_pc, function_id;
};
constexpr InlinedCallLayout inlined_call[] = {{20, 12, 16, 2}, {16, 4, 8, 0}};  // by Format

}  // namespace

std::optional<LineTable> LineTable::parse(Bytes table) {
    const auto magic = load<std::uint32_t>(table, 0);
    if (!magic || (*magic != 0xfffffff0 && *magic != 0xfffffff1)) return std::nullopt;
    constexpr std::uint8_t x86_quantum = 1, arm_quantum = 4;
    const std::uint8_t quantum = byte_at(table, 6);
    if (quantum != x86_quantum && quantum != arm_quantum) return std::nullopt;
    if (byte_at(table, 4) != 0 || byte_at(table, 5) != 0 || byte_at(table, 7) != 8) return std::nullopt;

    LineTable result;
    result.format_ = *magic == 0xfffffff0 ? Format::go118 : Format::go120;
    result.quantum_ = quantum;
    const std::uint64_t functions = word(table, 8), names = word(table, 32), units = word(table, 40), files = word(table, 48),
                        tables = word(table, 56), records = word(table, 64);
    if (functions == 0 || functions > most_functions || names < 72) return std::nullopt;
    if (!(names <= units && units <= files && files <= tables && tables <= records && records < table.size())) return std::nullopt;
    // ftab: nfunc rows of {entry, record}, then the end of the last function.
    if (table.size() - records < functions * 8 + 4) return std::nullopt;

    result.function_count_ = static_cast<std::uint32_t>(functions);
    result.names_offset_ = names;
    result.names_ = slice(table, names, units - names);
    result.units_ = slice(table, units, files - units);
    result.files_ = slice(table, files, tables - files);
    result.tables_ = slice(table, tables, records - tables);
    result.functions_ = slice(table, records);
    return result;
}

std::optional<Function> LineTable::function(std::uint32_t index) const {
    if (index >= function_count_) return std::nullopt;
    const auto entry = load<std::uint32_t>(functions_, std::uint64_t{index} * 8);
    const auto record = load<std::uint32_t>(functions_, std::uint64_t{index} * 8 + 4);
    const auto end = load<std::uint32_t>(functions_, std::uint64_t{index} * 8 + 8);
    if (!entry || !record || !end || *end < *entry) return std::nullopt;
    if (std::uint64_t{*record} + header_size() > functions_.size()) return std::nullopt;
    return Function{index, *entry, *end, *record};
}

std::optional<Function> LineTable::find(std::uint64_t pc) const {
    std::uint32_t low = 0, high = function_count_;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (load<std::uint32_t>(functions_, std::uint64_t{middle} * 8).value_or(0) <= pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) return std::nullopt;
    const auto found = function(low - 1);
    if (!found || pc >= found->end) return std::nullopt;
    return found;
}

std::vector<std::optional<Function>> LineTable::find_names(std::span<const std::string_view> wanted) const {
    std::vector<std::optional<Function>> found(wanted.size());
    std::size_t missing = wanted.size();
    const auto is = [&](std::uint64_t offset, std::string_view name) {
        const std::string_view there = text(slice(names_, offset, name.size() + 1));
        return there.size() > name.size() && there.back() == '\0' && there.starts_with(name);
    };
    for (std::uint32_t i = 0; i < function_count_ && missing != 0; ++i) {
        const auto candidate = function(i);
        const auto offset = candidate ? load<std::int32_t>(record(*candidate), 4) : std::nullopt;
        if (!offset || *offset < 0) continue;
        for (std::size_t which = 0; which < wanted.size(); ++which) {
            if (found[which] || !is(static_cast<std::uint32_t>(*offset), wanted[which])) continue;
            found[which] = candidate;
            --missing;
        }
    }
    return found;
}

std::string_view LineTable::name(const Function& function) const {
    const auto offset = load<std::int32_t>(record(function), 4);
    return offset && *offset >= 0 ? c_string(names_, static_cast<std::uint32_t>(*offset)) : std::string_view{};
}

std::uint8_t LineTable::function_id(const Function& function) const {
    return byte_at(record(function), header_size() - 4);
}
std::uint8_t LineTable::flags(const Function& function) const {
    return byte_at(record(function), header_size() - 3);
}

std::optional<std::int32_t> LineTable::value_at(const Function& function, std::uint32_t table, std::uint64_t pc) const {
    if (table == 0) return std::nullopt;
    const Bytes bytes = slice(tables_, table);
    std::size_t position = 0;
    std::uint64_t end = function.entry;
    std::uint32_t value = ~0U;  // -1
    while (position < bytes.size()) {
        const std::size_t start = position;
        const auto delta = varint(bytes, position);
        if (!delta || (*delta == 0 && start != 0)) return std::nullopt;
        value += (*delta & 1) != 0 ? ~(*delta >> 1) : *delta >> 1;
        const auto step = varint(bytes, position);
        if (!step) return std::nullopt;
        end += std::uint64_t{*step} * quantum_;
        if (pc < end) return static_cast<std::int32_t>(value);
        if (end > function.end) return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::int32_t> LineTable::frame_size(const Function& function, std::uint64_t pc) const {
    return value_at(function, load<std::uint32_t>(record(function), 16).value_or(0), pc);
}

std::optional<std::uint32_t> LineTable::pc_data(const Function& function, std::uint32_t kind) const {
    if (kind >= load<std::uint32_t>(record(function), 28).value_or(0)) return std::nullopt;
    return load<std::uint32_t>(record(function), header_size() + std::uint64_t{kind} * 4);
}

std::optional<std::uint32_t> LineTable::function_data(const Function& function, std::uint32_t kind) const {
    const std::uint32_t pc_tables = load<std::uint32_t>(record(function), 28).value_or(0);
    if (kind >= byte_at(record(function), header_size() - 1)) return std::nullopt;
    const auto offset = load<std::uint32_t>(record(function), header_size() + std::uint64_t{pc_tables} * 4 + std::uint64_t{kind} * 4);
    if (!offset || *offset == ~0U) return std::nullopt;
    return offset;
}

bool LineTable::takes_no_arguments(const Function& function, Bytes trees) const {
    const auto offset = function_data(function, funcdata_argument_info);
    return !offset || byte_at(trees, *offset) == 0xff;  // traceEndSeq at once
}

std::string_view LineTable::file_name(const Function& function, std::int32_t file) const {
    if (file < 0) return "?";
    const std::uint64_t unit = load<std::uint32_t>(record(function), 32).value_or(0);
    const auto offset = load<std::uint32_t>(units_, (unit + static_cast<std::uint32_t>(file)) * 4);
    if (!offset || *offset == ~0U) return "?";
    return c_string(files_, *offset);
}

std::vector<SourceFrame> LineTable::source(const Function& function, std::uint64_t pc, Bytes trees) const {
    const Bytes header = record(function);
    const std::uint32_t file_table = load<std::uint32_t>(header, 20).value_or(0), line_table = load<std::uint32_t>(header, 24).value_or(0);
    const auto index_table = pc_data(function, pcdata_inline_index);
    const auto tree = function_data(function, funcdata_inline_tree);
    const InlinedCallLayout& layout = inlined_call[static_cast<std::size_t>(format_)];

    std::vector<SourceFrame> frames;
    std::uint64_t at = pc;
    while (true) {
        SourceFrame frame;
        frame.file = file_name(function, value_at(function, file_table, at).value_or(-1));
        frame.line = value_at(function, line_table, at).value_or(0);
        const std::int32_t inlined = index_table && tree ? value_at(function, *index_table, at).value_or(-1) : -1;
        if (inlined < 0 || frames.size() >= most_inlined) {
            frame.function = name(function);
            frame.function_id = function_id(function);
            frames.push_back(frame);
            return frames;
        }
        const Bytes call = slice(trees, *tree + std::uint64_t{static_cast<std::uint32_t>(inlined)} * layout.size, layout.size);
        frame.function = c_string(names_, load<std::uint32_t>(call, layout.name).value_or(~0U));
        frame.function_id = byte_at(call, layout.function_id);
        frame.inlined = true;
        frames.push_back(frame);
        at = function.entry + load<std::uint32_t>(call, layout.parent_pc).value_or(0);
    }
}

}  // namespace shimtrace::golang
