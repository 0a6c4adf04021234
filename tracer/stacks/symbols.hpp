// Names and lines of native code, by elfutils: symbol tables, .gnu_debugdata, and debug files by build id and debuglink.
#pragma once

#include "tracer/stacks/mappings.hpp"

#include <shimtrace/event.hpp>
#include <shimtrace/types.hpp>

#include <memory>
#include <string>
#include <vector>

namespace shimtrace::stacks {

/// Where the files of a process's mappings are found. Every descriptor is the caller's; -1: it cannot be had.
class ModuleFiles {
public:
    virtual ~ModuleFiles() = default;
    /// The mapped file itself.
    [[nodiscard]] virtual int open(const Mapping& mapping) const = 0;
    /// A debug file by a path in the process's own root.
    [[nodiscard]] virtual int open_debug_file(const std::string& path) const = 0;
};

/// Of one process. Files are opened when an address in them is asked for.
class Symbols {
public:
    /// `debuginfod`: ask the servers of DEBUGINFOD_URLS for debug files that are nowhere here.
    explicit Symbols(std::unique_ptr<const ModuleFiles> files, bool debuginfod = false);
    explicit Symbols(Pid pid, bool debuginfod = false);
    ~Symbols();
    Symbols(Symbols&&) noexcept;
    Symbols& operator=(Symbols&&) noexcept;

    /// `exact`: pc is the instruction itself; otherwise a return address, and the call before it is looked up. Mapped files that are not
    /// known are taken from `mappings`.
    StackFrame describe(std::uint64_t pc, bool exact, const std::vector<Mapping>& mappings);

    struct Inside;

private:
    std::unique_ptr<Inside> inside_;
};

}  // namespace shimtrace::stacks
