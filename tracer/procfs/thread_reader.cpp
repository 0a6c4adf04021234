// A process's threads: how they are, what they wait in, and what their calls' arguments lead to.
#include "tracer/procfs/process_reader.hpp"

#include "tracer/procfs/call_of_thread.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/mmap_lock.hpp"
#include "tracer/procfs/patience.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/process_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace shimtrace::host {

namespace {

Progress progress_of(const StatLine& stat) {
    static const std::int64_t tick = std::nano::den / std::max(1L, ::sysconf(_SC_CLK_TCK));
    return {.at = monotonic_now(),
            .cpu_ticks = stat.cpu_ticks,
            .io_delay = Nanoseconds(static_cast<std::int64_t>(std::min<std::uint64_t>(stat.block_io_ticks, 1U << 31)) * tick)};
}

std::optional<Thread> read_thread(const ProcDirectory& directory, std::string& scratch) {
    const auto stat_text = directory.read("stat", scratch);
    if (!stat_text) return std::nullopt;
    auto stat = parse_stat(*stat_text);
    if (!stat) return std::nullopt;
    Thread thread;
    thread.tid = Tid{stat->id};
    thread.comm = std::move(stat->comm);
    thread.state = stat->state;
    thread.first = progress_of(*stat);
    if (const auto text = directory.read("schedstat", scratch))
        if (const auto told = parse_schedstat(*text)) {
            thread.first.on_cpu = told->on_cpu;
            thread.first.run_delay = told->waited_for;
        }
    if (const auto text = directory.read("status", scratch)) {
        const StatusText status = parse_status(*text);
        thread.tracer = status.tracer;
        if (!status.ns_pids.empty()) thread.ns_tid = status.ns_pids.back();
        thread.first.context_switches = status.context_switches;
    }
    return thread;
}

/// A dying thread that still waits (zap_pid_ns_processes) is in S or D: Z and X are past every wait.
bool may_wait(const Thread& thread) {
    return !has_ended(thread.state);
}

void take_call(Thread& thread, const OrErrno<std::string>& text, ReadErrors& errors) {
    if (!text) return errors.note("system calls", text.error());
    const SyscallText call = parse_syscall(*text);
    thread.syscall = call.number;
    thread.args = call.args;
    thread.stack_pointer = call.stack_pointer;
    thread.instruction_pointer = call.instruction_pointer;
}

/// What only /proc tells of a thread.
struct StillAsked {
    Thread* thread;
    bool call = true, stack = true;
    std::vector<std::uint64_t> return_addresses;  ///< of the stack that is asked for
};

/// It sleeps and has not run since it was looked at: what is read now was so then.
bool has_not_moved(const ProcDirectory& process, const Thread& thread, std::string& scratch) {
    const std::string task = "task/" + std::to_string(thread.tid.value);
    const auto stat_text = process.read((task + "/stat").c_str(), scratch);
    const auto stat = stat_text ? parse_stat(*stat_text) : std::nullopt;
    if (!stat || stat->state != thread.state) return false;
    const auto text = process.read((task + "/status").c_str(), scratch);
    return text && parse_status(*text).context_switches == thread.first.context_switches;
}

/// The call that each thread is in, and where it sleeps in the kernel.
void read_waits(const ProcDirectory& process, Pid whose, std::span<StillAsked> threads, KernelFunctions* known, std::string& scratch,
                ReadErrors& errors) {
    constexpr std::size_t at_once = 64;
    SharedTexts functions;
    for (; !threads.empty(); threads = threads.subspan(std::min(at_once, threads.size()))) {
        const auto some = threads.first(std::min(at_once, threads.size()));
        std::vector<std::string> names;
        for (const StillAsked& each : some) {
            const std::string task = "task/" + std::to_string(each.thread->tid.value);
            if (each.call) names.push_back(task + "/syscall");
            if (each.stack) names.push_back(task + "/stack");
        }
        std::vector<FileWanted> wanted;
        for (const std::string& name : names) wanted.push_back({.name = name.c_str()});
        const auto texts = read_in_time(process, whose, wanted);
        auto next = texts.begin();
        for (StillAsked& each : some) {
            Thread& thread = *each.thread;
            if (each.call) take_call(thread, *next++, errors);
            if (each.stack) {
                if (const auto& text = *next++) {
                    thread.kernel_stack = parse_kernel_stack(*text, functions);
                    if (known != nullptr && !each.return_addresses.empty() && has_not_moved(process, thread, scratch))
                        known->learn(each.return_addresses, *text);
                } else {
                    errors.note("kernel stacks", text.error());
                }
            }
            if (thread.state == ProcessState::running) continue;
            // The stack's innermost function is what wchan shows: both leave out the scheduler's own (kernel/stacktrace.c).
            if (!thread.kernel_stack.empty()) {
                thread.wchan = thread.kernel_stack.front();
                continue;
            }
            const std::string name = "task/" + std::to_string(thread.tid.value) + "/wchan";
            if (const auto text = process.read(name.c_str(), scratch); text && *text != "0") thread.wchan = *text;
        }
    }
}

/// The call, and what its pointers lead to. All by the threads' own ids: of a first thread that has exited nothing
/// can be read. False: some memory did not answer in time.
bool read_memory(std::span<Thread> threads, const ProcDirectory& process, Pid whose, bool readable) {
    std::string auxv;
    bool answered = true;
    for (Thread& thread : threads) {
        const PatientMemory memory(whose, thread.tid);
        const auto read_auxv = [&]() -> std::string_view {
            if (auxv.empty())
                auxv = read_in_time(process, whose, {.name = ("task/" + std::to_string(thread.tid.value) + "/auxv").c_str()}).value_or("");
            return auxv;
        };
        const auto call = call_of_thread({thread.syscall, thread.args, thread.stack_pointer, thread.instruction_pointer},
                                         readable ? &memory : nullptr, read_auxv);
        thread.arch = call.arch;
        thread.syscall = call.number;
        thread.args = call.args;
        if (readable) read_arguments(thread, memory);
        answered &= !memory.gave_up();
    }
    if (readable && answered && !threads.empty()) {
        const PatientMemory memory(whose, threads.front().tid);
        read_futexes(threads, memory);
        answered &= !memory.gave_up();
    }
    return answered;
}

std::vector<Thread> list_threads(const ProcDirectory& directory, std::string& scratch) {
    std::vector<Thread> threads;
    const auto tasks = directory.directory("task");
    const auto numbers = tasks ? tasks->numbers() : std::unexpected(tasks.error());
    if (!numbers) return threads;
    threads.reserve(numbers->size());
    for (const std::int32_t number : *numbers) {
        const auto task = tasks->directory(number);
        auto thread = task ? read_thread(*task, scratch) : std::nullopt;
        if (thread) threads.push_back(std::move(*thread));
    }
    return threads;
}

std::vector<Thread> taken_from(KnownThreads& known) {
    std::vector<Thread> threads;
    threads.reserve(known.threads.size());
    for (KnownThread& each : known.threads) threads.push_back(std::move(each.thread));
    return threads;
}

}  // namespace

std::vector<Thread> read_threads(const ProcDirectory& directory, Pid whose, const ThreadDetail& detail, std::string& scratch,
                                 ReadErrors& errors, std::optional<KnownThreads> known) {
    std::vector<Thread> threads = known ? taken_from(*known) : list_threads(directory, scratch);
    std::vector<StillAsked> asked;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        Thread& thread = threads[i];
        if (!may_wait(thread)) continue;
        StillAsked one{.thread = &thread, .stack = detail.kernel_stacks && thread.state != ProcessState::running, .return_addresses = {}};
        if (known) {
            KnownThread& told = known->threads[i];
            one.call = !told.call_known;
            auto names = told.return_addresses.empty() ? std::nullopt : known->functions->names(told.return_addresses);
            if (one.stack && names) {
                thread.kernel_stack = std::move(*names);
                thread.wchan = thread.kernel_stack.front();
                one.stack = false;
            }
            one.call |= one.stack;  // both of one moment
            one.return_addresses = std::move(told.return_addresses);
        }
        const bool sleeps_nowhere = thread.wchan.empty() && thread.state != ProcessState::running;
        if (one.call || one.stack || sleeps_nowhere) asked.push_back(std::move(one));
    }
    read_waits(directory, whose, asked, known ? known->functions : nullptr, scratch, errors);
    const bool locked = std::ranges::any_of(threads, [](const Thread& thread) {
        return thread.state == ProcessState::uninterruptible && may_hold_mmap_lock(thread.kernel_stack);
    });
    if (locked) note_locked(errors, whose, "memory", false);
    if (!read_memory(threads, directory, whose, detail.memory && !locked)) note_locked(errors, whose, "memory", true);
    return threads;
}

}  // namespace shimtrace::host
