#include "tracer/stacks/follow.hpp"

#include <algorithm>

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_followed_frames = 512;
/// Of a stack: what is read at first, since most are shallow, and at most. Where more than that lies above the stack pointer it is no stack
/// of the C library's but a stack in Go's heap, whose end the mapping does not tell.
constexpr std::size_t first_stack_bytes = std::size_t{1} << 13, most_stack_bytes = std::size_t{1} << 18,
                      heap_stack_bytes = std::size_t{1} << 16;

/// A stack as it was at one moment, over a memory that has gone on since.
class StackOverMemory final : public Memory {
public:
    StackOverMemory(const Memory& below, std::uint64_t low, std::span<const std::byte> stack) : below_(below), low_(low), stack_(stack) {}
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        for (ReadRequest& request : requests) {
            const std::uint64_t address = request.address.value;
            if (address < low_ || address - low_ >= stack_.size()) {
                request.got = below_.read(request.address, request.into);
                continue;
            }
            const auto kept = stack_.subspan(address - low_);
            request.got = std::min(kept.size(), request.into.size());
            std::ranges::copy(kept.first(request.got), request.into.begin());
        }
    }

private:
    const Memory& below_;
    std::uint64_t low_;
    std::span<const std::byte> stack_;
};

/// Go frames from `pc` and `sp` on. False: the stack goes on above what was read of it.
bool add_go_frames(ProcessView& view, std::uint64_t pc, golang::StackBytes stack, std::uint64_t sp, bool exact,
                   std::optional<std::uint64_t> link, std::vector<StackFrame>& into) {
    const golang::UnwoundStack unwound = view.unwinder->unwind({pc, sp, exact, true, link}, stack);
    const Mapping* module = find_mapping(view.mappings, pc);
    for (const GoFrame& frame : unwound.frames) {
        if (into.size() >= most_followed_frames) break;
        into.push_back({.pc = frame.pc,
                        .module = module == nullptr ? "" : module->path,
                        .function = frame.function,
                        .offset = frame.offset,
                        .file = frame.file,
                        .line = frame.line});
    }
    return unwound.complete || unwound.physical.empty() || unwound.physical.back().fp <= stack.low + stack.bytes.size();
}

}  // namespace

ProcessView::ProcessView(std::unique_ptr<const Memory> its_memory, std::vector<Mapping> its_mappings, Symbols its_symbols,
                         std::shared_ptr<const LearnedBinary> learned, std::uint64_t load_bias)
    : memory(std::move(its_memory)), mappings(std::move(its_mappings)), symbols(std::move(its_symbols)) {
    if (!learned || !learned->go) return;
    binary = std::move(learned);
    bias = load_bias;
    unwinder.emplace(*binary->go, bias);
}

std::vector<std::byte> read_stack(const ProcessView& view, std::uint64_t sp, std::size_t most) {
    const Mapping* mapping = find_mapping(view.mappings, sp);
    if (mapping == nullptr) return {};
    const std::uint64_t above = mapping->end - sp;
    std::vector<std::byte> stack(std::min<std::uint64_t>(most, above > most_stack_bytes ? heap_stack_bytes : above));
    stack.resize(view.memory->read(RemoteAddress{sp}, stack));
    return stack;
}

Followed follow(ProcessView& view, const StartRegisters& start, std::span<const std::byte> stack) {
    Followed followed;
    const std::uint64_t pc = start.pc, sp = start.sp;
    if (view.in_go(pc)) {
        followed.cut = !add_go_frames(view, pc, {sp, stack}, sp, true, start.link, followed.frames);
        return followed;
    }
    const StackOverMemory memory(*view.memory, sp, stack);
    const NativeUnwinding native = unwind_native(memory, view.mappings, start, view.go_begin(), view.go_end());
    bool exact = true;
    for (const NativeFrame& frame : native.frames) {
        if (view.in_go(frame.pc)) {
            followed.cut = !add_go_frames(view, frame.pc, {sp, stack}, frame.sp, false, 0, followed.frames);
            return followed;
        }
        followed.frames.push_back(view.symbols.describe(frame.pc, exact || frame.signal, view.mappings));
        exact = frame.signal;
    }
    if (native.needs_registers) {
        followed.missing = "the rest needs the thread's registers: --stop";
    } else if (!native.complete) {
        followed.missing = "the stack could not be followed to its end";
    }
    return followed;
}

Followed follow(ProcessView& view, const StartRegisters& start) {
    const std::uint64_t sp = start.sp;
    Followed followed = follow(view, start, read_stack(view, sp, first_stack_bytes));
    if (followed.cut) followed = follow(view, start, read_stack(view, sp));
    return followed;
}

}  // namespace shimtrace::stacks
