// Names and lines of native code, by elfutils: symbol tables, .gnu_debugdata, and debug files by build id and debuglink.
#pragma once

#include "tracer/stacks/mappings.hpp"

#include <shimtrace/event.hpp>
#include <shimtrace/types.hpp>

#include <memory>
#include <string>
#include <vector>

namespace shimtrace::stacks {

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
