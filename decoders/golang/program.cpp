#include "decoders/golang/program.hpp"

#include "decoders/golang/children.hpp"
#include "decoders/golang/conditions.hpp"
#include "decoders/golang/copied_streams.hpp"
#include "decoders/golang/goroutine_purposes.hpp"
#include "decoders/golang/labels.hpp"
#include "decoders/golang/page_cache.hpp"
#include "decoders/golang/polls.hpp"
#include "decoders/golang/replies.hpp"
#include "decoders/golang/requests.hpp"
#include "decoders/golang/served_calls.hpp"
#include "decoders/golang/waits.hpp"
#include "decoders/golang/wakers.hpp"

#include <algorithm>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_frames_together = 1 << 21;  // of all goroutines together

struct StatusRow {
    std::uint32_t status;
    GoState state;
};
constexpr StatusRow statuses[] = {
    {g_idle, GoState::idle},       {g_runnable, GoState::runnable}, {g_running, GoState::running},     {g_syscall, GoState::syscall},
    {g_waiting, GoState::waiting}, {g_dead, GoState::dead},         {g_copystack, GoState::copystack}, {g_preempted, GoState::preempted},
    {g_leaked, GoState::leaked},   {g_dead_extra, GoState::dead},
};

GoState state_of(std::uint32_t status) {
    const auto row = std::ranges::find(statuses, status, &StatusRow::status);
    return row == std::end(statuses) ? GoState::unknown : row->state;
}

/// runtime.isSystemGoroutine: by the function that it was started with.
bool is_system(std::string_view start, const UnwoundStack& stack) {
    if (!start.starts_with("runtime.") || start == "runtime.main" || start == "runtime.handleAsyncEvent") return false;
    if (start != "runtime.runfinq" && start != "runtime.runFinalizers" && start != "runtime.runCleanups" &&
        !start.starts_with("runtime.(*cleanupQueue)")) {
        return true;
    }
    // Finalizers and cleanups belong to the program while they run.
    return std::ranges::all_of(stack.frames, [](const GoFrame& frame) { return frame.function.starts_with("runtime."); });
}

Goroutine describe(const CapturedGoroutine& g, const GoBinary& binary, Unwinder& unwinder, const UnwoundStack& stack, MonotonicTime now) {
    Goroutine goroutine;
    goroutine.id = GoroutineId{g.id};
    goroutine.state = state_of(g.status);
    if (is_waiting(g.status) && g.wait_reason < binary.wait_reasons.size()) goroutine.wait_reason = binary.wait_reasons[g.wait_reason];
    const std::int64_t elapsed = now.time_since_epoch().count() - g.wait_since;
    if ((g.status == g_waiting || g.status == g_syscall) && g.wait_since > 0 && elapsed >= 0) goroutine.waiting = Nanoseconds(elapsed);
    if (g.thread != nullptr) goroutine.thread = g.thread->tid;
    goroutine.locked_to_thread = g.locked_m != 0;
    goroutine.complete = stack.complete;
    goroutine.changed = g.changed;
    if (g.id != 1) goroutine.created_by = unwinder.creator(g.go_pc);
    goroutine.parent = GoroutineId{g.parent};
    const auto start = unwinder.function_at(g.start_pc);
    goroutine.system = start && is_system(binary.lines.name(*start), stack);
    return goroutine;
}

UnwoundStack unwind(const CapturedGoroutine& g, Unwinder& unwinder) {
    if (g.start_sp == 0) return {};
    return unwinder.unwind({g.start_unwind_pc, g.start_sp, g.exact_pc, g.in_syscall, g.start_link}, {g.start_sp, g.stack});
}

}  // namespace

DecodedProgram decode_program(const GoBinary& binary, const RuntimeLocation& location, const RuntimeState& state, const ProcessFacts& facts,
                              const Memory& live) {
    const PageCache memory(live);  // pointers are followed one by one
    DecodedProgram decoded;
    GoProgram& program = decoded.program;
    program.pid = facts.pid;
    program.version = binary.version;
    program.derived_layout = location.derived;
    program.prints_labels = binary.prints_labels;
    program.incomplete = state.incomplete;

    Unwinder unwinder(binary, location.bias);
    std::vector<UnwoundStack> stacks;
    stacks.reserve(state.goroutines.size());
    program.goroutines.reserve(state.goroutines.size());
    std::size_t frames = 0;
    for (const CapturedGoroutine& g : state.goroutines) {
        stacks.push_back(frames < most_frames_together ? unwind(g, unwinder) : UnwoundStack{});
        frames += stacks.back().frames.size();
        program.goroutines.push_back(describe(g, binary, unwinder, stacks.back(), facts.now));
    }
    if (frames >= most_frames_together) program.incomplete = "there are more stack frames than are kept";
    if (location.objects_known) {
        if (!find_labels(state, binary, program.goroutines, memory) && program.incomplete.empty())
            program.incomplete = "there are more labels of goroutines than are kept";
        fill_waits(state, facts.polled, stacks, program.goroutines);
        find_polls(state, location, binary, stacks, program.goroutines, memory);
        find_conditions(state, binary, stacks, program.goroutines, memory);
        infer_holders(state, unwinder, stacks, program.goroutines);
        find_served_calls(state, binary, stacks, program.goroutines, memory);
        find_replies(state, binary, stacks, program.goroutines, memory, location.bias);
        infer_wakers(state, stacks, program.goroutines, memory);
        decoded.children = find_children(state, binary, stacks, program.goroutines, memory);
    } else {
        program.incomplete = "the Go version is not known: what goroutines wait on cannot be told";
    }
    for (std::size_t i = 0; i < stacks.size(); ++i) program.goroutines[i].stack = std::move(stacks[i].frames);
    for (Goroutine& goroutine : program.goroutines) goroutine.purpose = binary.known_code->meanings.meaning_of(goroutine);
    if (location.objects_known) {
        find_requests(state, binary, stacks, program.goroutines, memory);
        find_copied_streams(state, stacks, program.goroutines, memory);
    }
    return decoded;
}

Result<DecodedProgram> read_program(const GoBinary& binary, const Memory& memory, std::uint64_t load_bias, const ProcessFacts& facts,
                                    const ReadLimits& limits) {
    const auto location = locate_runtime(binary, memory, load_bias);
    if (!location) return std::unexpected(location.error());
    const RuntimeState state = capture_runtime(binary, *location, memory, facts.threads, facts.polled, limits);
    return decode_program(binary, *location, state, facts, memory);
}

}  // namespace shimtrace::golang
