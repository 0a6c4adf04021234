#include "decoders/golang/unwind.hpp"

#include <algorithm>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_frames = 1 << 17;

bool traps_caller(std::string_view name) {
    return name == "runtime.sigpanic" || name == "runtime.asyncPreempt" || name == "runtime.debugCallV2";
}

}  // namespace

const Unwinder::Resolved& Unwinder::resolve(std::uint64_t pc) {
    const auto [place, fresh] = resolved_.try_emplace(pc);
    Resolved& resolved = place->second;
    if (!fresh) return resolved;
    const LineTable& lines = binary_->lines;
    resolved.function = lines.find(pc);
    if (!resolved.function) return resolved;
    resolved.frame_size = lines.frame_size(*resolved.function, pc);
    resolved.flags = lines.flags(*resolved.function);
    resolved.name = lines.name(*resolved.function);
    resolved.may_trap_caller = traps_caller(resolved.name);
    return resolved;
}

const std::vector<GoFrame>& Unwinder::source(const Function& function, std::uint64_t line_pc) {
    const auto [place, fresh] = sources_.try_emplace(line_pc);
    std::vector<GoFrame>& frames = place->second;
    if (!fresh) return frames;
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

bool Unwinder::walk(const UnwindStart& start, const StackBytes& stack) {
    std::uint64_t pc = start.pc, sp = start.sp;
    bool exact = start.exact_pc;
    const std::uint64_t high = stack.low + stack.bytes.size();
    std::size_t logical = 0;
    while (logical < most_frames) {
        const auto offset = binary_->code_offset(pc - bias_);
        if (!offset || sp < stack.low || sp >= high) return false;
        const Resolved& resolved = resolve(*offset);
        if (!resolved.function) return false;
        const Function& function = *resolved.function;

        const std::uint64_t line_pc = exact || *offset == function.entry ? *offset : *offset - 1;
        const bool innermost = walked_.empty();
        const std::uint64_t fp = sp + static_cast<std::uint64_t>(std::max(0, resolved.frame_size.value_or(0))) + 8;
        walked_.push_back({{function, *offset, sp, fp}, &source(function, line_pc)});
        logical += walked_.back().source->size();
        if ((resolved.flags & LineTable::top_frame) != 0) return true;
        const bool writes_sp = (resolved.flags & LineTable::writes_sp) != 0;
        if (writes_sp && resolved.name != "runtime.cgocallback" && !(innermost && start.in_syscall)) return false;
        if (!resolved.frame_size || *resolved.frame_size < 0 || fp > high) return false;
        const auto return_pc = load<std::uint64_t>(stack.bytes, fp - 8 - stack.low);
        if (!return_pc || *return_pc == 0) return false;
        exact = resolved.may_trap_caller;
        pc = *return_pc;
        sp = fp;  // rises by 8 at least, so the loop ends with the stack
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
