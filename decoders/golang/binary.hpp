// What a Go executable teaches about every process that runs it: version, functions and lines, where the runtime keeps its
// goroutines. Computed once per executable, from its bytes alone; all addresses are those that it was linked for.
#pragma once

#include "decoders/golang/elf_image.hpp"
#include "decoders/golang/known_code.hpp"
#include "decoders/golang/layouts.hpp"
#include "decoders/golang/pclntab.hpp"

#include <shimtrace/error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::golang {

struct AddressRange {
    std::uint64_t begin = 0, end = 0;
    [[nodiscard]] bool contains(std::uint64_t address) const { return address >= begin && address < end; }
};

/// Refers to the executable's bytes: they must outlive it.
struct GoBinary {
    ElfImage image;
    LineTable lines;
    std::string version;           ///< "go1.19.8"; empty: the binary does not say
    int minor = 0;                 ///< 19; 0: not known
    std::uint64_t line_table = 0;  ///< address of the pclntab
    std::uint64_t module = 0;      ///< address of the first moduledata
    AddressRange text;
    AddressRange noptrdata, data, bss, noptrbss;
    Bytes trees;                                  ///< from moduledata.gofunc on: inline trees and argument layouts
    std::vector<std::uint64_t> all_goroutines;    ///< where runtime.allgs may be, likeliest first
    std::vector<std::uint64_t> semaphore_tables;  ///< where runtime.semtable may be
    std::vector<SharedText> wait_reasons;         ///< runtime.waitReasonStrings
    bool prints_labels = false;                   ///< its tracebacks have goroutines' labels
    std::uint8_t wrapper_id = 0;                  ///< the funcID of generated wrappers: the highest in every version
    std::shared_ptr<KnownCode> known_code = std::make_shared<KnownCode>();  ///< what has been looked up of it

    /// A code address as LineTable wants it; nullopt: not in Go's text.
    [[nodiscard]] std::optional<std::uint64_t> code_offset(std::uint64_t address) const {
        if (!text.contains(address)) return std::nullopt;
        return address - text.begin;
    }
    [[nodiscard]] Bytes code(const Function& function) const {
        return image.at(text.begin + function.entry, function.end - function.entry);
    }
};

/// nullopt: no Go program. Errors: a Go program that cannot be read, and why ("built by go1.16: older than go1.18").
Result<std::optional<GoBinary>> learn_binary(Bytes executable);

}  // namespace shimtrace::golang
