#include "tracer/procfs/process_reader.hpp"

#include "tracer/procfs/call_of_thread.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/duplicate.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

namespace shimtrace::host {
namespace {

// What roles and diagnoses need of an environment; the rest may hold secrets and is not kept.
constexpr auto environment_keys =
    std::to_array<std::string_view>({"TTRPC_ADDRESS=", "GRPC_ADDRESS=", "NAMESPACE=", "XDG_RUNTIME_DIR=", "NOTIFY_SOCKET=",
                                     "DBUS_SESSION_BUS_ADDRESS=", "_LIBCONTAINER_INITTYPE=", "_LIBCONTAINER_INITPIPE=",
                                     "_LIBCONTAINER_FIFOFD=", "_LIBCONTAINER_SYNCPIPE=", "_LIBCONTAINER_CONSOLE=", "LISTEN_FDS="});

std::vector<std::string> wanted_environment(std::string_view text) {
    std::vector<std::string> wanted;
    while (!text.empty()) {
        const std::string_view entry = text.substr(0, text.find('\0'));
        text.remove_prefix(std::min(entry.size() + 1, text.size()));
        if (std::ranges::any_of(environment_keys, [&](std::string_view key) { return entry.starts_with(key); })) wanted.emplace_back(entry);
    }
    return wanted;
}

Inode namespace_inode(const ProcDirectory& directory, const char* name, const char* prefix) {
    const auto link = directory.link(name);
    return link ? Inode{bracketed_number(*link, prefix).value_or(0)} : Inode{};
}

/// Reading a process's memory, and so cmdline and environ, waits for its mmap lock. A thread that sleeps uninterruptibly
/// in the middle of changing its mappings holds it, and whoever asks would hang with it (as ps does).
bool may_hold_mmap_lock(const std::vector<std::string>& stack) {
    constexpr auto words = std::to_array<std::string_view>({"mmap", "munmap", "mprotect", "mremap", "madvise", "rwsem_down", "fault"});
    return std::ranges::any_of(stack, [&](const std::string& function) {
        return std::ranges::any_of(words, [&](std::string_view word) { return function.find(word) != std::string::npos; });
    });
}

/// Whether calls wait at a seccomp listener, told by poll alone, which takes none: `count` is 1 for calls that nobody has asked for, 2
/// for calls asked for and not answered (linux/kernel/seccomp.c, seccomp_notify_poll), 3 for both, 4 for none; 0: not permitted.
void ask_seccomp_listener(Pid pid, FdEntry& entry) {
    const OwnedFd listener = duplicate(pid, entry.fd);
    if (!listener) return;
    pollfd asked{.fd = listener.get(), .events = POLLIN | POLLOUT, .revents = 0};
    if (::poll(&asked, 1, 0) < 0) return;
    entry.target.count = (asked.revents & POLLIN ? 1U : 0U) | (asked.revents & POLLOUT ? 2U : 0U);
    if (entry.target.count == 0) entry.target.count = 4;
}

std::vector<std::string> read_stack(const ProcDirectory& directory, std::string& scratch) {
    const auto text = directory.read("stack", scratch);
    return text ? parse_kernel_stack(*text) : std::vector<std::string>{};
}

/// Whether the process's memory could be asked.
bool read_program(const ProcDirectory& directory, Process& process, std::string& scratch, ReadErrors& errors) {
    if (const auto exe = directory.link("exe"))
        process.exe = *exe;
    else
        errors.note("executable", exe.error());
    if (const auto cwd = directory.link("cwd")) process.cwd = *cwd;
    if (process.state == 'D' && may_hold_mmap_lock(read_stack(directory, scratch))) {
        errors.add("command line of process " + std::to_string(process.pid.value) + ": not asked, its memory map may be locked");
        return false;
    }
    if (const auto text = directory.read("cmdline", scratch, std::size_t{128} << 10)) process.command_line = parse_strings(*text, 4096);
    return true;
}

bool has_memory(const Process& process) {
    return process.state != 'Z' && process.state != 'X';
}

}  // namespace

void read_accounts(const ProcDirectory& directory, Process& process, std::string& scratch) {
    if (const auto text = directory.read("io", scratch)) {
        const IoText io = parse_io(*text);
        process.read_bytes = io.read_bytes;
        process.write_bytes = io.write_bytes;
    }
    if (const auto text = directory.read("oom_score_adj", scratch)) process.oom_score_adj = std::atoi(std::string(*text).c_str());
}

void add_descriptors(const ProcDirectory& process_directory, TableRow& row, MountTables& mounts, std::string& scratch, ReadErrors& errors) {
    Process& process = row.process;
    process.fds_known = process.state == 'Z' || row.kernel_thread;
    if (row.kernel_thread) return;
    const auto thread = row.leader_gone ? living_thread(process_directory, scratch) : std::nullopt;
    const ProcDirectory& directory = thread ? *thread : process_directory;
    auto fds = read_descriptors(directory, mounts.of(directory, process, scratch, errors).fragile);
    if (fds) {
        process.fds = std::move(*fds);
        process.fds_known = true;
        // Which pty a master belongs to: without it nobody finds the other side.
        for (FdEntry& entry : process.fds)
            if (is_pty_master(entry.target))
                add_fdinfo(directory, ("fdinfo/" + std::to_string(entry.fd.value)).c_str(), entry.target, scratch);
        for (FdEntry& entry : process.fds)
            if (entry.target.kind == OpenFileKind::seccomp_notify) ask_seccomp_listener(process.pid, entry);
    } else if (process.state != 'Z') {
        errors.note("descriptors", fds.error());
    }
}

std::optional<ProcDirectory> living_thread(const ProcDirectory& process, std::string& scratch) {
    const auto tasks = process.directory("task");
    const auto numbers = tasks ? tasks->numbers() : std::unexpected(tasks.error());
    if (!numbers || numbers->size() < 2) return std::nullopt;
    for (const std::int32_t number : *numbers) {
        auto thread = tasks->directory(number);
        const auto text = thread ? thread->read("stat", scratch) : std::unexpected(thread.error());
        const auto stat = text ? parse_stat(*text) : std::nullopt;
        if (stat && stat->state != 'Z' && stat->state != 'X') return std::move(*thread);
    }
    return std::nullopt;
}

std::optional<TableRow> read_identity(const ProcDirectory& process_directory, std::string& scratch, ReadErrors& errors) {
    const auto stat_text = process_directory.read("stat", scratch);
    if (!stat_text) return std::nullopt;
    auto stat = parse_stat(*stat_text);
    if (!stat) return std::nullopt;
    std::optional<ProcDirectory> thread;
    if (stat->state == 'Z') thread = living_thread(process_directory, scratch);
    const ProcDirectory& directory = thread ? *thread : process_directory;
    if (thread)
        if (const auto text = thread->read("stat", scratch))
            if (const auto living = parse_stat(*text)) stat->state = living->state;
    TableRow row{.process = {}, .kernel_thread = stat->kernel_thread(), .leader_gone = thread.has_value()};
    Process& process = row.process;
    process.pid = Pid{stat->id};
    process.parent = Pid{stat->parent};
    process.start_time = stat->start_time;
    process.comm = std::move(stat->comm);
    process.state = stat->state;
    process.session = stat->session;
    process.process_group = stat->process_group;
    process.tty = stat->tty;
    if (row.kernel_thread) return row;
    if (const auto text = directory.read("status", scratch)) {
        StatusText status = parse_status(*text);
        process.ns_pids = std::move(status.ns_pids);
        process.pending_signals = status.pending;
        process.blocked_signals = status.blocked;
        process.ignored_signals = status.ignored;
        process.caught_signals = status.caught;
        process.uid = status.uid;
    }
    process.ns.pid = namespace_inode(directory, "ns/pid", "pid:[");
    process.ns.mnt = namespace_inode(directory, "ns/mnt", "mnt:[");
    process.foreign_root = has_foreign_root(directory, process.ns.mnt);
    row.memory_asked = has_memory(process) && read_program(directory, process, scratch, errors);
    return row;
}

std::optional<TableRow> read_table_row(const ProcDirectory& process_directory, std::string& scratch, ReadErrors& errors) {
    auto row = read_identity(process_directory, scratch, errors);
    if (!row || row->kernel_thread) return row;
    const auto thread = row->leader_gone ? living_thread(process_directory, scratch) : std::nullopt;
    const ProcDirectory& directory = thread ? *thread : process_directory;
    Process& process = row->process;
    if (const auto text = directory.read("cgroup", scratch)) process.cgroup = parse_cgroup(*text);
    process.ns.net = namespace_inode(directory, "ns/net", "net:[");
    process.ns.user = namespace_inode(directory, "ns/user", "user:[");
    process.ns.cgroup = namespace_inode(directory, "ns/cgroup", "cgroup:[");
    if (!has_memory(process)) return row;
    if (const auto root = directory.link("root")) process.root = *root;
    if (!row->memory_asked) return row;
    if (const auto text = directory.read("environ", scratch, std::size_t{1} << 20)) process.environment = wanted_environment(*text);
    return row;
}

namespace {

std::optional<Thread> read_thread(const ProcDirectory& directory, const ThreadDetail& detail, std::string& scratch, ReadErrors& errors) {
    const auto stat_text = directory.read("stat", scratch);
    if (!stat_text) return std::nullopt;
    auto stat = parse_stat(*stat_text);
    if (!stat) return std::nullopt;
    Thread thread;
    thread.tid = Tid{stat->id};
    thread.comm = std::move(stat->comm);
    thread.state = stat->state;
    thread.first.cpu_ticks = stat->cpu_ticks;
    thread.first.at = monotonic_now();
    if (const auto text = directory.read("status", scratch)) {
        const StatusText status = parse_status(*text);
        thread.tracer = status.tracer;
        thread.first.context_switches = status.context_switches;
    }
    // A dying thread that still waits (zap_pid_ns_processes) is in S or D: Z and X are past every wait.
    if (thread.state == 'Z' || thread.state == 'X') return thread;
    if (const auto text = directory.read("syscall", scratch)) {
        const SyscallText call = parse_syscall(*text);
        thread.syscall = call.number;
        thread.args = call.args;
        thread.stack_pointer = call.stack_pointer;
        thread.instruction_pointer = call.instruction_pointer;
    } else {
        errors.note("system calls", text.error());
    }
    if (thread.state == 'R') return thread;
    if (detail.kernel_stacks) {
        if (const auto text = directory.read("stack", scratch))
            thread.kernel_stack = parse_kernel_stack(*text);
        else
            errors.note("kernel stacks", text.error());
    }
    // The stack's innermost function is what wchan shows: both leave out the scheduler's own (kernel/stacktrace.c).
    if (!thread.kernel_stack.empty())
        thread.wchan = thread.kernel_stack.front();
    else if (const auto text = directory.read("wchan", scratch); text && *text != "0")
        thread.wchan = *text;
    return thread;
}

/// All by the threads' own ids: of a first thread that has exited nothing can be read.
void tell_calls(std::span<Thread> threads, const ProcDirectory& process, bool readable, std::string& scratch) {
    std::string auxv;
    for (Thread& thread : threads) {
        const auto read_auxv = [&]() -> std::string_view {
            if (auxv.empty())
                auxv = process.read(("task/" + std::to_string(thread.tid.value) + "/auxv").c_str(), scratch).value_or(std::string_view());
            return auxv;
        };
        const auto call = call_of_thread({thread.syscall, thread.args, thread.stack_pointer, thread.instruction_pointer},
                                         readable ? std::optional(thread.tid) : std::nullopt, read_auxv);
        thread.arch = call.arch;
        thread.syscall = call.number;
        thread.args = call.args;
    }
}

}  // namespace

std::vector<Thread> read_threads(const ProcDirectory& directory, const ThreadDetail& detail, std::string& scratch, ReadErrors& errors) {
    std::vector<Thread> threads;
    const auto tasks = directory.directory("task");
    if (!tasks) return threads;
    const auto numbers = tasks->numbers();
    if (!numbers) return threads;
    for (const std::int32_t number : *numbers) {
        const auto task = tasks->directory(number);
        if (!task) continue;
        auto thread = read_thread(*task, detail, scratch, errors);
        if (thread) threads.push_back(std::move(*thread));
    }
    const bool locked =
        std::ranges::any_of(threads, [](const Thread& thread) { return thread.state == 'D' && may_hold_mmap_lock(thread.kernel_stack); });
    const bool readable = detail.memory && !locked;
    tell_calls(threads, directory, readable, scratch);
    if (readable)
        for (Thread& thread : threads) read_arguments(thread);
    return threads;
}

std::optional<Progress> read_progress(const ProcDirectory& thread, std::string& scratch) {
    const auto stat_text = thread.read("stat", scratch);
    if (!stat_text) return std::nullopt;
    const auto stat = parse_stat(*stat_text);
    if (!stat) return std::nullopt;
    Progress progress{.at = monotonic_now(), .context_switches = 0, .cpu_ticks = stat->cpu_ticks};
    if (const auto text = thread.read("status", scratch)) progress.context_switches = parse_status(*text).context_switches;
    return progress;
}

std::optional<Process> read_process(Pid pid) {
    const auto proc = ProcDirectory::open();
    if (!proc) return std::nullopt;
    const auto directory = proc->directory(pid.value);
    if (!directory) return std::nullopt;
    std::string scratch;
    ReadErrors errors;
    auto row = read_identity(*directory, scratch, errors);
    return row ? std::optional(std::move(row->process)) : std::nullopt;
}

}  // namespace shimtrace::host
