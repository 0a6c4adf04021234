// What encoder and decoder of an events block must agree on: the contexts, and the bits that say what differs from them.
#pragma once

#include <shimtrace/event.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace shimtrace::recording {

/// A record begins with a byte: its kind (an EventKind, or one of these) and the flags below.
inline constexpr std::uint8_t kind_bits = 0x0f;
inline constexpr std::uint8_t record_target = 14;
inline constexpr std::uint8_t record_task = 15;

enum RecordFlags : std::uint8_t {
    same_thread = 0x10,  ///< as the record before
    repeated = 0x20,     ///< syscall_enter: told again, its time lies before; time does not advance
    orphan = 0x20,       ///< syscall_exit: its enter is not known
    predicted = 0x40,    ///< syscall_enter: the call that followed the previous one the last time
    as_expected = 0x80,  ///< nothing differs from the context: no Difference bits follow
};

/// Which fields differ from the context. The likeliest seven come first: then the bits take one byte.
enum Difference : std::uint32_t {
    result_differs = 1 << 0,
    lengths_differ = 1 << 1,
    argument1_differs = 1 << 2,
    argument2_differs = 1 << 3,
    argument3_differs = 1 << 4,
    argument0_differs = 1 << 5,
    fds_differ = 1 << 6,
    argument4_differs = 1 << 7,
    argument5_differs = 1 << 8,
    number_differs = 1 << 9,
    arch_differs = 1 << 10,
    instruction_pointer_differs = 1 << 11,
    stack_pointer_differs = 1 << 12,
    shape_differs = 1 << 13,
    parent_differs = 1 << 14,
    is_error_differs = 1 << 15,
    at_attach_differs = 1 << 16,
    has_since = 1 << 17,
    system_time_differs = 1 << 18,
    stack_differs = 1 << 19,
    has_note = 1 << 20,
};
inline constexpr std::array<std::uint32_t, 6> argument_bits{argument0_differs, argument1_differs, argument2_differs,
                                                            argument3_differs, argument4_differs, argument5_differs};

/// Where a piece of captured memory lies: at an argument of the call, mostly.
struct PiecePlace {
    static constexpr std::uint8_t absolute = 6;
    std::uint8_t base = absolute;  ///< 0 to 5: at the address that this argument holds
    std::uint64_t address = 0;

    bool operator==(const PiecePlace& other) const { return base == other.base && (base != absolute || address == other.address); }
};

inline PiecePlace place(RemoteAddress address, const std::array<std::uint64_t, 6>& args) {
    if (address)
        for (std::uint8_t i = 0; i < args.size(); ++i)
            if (args[i] == address.value) return {i, address.value};
    return {PiecePlace::absolute, address.value};
}

/// The last event of one kind in one place.
struct Context {
    std::int64_t number = -1;
    Arch arch = Arch::x86_64;
    bool at_attach = false, is_error = false;
    std::array<std::uint64_t, 6> args{};
    std::int64_t result = 0;
    std::uint64_t instruction_pointer = 0, stack_pointer = 0;
    Tid parent;
    Nanoseconds system_time{};
    std::vector<PiecePlace> shape;
    std::vector<std::uint32_t> lengths;  ///< of the pieces, as many as shape has
    std::vector<FdUse> fds;
    std::vector<std::uint32_t> stack;  ///< indexes into the block's frames
};

/// A thread's calls of one number on one descriptor.
struct Call {
    Context enter, exit;
    std::uint32_t next = 0xffffffff;  ///< the call that followed it the last time
};

struct ThreadContexts {
    static constexpr std::uint32_t none = 0xffffffff;

    Pid pid;
    Tid tid;
    std::vector<Call> calls;
    std::uint32_t current = none;         ///< the call in flight
    std::uint32_t previous = none;        ///< the last call entered
    std::array<std::uint64_t, 6> args{};  ///< of the call in flight
    Context orphan;
    std::vector<std::pair<EventKind, Context>> others;  ///< by kind, for kinds that are no calls

    /// A new call that starts from what an earlier one of the same number looked like.
    std::uint32_t add_call(std::int64_t number, Arch arch, std::uint32_t like) {
        Call call;
        if (like != none) {
            call.enter.args = calls[like].enter.args;
            call.enter.instruction_pointer = calls[like].enter.instruction_pointer;
            call.enter.stack_pointer = calls[like].enter.stack_pointer;
            call.exit.instruction_pointer = calls[like].exit.instruction_pointer;
            call.exit.stack_pointer = calls[like].exit.stack_pointer;
        }
        call.enter.number = call.exit.number = number;
        call.enter.arch = call.exit.arch = arch;
        calls.push_back(std::move(call));
        return static_cast<std::uint32_t>(calls.size() - 1);
    }
    /// The call is entered now.
    void enter(std::uint32_t call) {
        if (previous != none) calls[previous].next = call;
        previous = current = call;
    }
    Context& other(EventKind kind) {
        for (auto& [its_kind, context] : others)
            if (its_kind == kind) return context;
        return others.emplace_back(kind, Context{}).second;
    }
};

}  // namespace shimtrace::recording
