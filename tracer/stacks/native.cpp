#include "tracer/stacks/native.hpp"

#include "tracer/procfs/process_memory.hpp"
#include "tracer/procfs/task_files.hpp"
#include "tracer/stacks/binary_cache.hpp"
#include "tracer/stacks/follow.hpp"
#include "tracer/stacks/proc.hpp"
#include "tracer/stacks/stopped_threads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_views = 256;

/// Whatever memory there is at the moment.
class LentMemory final : public Memory {
public:
    explicit LentMemory(const Memory*& lent) : lent_(lent) {}
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override { lent_->read(requests); }

private:
    const Memory*& lent_;
};

std::unique_ptr<ProcessView> view_of(Pid pid, std::unique_ptr<const Memory> memory, BinaryCache& cache, bool debuginfod = false) {
    const auto learned = learned_binary(pid, cache);
    const std::uint64_t bias = learned && (*learned)->go ? load_bias(pid, *(*learned)->go) : 0;
    return std::make_unique<ProcessView>(std::move(memory), read_mappings(pid), Symbols(pid, debuginfod), learned ? *learned : nullptr,
                                         bias);
}

NativeThreadStack describe_thread(Pid pid, Tid tid, bool kernel) {
    NativeThreadStack thread{.tid = tid};
    if (const auto line = host::task_stat(tid)) {
        thread.comm = line->comm;
        thread.state = line->state;
    }
    if (kernel) thread.kernel = host::parse_kernel_stack(read_in_time(pid, fmt::format("task/{}/stack", tid.value), 65536));
    return thread;
}

}  // namespace

Result<ProcessStacks> native_stacks(Pid pid, BinaryCache& cache, const NativeOptions& options) {
    ProcessStacks result{.pid = pid};
    const std::vector<Tid> tids = host::threads_of(pid);
    if (tids.empty()) return fail(fmt::format("look at process {}", pid.value), 0, "it is gone");
    const std::unique_ptr<ProcessView> view =
        view_of(pid, std::make_unique<host::PatientMemory>(pid, tids.front()), cache, options.debuginfod);
    for (const Tid tid : tids) result.threads.push_back(describe_thread(pid, tid, options.kernel));
    const std::vector<std::optional<ThreadCall>> asked = thread_calls(pid, tids);
    std::map<Tid, std::optional<ThreadCall>> calls;
    for (std::size_t i = 0; i < tids.size(); ++i) calls[tids[i]] = asked[i];
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
            held.emplace(thread.tid, Held{StartRegisters(native_arch, *thread.registers), read_stack(*view, thread.registers->sp())});
        }
        result.stopped = stopped.resume();
    }
    for (NativeThreadStack& thread : result.threads) {
        const auto& call = calls[thread.tid];
        if (call && call->call.number >= 0) {
            thread.arch = call->call.arch;
            thread.syscall = call->call.number;
            std::ranges::copy(call->call.args, thread.args);
        }
        Followed followed;
        if (const auto found = held.find(thread.tid); found != held.end()) {
            followed = follow(*view, found->second.registers, found->second.stack);
        } else if (call && call->stack_pointer != 0) {
            followed = follow(*view, StartRegisters(native_arch, call->instruction_pointer, call->stack_pointer));
        } else {
            followed.missing = thread.state == ProcessState::running ? "it runs: only --stop shows where" : "its registers cannot be seen";
        }
        thread.frames = std::move(followed.frames);
        thread.missing = std::move(followed.missing);
    }
    return result;
}

struct StackReader::Inside {
    BinaryCache cache;
    std::unordered_map<Pid, std::unique_ptr<ProcessView>> views;
    const Memory* memory = nullptr;  ///< of the thread whose stack is being read

    ProcessView& view(Pid pid, std::uint64_t pc) {
        std::unique_ptr<ProcessView>& view = views[pid];
        // Another program may lie at the same addresses since an exec.
        const std::string executable = host::task_link(leader(pid), "exe");
        if (view && view->executable == executable && find_mapping(view->mappings, pc) != nullptr) return *view;
        if (views.size() > most_views) views.clear();
        std::unique_ptr<ProcessView>& fresh = views[pid];
        fresh = view_of(pid, std::make_unique<LentMemory>(memory), cache);
        fresh->executable = executable;
        return *fresh;
    }
};

StackReader::StackReader() : inside_(std::make_unique<Inside>()) {}
StackReader::~StackReader() = default;

std::vector<StackFrame> StackReader::stack_of(Pid pid, const Memory& memory, const host::Registers& registers) {
    inside_->memory = &memory;
    ProcessView& view = inside_->view(pid, registers.pc());
    std::vector<StackFrame> frames = follow(view, StartRegisters(native_arch, registers)).frames;
    const bool unknown = std::ranges::any_of(frames, [](const StackFrame& frame) { return frame.module.empty(); });
    if (!unknown && frames.size() > 1) return frames;
    // A library was mapped since: look again, once.
    view.mappings = read_mappings(pid);
    return follow(view, StartRegisters(native_arch, registers)).frames;
}

void StackReader::stack_of(Pid pid, Tid tid, const Memory& memory, std::vector<StackFrame>& into) {
    if (const auto registers = host::registers(tid)) into = stack_of(pid, memory, *registers);
}

void StackReader::forget(Pid pid) {
    inside_->views.erase(pid);
}

}  // namespace shimtrace::stacks
