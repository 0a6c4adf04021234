#include "stacks/native.hpp"

#include "stacks/binary_cache.hpp"
#include "stacks/mappings.hpp"
#include "stacks/native_unwind.hpp"
#include "stacks/proc.hpp"
#include "stacks/process_memory.hpp"
#include "stacks/stopped_threads.hpp"
#include "stacks/symbols.hpp"

#include "decoders_golang/unwind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include <sys/ptrace.h>

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_frames = 512, most_views = 256;
/// Of a stack: what is read at first, since most are shallow, and at most. Where more than that lies above the stack pointer it is no stack of
/// the C library's but a stack in Go's heap, whose end the mapping does not tell.
constexpr std::size_t first_stack_bytes = std::size_t{1} << 13, most_stack_bytes = std::size_t{1} << 18, heap_stack_bytes = std::size_t{1} << 16;

/// What unwinding in one process needs, read once.
struct ProcessView {
    ProcessView(Pid process, BinaryCache& cache) : pid(process), memory(process), mappings(read_mappings(process)), symbols(process) {
        const auto learned = learned_binary(process, cache);
        if (!learned || !(*learned)->go) return;
        binary = *learned;
        bias = load_bias(process, *binary->go);
        unwinder.emplace(*binary->go, bias);
    }

    [[nodiscard]] bool in_go(std::uint64_t pc) const { return binary && binary->go->text.contains(pc - bias); }
    [[nodiscard]] std::uint64_t go_begin() const { return binary ? binary->go->text.begin + bias : 0; }
    [[nodiscard]] std::uint64_t go_end() const { return binary ? binary->go->text.end + bias : 0; }

    Pid pid;
    ProcessMemory memory;
    std::vector<Mapping> mappings;
    Symbols symbols;
    std::shared_ptr<const LearnedBinary> binary;  ///< nullptr: no Go program
    std::uint64_t bias = 0;
    std::optional<golang::Unwinder> unwinder;
    std::string executable;  ///< of StackReader: what /proc/PID/exe said
};

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

/// The bytes from the stack pointer to the end of its mapping, at most `most` of them.
std::vector<std::byte> read_stack(const ProcessView& view, std::uint64_t sp, std::size_t most = most_stack_bytes) {
    const Mapping* mapping = find_mapping(view.mappings, sp);
    if (mapping == nullptr) return {};
    const std::uint64_t above = mapping->end - sp;
    std::vector<std::byte> stack(std::min<std::uint64_t>(most, above > most_stack_bytes ? heap_stack_bytes : above));
    stack.resize(view.memory.read(RemoteAddress{sp}, stack));
    return stack;
}

/// Go frames from `pc` and `sp` on. False: the stack goes on above what was read of it.
bool add_go_frames(ProcessView& view, std::uint64_t pc, golang::StackBytes stack, std::uint64_t sp, bool exact,
                   std::vector<StackFrame>& into) {
    const golang::UnwoundStack unwound = view.unwinder->unwind({pc, sp, exact, true}, stack);
    const Mapping* module = find_mapping(view.mappings, pc);
    for (const GoFrame& frame : unwound.frames) {
        if (into.size() >= most_frames) break;
        into.push_back({.pc = frame.pc,
                        .module = module == nullptr ? "" : module->path,
                        .function = frame.function,
                        .offset = frame.offset,
                        .file = frame.file,
                        .line = frame.line});
    }
    return unwound.complete || unwound.physical.empty() || unwound.physical.back().fp <= stack.low + stack.bytes.size();
}

struct Followed {
    std::vector<StackFrame> frames;
    std::string missing;
    bool cut = false;  ///< Go's part goes on above what was read of the stack
};

/// `stack`: what was read from the stack pointer on.
Followed follow(ProcessView& view, const StartRegisters& start, std::span<const std::byte> stack) {
    Followed followed;
    const std::uint64_t pc = *start.values[StartRegisters::pc], sp = *start.values[StartRegisters::sp];
    if (view.in_go(pc)) {
        followed.cut = !add_go_frames(view, pc, {sp, stack}, sp, true, followed.frames);
        return followed;
    }
    const StackOverMemory memory(view.memory, sp, stack);
    const NativeUnwinding native = unwind_native(memory, view.mappings, start, view.go_begin(), view.go_end());
    bool exact = true;
    for (const NativeFrame& frame : native.frames) {
        if (view.in_go(frame.pc)) {
            followed.cut = !add_go_frames(view, frame.pc, {sp, stack}, frame.sp, false, followed.frames);
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

/// The stack as memory has it now: as much as it takes.
Followed follow(ProcessView& view, const StartRegisters& start) {
    const std::uint64_t sp = *start.values[StartRegisters::sp];
    Followed followed = follow(view, start, read_stack(view, sp, first_stack_bytes));
    if (followed.cut) followed = follow(view, start, read_stack(view, sp));
    return followed;
}

StartRegisters start_of(const ThreadCall& call) {
    StartRegisters start;
    start.values[StartRegisters::sp] = call.sp;
    start.values[StartRegisters::pc] = call.pc;
    return start;
}

StartRegisters start_of(const user_regs_struct& r) {
    return {{r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip}};
}

/// "[<0>] do_epoll_wait+0x5d0/0x650": the function names, innermost first.
std::vector<std::string> kernel_stack(Pid pid, Tid tid) {
    std::vector<std::string> functions;
    const std::string text = read_file(fmt::format("/proc/{}/task/{}/stack", pid.value, tid.value), 65536);
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (const std::size_t bracket = line.find("] "); bracket != std::string_view::npos) line.remove_prefix(bracket + 2);
        functions.emplace_back(line.substr(0, line.find('+')));
    }
    return functions;
}

NativeThreadStack describe_thread(Pid pid, Tid tid, bool kernel) {
    NativeThreadStack thread{.tid = tid};
    const std::string stat = read_file(fmt::format("/proc/{}/task/{}/stat", pid.value, tid.value), 4096);
    const std::size_t open = stat.find('('), close = stat.rfind(')');
    if (open != std::string::npos && close != std::string::npos && close > open) {
        thread.comm = stat.substr(open + 1, close - open - 1);
        if (close + 2 < stat.size()) thread.state = stat[close + 2];
    }
    if (kernel) thread.kernel = kernel_stack(pid, tid);
    return thread;
}

}  // namespace

Result<ProcessStacks> native_stacks(Pid pid, BinaryCache& cache, const NativeOptions& options) {
    ProcessStacks result{.pid = pid};
    std::vector<Tid> tids;
    for (const std::int32_t tid : numbers_in(fmt::format("/proc/{}/task", pid.value))) tids.emplace_back(tid);
    if (tids.empty()) return fail(fmt::format("look at process {}", pid.value), 0, "it is gone");
    ProcessView view(pid, cache);
    std::map<Tid, std::optional<ThreadCall>> calls;
    for (const Tid tid : tids) {
        result.threads.push_back(describe_thread(pid, tid, options.kernel));
        calls[tid] = thread_call(pid, tid);
    }
    result.comm = result.threads.front().comm;

    struct Held {
        StartRegisters registers;
        std::vector<std::byte> stack;
    };
    std::map<Tid, Held> held;
    if (options.stop) {
        // Registers and stacks are copied while the threads stand still, and followed afterwards.
        StoppedThreads stopped(tids, options.stop_deadline);
        for (const StoppedThread& thread : stopped.threads()) {
            held[thread.tid] = {start_of(thread.registers), read_stack(view, thread.registers.rsp)};
        }
        result.stopped = stopped.resume();
    }
    for (NativeThreadStack& thread : result.threads) {
        const auto& call = calls[thread.tid];
        if (call && call->syscall >= 0) {
            thread.syscall = call->syscall;
            std::ranges::copy(call->args, thread.args);
        }
        Followed followed;
        if (const auto found = held.find(thread.tid); found != held.end()) {
            followed = follow(view, found->second.registers, found->second.stack);
        } else if (call && call->sp != 0) {
            followed = follow(view, start_of(*call));
        } else {
            followed.missing = thread.state == 'R' ? "it runs: only --stop shows where" : "its registers cannot be seen";
        }
        thread.frames = std::move(followed.frames);
        thread.missing = std::move(followed.missing);
    }
    return result;
}

struct StackReader::Inside {
    BinaryCache cache;
    std::unordered_map<Pid, std::unique_ptr<ProcessView>> views;

    ProcessView& view(Pid pid, std::uint64_t pc) {
        std::unique_ptr<ProcessView>& view = views[pid];
        // Another program may lie at the same addresses since an exec.
        const std::string executable = read_link(fmt::format("/proc/{}/exe", pid.value));
        if (view && view->executable == executable && find_mapping(view->mappings, pc) != nullptr) return *view;
        if (views.size() > most_views) views.clear();
        std::unique_ptr<ProcessView>& fresh = views[pid];
        fresh = std::make_unique<ProcessView>(pid, cache);
        fresh->executable = executable;
        return *fresh;
    }
};

StackReader::StackReader() : inside_(std::make_unique<Inside>()) {}
StackReader::~StackReader() = default;

std::vector<StackFrame> StackReader::stack_of(Pid pid, Tid, const user_regs_struct& registers) {
    ProcessView& view = inside_->view(pid, registers.rip);
    std::vector<StackFrame> frames = follow(view, start_of(registers)).frames;
    const bool unknown = std::ranges::any_of(frames, [](const StackFrame& frame) { return frame.module.empty(); });
    if (!unknown && frames.size() > 1) return frames;
    // A library was mapped since: look again, once.
    view.mappings = read_mappings(pid);
    return follow(view, start_of(registers)).frames;
}

void StackReader::stack_of(Pid pid, Tid tid, std::vector<StackFrame>& into) {
    user_regs_struct registers{};
    if (ptrace(PTRACE_GETREGS, tid.value, nullptr, &registers) != 0) return;
    into = stack_of(pid, tid, registers);
}

void StackReader::forget(Pid pid) {
    inside_->views.erase(pid);
}

}  // namespace shimtrace::stacks
