// Unwinding a goroutine's stack by the pclntab, as runtime/traceback.go does: exact, without frame pointers or DWARF.
#pragma once

#include "decoders/golang/binary.hpp"

#include <shimtrace/goroutine.hpp>

#include <unordered_map>

namespace shimtrace::golang {

/// Where unwinding starts.
struct UnwindStart {
    std::uint64_t pc = 0, sp = 0;
    bool exact_pc = false;    ///< pc is of the instruction to be executed (registers), not a return address
    bool in_syscall = false;  ///< pc and sp are g.syscallpc and g.syscallsp
    /// aarch64: where a function that has no frame returns to (x30); 0: it is on the stack; nullopt: not known, which ends such a stack.
    std::optional<std::uint64_t> link{};
};

/// The bytes of a stack from `low` on.
struct StackBytes {
    std::uint64_t low = 0;
    Bytes bytes;
};

struct PhysicalFrame {
    Function function;
    std::uint64_t pc = 0;          ///< offset from the text base
    std::uint64_t sp = 0, fp = 0;  ///< the frame's memory, on x86-64 return address included; arguments lie from fp on
};

struct UnwoundStack {
    std::vector<GoFrame> frames;  ///< innermost first, inlined calls expanded
    std::vector<PhysicalFrame> physical;
    bool complete = false;  ///< ended at a top frame
};

/// Unwinds stacks of one process; remembers what it looked up with the program, for all that run it.
class Unwinder {
public:
    /// `bias`: where the executable was loaded, less the address that it was linked for. `binary` must outlive it.
    Unwinder(const GoBinary& binary, std::uint64_t bias) : binary_(&binary), bias_(bias), links_(binary.image.arch() == Arch::aarch64) {}

    [[nodiscard]] UnwoundStack unwind(const UnwindStart& start, const StackBytes& stack);
    /// The physical function and line of a `go` statement's return address; nullopt: not in Go's text.
    [[nodiscard]] std::optional<GoFrame> creator(std::uint64_t go_pc);

    /// The innermost physical frame's function at that absolute address.
    [[nodiscard]] std::optional<Function> function_at(std::uint64_t pc) const;
    [[nodiscard]] const GoBinary& binary() const { return *binary_; }
    [[nodiscard]] std::uint64_t bias() const { return bias_; }

private:
    const ResolvedCode& resolve(std::uint64_t pc);
    const std::vector<GoFrame>& source(const Function& function, std::uint64_t line_pc);
    /// Fills `walked_`; true: it ended at a top frame.
    bool walk(const UnwindStart& start, const StackBytes& stack);
    [[nodiscard]] std::optional<std::uint64_t> return_address(const UnwindStart& start, const StackBytes& stack, std::uint64_t frame_size,
                                                              bool innermost) const;

    const GoBinary* binary_;
    std::uint64_t bias_;
    bool links_;                                  ///< a call leaves the return address in a register
    std::optional<std::uint64_t> injected_link_;  ///< of the frame that is next
    // What the program's own has no room for.
    std::unordered_map<std::uint64_t, ResolvedCode> resolved_;
    std::unordered_map<std::uint64_t, std::vector<GoFrame>> sources_;
    struct Walked {
        PhysicalFrame frame;
        const std::vector<GoFrame>* source;  ///< where it stays
    };
    std::vector<Walked> walked_;  ///< of the stack at hand
};

}  // namespace shimtrace::golang
