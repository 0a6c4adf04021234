// The pclntab: what the Go linker leaves in every binary, stripped or not, for the runtime's own unwinding. Functions,
// files, lines, frame sizes, inline trees. Formats of Go 1.18 (magic 0xfffffff0) and 1.20 (0xfffffff1) and later.
#pragma once

#include "decoders/golang/word_reads.hpp"

#include <string>
#include <vector>

namespace shimtrace::golang {

/// One physical function: `entry` is an offset from the text base; `record` the offset of its _func in the table.
struct Function {
    std::uint32_t index = 0;
    std::uint32_t entry = 0, end = 0;
    std::uint32_t record = 0;
};

/// A logical frame at a pc: of the function itself or of one inlined into it.
struct SourceFrame {
    std::string_view function, file;
    int line = 0;
    bool inlined = false;
    std::uint8_t function_id = 0;
};

/// Refers to the binary's bytes: they must outlive it. Code addresses here are offsets from the text base.
class LineTable {
public:
    enum class Format : std::uint8_t { go118, go120 };
    /// Bits of _func.flag, the same in every version (runtime/symtab.go, abi.FuncFlag).
    static constexpr std::uint8_t top_frame = 1, writes_sp = 2, assembly = 4;

    /// `table` begins at the magic and may be longer than the table. nullopt: no such table, or one that contradicts itself.
    static std::optional<LineTable> parse(Bytes table);

    [[nodiscard]] Format format() const { return format_; }
    [[nodiscard]] std::uint32_t function_count() const { return function_count_; }
    [[nodiscard]] std::uint64_t names_offset() const { return names_offset_; }

    /// The function whose code holds `pc`.
    [[nodiscard]] std::optional<Function> find(std::uint64_t pc) const;
    [[nodiscard]] std::optional<Function> function(std::uint32_t index) const;
    /// The first functions of those exact names, in that order; one linear search for all, which ends with the last one found.
    [[nodiscard]] std::vector<std::optional<Function>> find_names(std::span<const std::string_view> wanted) const;
    [[nodiscard]] std::string_view name(const Function& function) const;
    [[nodiscard]] std::uint8_t flags(const Function& function) const;
    [[nodiscard]] std::uint8_t function_id(const Function& function) const;

    /// Bytes between the stack pointer at `pc` and what it was before the call pushed the return address (x86-64) or left it in a register.
    [[nodiscard]] std::optional<std::int32_t> frame_size(const Function& function, std::uint64_t pc) const;
    /// The function's own line at `pc`, and those of what is inlined there: innermost first, the physical one last.
    /// `trees`: the bytes from moduledata's gofunc on.
    [[nodiscard]] std::vector<SourceFrame> source(const Function& function, std::uint64_t pc, Bytes trees) const;
    /// FUNCDATA_ArgInfo says that the function takes no arguments.
    [[nodiscard]] bool takes_no_arguments(const Function& function, Bytes trees) const;

private:
    [[nodiscard]] Bytes record(const Function& function) const { return slice(functions_, function.record); }
    [[nodiscard]] std::size_t header_size() const { return format_ == Format::go118 ? 40 : 44; }
    [[nodiscard]] std::optional<std::int32_t> value_at(const Function& function, std::uint32_t table, std::uint64_t pc) const;
    [[nodiscard]] std::optional<std::uint32_t> pc_data(const Function& function, std::uint32_t kind) const;
    [[nodiscard]] std::optional<std::uint32_t> function_data(const Function& function, std::uint32_t kind) const;
    [[nodiscard]] std::string_view file_name(const Function& function, std::int32_t file) const;

    Format format_{};
    std::uint8_t quantum_ = 1;
    std::uint32_t function_count_ = 0;
    std::uint64_t names_offset_ = 0;
    Bytes names_, units_, files_, tables_, functions_;
};

}  // namespace shimtrace::golang
