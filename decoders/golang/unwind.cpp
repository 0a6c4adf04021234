#include "decoders/golang/unwind.hpp"

#include <algorithm>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_frames = 1 << 17;

bool traps_caller(std::string_view name) {
    return name == "runtime.sigpanic" || name == "runtime.asyncPreempt" || name == "runtime.debugCallV2";
}

}  // namespace

const ResolvedCode& Unwinder::resolve(std::uint64_t pc) {
    const auto look_up = [&] {
        ResolvedCode resolved;
        const LineTable& lines = binary_->lines;
        resolved.function = lines.find(pc);
        if (!resolved.function) return resolved;
        resolved.frame_size = lines.frame_size(*resolved.function, pc);
        resolved.flags = lines.flags(*resolved.function);
        resolved.name = lines.name(*resolved.function);
        resolved.may_trap_caller = traps_caller(resolved.name);
        return resolved;
    };
    if (const ResolvedCode* known = binary_->known_code->resolved.find(pc, look_up)) return *known;
    const auto [place, fresh] = resolved_.try_emplace(pc);
    if (fresh) place->second = look_up();
    return place->second;
}

const std::vector<GoFrame>& Unwinder::source(const Function& function, std::uint64_t line_pc) {
    const auto look_up = [&] {
        std::vector<GoFrame> frames;
        const bool no_arguments = binary_->lines.takes_no_arguments(function, binary_->trees);
        for (const SourceFrame& source : binary_->lines.source(function, line_pc, binary_->trees)) {
            GoFrame frame;
            frame.function = source.function;
            frame.file = source.file;
            frame.line = source.line;
            frame.inlined = source.inlined;
            frame.wrapper = binary_->wrapper_id != 0 && source.function_id == binary_->wrapper_id;
            frame.no_arguments = no_arguments && !source.inlined;
            frames.push_back(std::move(frame));
        }
        return frames;
    };
    if (const std::vector<GoFrame>* known = binary_->known_code->sources.find(line_pc, look_up)) return *known;
    const auto [place, fresh] = sources_.try_emplace(line_pc);
    if (fresh) place->second = look_up();
    return place->second;
}

std::optional<Function> Unwinder::function_at(std::uint64_t pc) const {
    const auto offset = binary_->code_offset(pc - bias_);
    return offset ? binary_->lines.find(*offset) : std::nullopt;
}

UnwoundStack Unwinder::unwind(const UnwindStart& start, const StackBytes& stack) {
    UnwoundStack result;
    walked_.clear();
    result.complete = walk(start, stack);
    std::size_t logical = 0;
    for (const Walked& step : walked_) logical += step.source->size();
    result.frames.reserve(logical);
    result.physical.reserve(walked_.size());
    for (const Walked& step : walked_) {
        result.physical.push_back(step.frame);
        for (const GoFrame& frame : *step.source) {
            result.frames.push_back(frame);
            result.frames.back().pc = step.frame.pc + binary_->text.begin + bias_;
            result.frames.back().offset = step.frame.pc - step.frame.function.entry;
        }
    }
    return result;
}

/// runtime/traceback.go, (*unwinder).resolveInternal: where this frame's caller goes on, and from which stack pointer.
std::optional<std::uint64_t> Unwinder::return_address(const UnwindStart& start, const StackBytes& stack, std::uint64_t frame_size,
                                                      bool innermost) const {
    const std::uint64_t sp = walked_.back().frame.sp;
    if (!links_) return load<std::uint64_t>(stack.bytes, sp + frame_size - stack.low);
    // The return address is saved at the frame's low end, where there is a frame.
    if (frame_size == 0 && innermost && start.link != std::uint64_t{0}) return start.link;
    if (frame_size == 0 && !innermost && injected_link_) return injected_link_;
    return load<std::uint64_t>(stack.bytes, sp - stack.low);
}

bool Unwinder::walk(const UnwindStart& start, const StackBytes& stack) {
    injected_link_.reset();
    const std::uint64_t pushed = links_ ? 0 : 8;  // by the call
    // Arguments lie behind the return address of the caller's next call, where that is kept on the stack (internal/goarch: MinFrameSize).
    const std::uint64_t arguments = links_ ? 8 : 0;
    std::uint64_t pc = start.pc, sp = start.sp;
    bool exact = start.exact_pc;
    const std::uint64_t high = stack.low + stack.bytes.size();
    std::size_t logical = 0;
    while (logical < most_frames) {
        const auto offset = binary_->code_offset(pc - bias_);
        if (!offset || sp < stack.low || sp >= high) return false;
        const ResolvedCode& resolved = resolve(*offset);
        if (!resolved.function) return false;
        const Function& function = *resolved.function;

        const std::uint64_t line_pc = exact || *offset == function.entry ? *offset : *offset - 1;
        const bool innermost = walked_.empty();
        const auto frame_size = static_cast<std::uint64_t>(std::max(0, resolved.frame_size.value_or(0)));
        const std::uint64_t fp = sp + frame_size + pushed;
        walked_.push_back({{function, *offset, sp, fp + arguments}, &source(function, line_pc)});
        logical += walked_.back().source->size();
        if ((resolved.flags & LineTable::top_frame) != 0) return true;
        const bool writes_sp = (resolved.flags & LineTable::writes_sp) != 0;
        if (writes_sp && resolved.name != "runtime.cgocallback" && !(innermost && start.in_syscall)) return false;
        if (!resolved.frame_size || *resolved.frame_size < 0 || fp > high) return false;
        const auto return_pc = return_address(start, stack, frame_size, innermost);
        if (!return_pc || *return_pc == 0) return false;
        if (fp == sp && !innermost && !injected_link_) return false;  // it would not end
        injected_link_.reset();
        exact = resolved.may_trap_caller;
        pc = *return_pc;
        sp = fp;
        if (links_ && resolved.may_trap_caller) {
            // What interrupted the function has put its link register where the frame's own would be, and 16 bytes below it.
            constexpr std::uint64_t saved_link = 16;
            injected_link_ = load<std::uint64_t>(stack.bytes, sp - stack.low);
            sp += saved_link;
        }
    }
    return false;
}

std::optional<GoFrame> Unwinder::creator(std::uint64_t go_pc) {
    const auto offset = binary_->code_offset(go_pc - bias_);
    if (!offset) return std::nullopt;
    const auto function = binary_->lines.find(*offset);
    if (!function) return std::nullopt;
    const std::uint64_t line_pc = *offset > function->entry ? *offset - 1 : *offset;
    // Go names the physical function, and the line of the innermost call there (runtime/traceback.go, printcreatedby1).
    const std::vector<GoFrame>& frames = source(*function, line_pc);
    if (frames.empty()) return std::nullopt;
    GoFrame frame = frames.back();
    frame.file = frames.front().file;
    frame.line = frames.front().line;
    frame.pc = go_pc;
    frame.offset = *offset - function->entry;
    return frame;
}

}  // namespace shimtrace::golang
