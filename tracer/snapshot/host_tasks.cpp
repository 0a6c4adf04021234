#include "tracer/snapshot/host_tasks.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/host_root.hpp"
#include "tracer/procfs/observer.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/threads/in_parallel.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace shimtrace::host {
namespace {

/// In a time namespace with an offset /proc tells other start times than the kernel has.
bool clocks_agree(const ProcDirectory& proc, std::uint64_t own_start) {
    std::string scratch;
    const auto text = proc.read("self/stat", scratch);
    const auto stat = text ? parse_stat(*text) : std::nullopt;
    return stat && stat->start_time == clock_ticks(own_start);
}

Process process_of(const bpf::TaskRow& told) {
    Process process;
    process.pid = told.pid;
    process.parent = told.parent;
    process.start_time = clock_ticks(told.start_time);
    process.comm = told.comm;
    process.state = *told.state;
    process.session = told.leader.session;
    process.process_group = told.leader.process_group;
    process.tty = told.leader.tty;
    process.ns_pids.assign(told.ns_pids.begin(), told.ns_pids.end());
    process.ns = told.ns;
    process.pending_signals = told.leader.pending;
    process.blocked_signals = told.leader.blocked;
    process.ignored_signals = told.leader.ignored;
    process.caught_signals = told.leader.caught;
    process.uid = told.uid;
    return process;
}

/// What only a first thread that lives and has all its belongings tells so; of the kernel's own /proc has longer names.
bool tells_all(const bpf::TaskRow& told) {
    return told.state && !has_ended(*told.state) && !told.kernel_thread && !told.ns_pids.empty() && told.ns.mnt &&
           told.leader.exe.name != 0 && told.leader.root.name != 0;
}

/// False: it is not permitted, or was cut short.
bool for_each_task(bpf::Tasks which, const std::function<bool()>& interrupted, const std::function<void(const bpf::TaskRow&)>& take) {
    constexpr std::size_t most_processes = 500'000, asked_after = 1024;
    std::size_t count = 0;
    bool whole = true;
    const int error = bpf::for_each_task(which, [&](const bpf::TaskRow& told) {
        ++count;
        if (which == bpf::Tasks::first_threads && count > most_processes) return whole = false;
        if (count % asked_after == 0 && interrupted && interrupted()) return whole = false;
        take(told);
        return true;
    });
    return error == 0 && whole;
}

/// A text of /proc/PID that is the same for all who have the same place in the kernel: whoever is oldest is asked, who changes least.
struct AskedText {
    Pid whose;
    std::uint64_t start_time = 0;
    const char* file = nullptr;
    std::optional<std::string> text;
};

void want(AskedText& asked, Pid pid, std::uint64_t start_time, const char* file) {
    if (!asked.whose || start_time < asked.start_time) asked = {.whose = pid, .start_time = start_time, .file = file, .text = {}};
}

void answer(const ProcDirectory& proc, AskedText& asked, bool is_link) {
    const std::string name = std::to_string(asked.whose.value) + "/" + asked.file;
    std::string scratch;
    if (is_link) {
        if (auto text = proc.link(name.c_str())) asked.text = std::move(*text);
    } else if (const auto text = proc.read(name.c_str(), scratch)) {
        asked.text = parse_cgroup(*text);
    }
}

}  // namespace

HostProcesses::Seen HostProcesses::seen_of(const bpf::TaskRow& told) {
    return {.start_time = told.start_time,
            .exe = told.leader.exe,
            .cwd = told.leader.cwd,
            .root = told.leader.root,
            .cgroups = told.leader.cgroups,
            .mounts = told.ns.mnt,
            .network = told.ns.net};
}

HostProcesses HostProcesses::read(const ProcDirectory& proc, const std::function<bool()>& interrupted) {
    // The kernel tells its own numbers of processes, whatever they are called here.
    if (!observer().host_pids) return {};
    HostProcesses all;
    const bool is_whole = for_each_task(bpf::Tasks::first_threads, interrupted, [&](const bpf::TaskRow& told) {
        if (tells_all(told)) all.told_[told.pid] = {.seen = seen_of(told), .row = TableRow{.process = process_of(told)}};
    });
    const auto own = all.told_.find(Pid{::getpid()});
    if (!is_whole || own == all.told_.end() || !clocks_agree(proc, own->second.seen.start_time)) return {};
    all.own_mounts_ = own->second.seen.mounts;

    std::map<bpf::KernelPlace, AskedText> paths;
    std::map<std::uint64_t, AskedText> cgroups;
    for (const auto& [pid, told] : all.told_) {
        const Seen& seen = told.seen;
        want(paths[seen.exe], pid, seen.start_time, "exe");
        want(paths[seen.cwd], pid, seen.start_time, "cwd");
        want(paths[seen.root], pid, seen.start_time, "root");
        want(cgroups[seen.cgroups], pid, seen.start_time, "cgroup");
    }
    std::vector<AskedText*> asked;
    for (auto& [place, each] : paths) asked.push_back(&each);
    for (auto& [place, each] : cgroups) asked.push_back(&each);
    constexpr std::size_t worth_a_thread = 128;
    in_parallel(asked.size(), worth_a_thread, [&](std::size_t at) { answer(proc, *asked[at], at < paths.size()); });

    for (auto& [pid, told] : all.told_) {
        const std::array<AskedText*, 4> texts = {&paths[told.seen.exe], &paths[told.seen.cwd], &paths[told.seen.root],
                                                 &cgroups[told.seen.cgroups]};
        if (std::ranges::any_of(texts, [](const AskedText* each) { return !each->text; })) {
            told.row.reset();
            continue;
        }
        Process& process = told.row->process;
        process.exe = *texts[0]->text;
        process.cwd = *texts[1]->text;
        process.root = *texts[2]->text;
        process.cgroup = *texts[3]->text;
        std::ranges::transform(texts, told.asked.begin(), &AskedText::whose);
    }
    return all;
}

std::set<Pid> HostProcesses::outdated(const std::function<bool()>& interrupted) const {
    std::set<Pid> pids, changed;
    if (told_.empty()) return pids;
    for (const auto& [pid, told] : told_) changed.insert(pid);
    const bool is_whole = for_each_task(bpf::Tasks::first_threads, interrupted, [&](const bpf::TaskRow& now) {
        const auto found = tells_all(now) ? told_.find(now.pid) : told_.end();
        if (found != told_.end() && found->second.seen == seen_of(now)) changed.erase(now.pid);
    });
    for (const auto& [pid, told] : told_) {
        const bool by_changed = std::ranges::any_of(told.asked, [&](Pid asked) { return changed.contains(asked); });
        if (!is_whole || by_changed || changed.contains(pid)) pids.insert(pid);
    }
    return pids;
}

std::optional<TableRow> HostProcesses::take(const ProcDirectory& proc, Pid pid) {
    const auto found = told_.find(pid);
    if (found == told_.end() || !found->second.row) return std::nullopt;
    std::optional<TableRow> row = std::exchange(found->second.row, std::nullopt);
    if (row->process.ns.mnt == own_mounts_) return row;
    const auto directory = proc.directory(pid.value);
    if (!directory) return std::nullopt;
    row->process.foreign_root = has_foreign_root(*directory, row->process.ns.mnt);
    return row;
}

namespace {

KnownThread thread_of_row(const bpf::TaskRow& told, MonotonicTime at) {
    KnownThread known;
    Thread& thread = known.thread;
    thread.tid = told.tid;
    thread.comm = told.comm;
    thread.state = *told.state;
    thread.tracer = told.tracer;
    thread.ns_tid = told.ns_pids.back();
    // utime and stime are rounded one by one in /proc: what would be another number there is not told.
    thread.first = {.at = at, .context_switches = told.context_switches, .on_cpu = told.on_cpu, .run_delay = told.run_delay};
    if (has_ended(thread.state) || thread.state == ProcessState::running) return known;
    thread.syscall = told.syscall;
    thread.args = told.args;
    thread.stack_pointer = told.stack_pointer;
    thread.instruction_pointer = told.instruction_pointer;
    // A 32-bit program's call has its arguments in other registers.
    constexpr std::uint64_t end_of_32_bits = std::uint64_t{1} << 32;
    known.call_known = told.call_known && (told.instruction_pointer >= end_of_32_bits || told.stack_pointer >= end_of_32_bits);
    known.return_addresses.assign(told.kernel_stack.begin(), told.kernel_stack.end());
    return known;
}

}  // namespace

void HostThreads::read(const std::set<Pid>& wanted, const std::function<bool()>& interrupted) {
    found_.clear();
    if (!observer().host_pids) return;
    const MonotonicTime at = monotonic_now();
    const bool is_whole = for_each_task(bpf::Tasks::threads, interrupted, [&](const bpf::TaskRow& told) {
        if (!wanted.contains(told.pid)) return;
        Found& found = found_[told.pid];
        if (told.tid.value == told.pid.value) found.start_time = told.start_time;
        found.whole &= told.state && !told.kernel_thread && !told.has_io_delay && !told.ns_pids.empty();
        if (found.whole)
            found.threads.push_back(thread_of_row(told, at));
        else
            found.threads.clear();
    });
    if (!is_whole) found_.clear();
}

std::optional<KnownThreads> HostThreads::take(const Process& process) {
    const auto found = found_.find(process.pid);
    if (found == found_.end()) return std::nullopt;
    Found taken = std::exchange(found->second, Found{.start_time = 0, .whole = false, .threads = {}});
    if (!taken.whole || taken.start_time == 0 || clock_ticks(taken.start_time) != process.start_time) return std::nullopt;
    return KnownThreads{std::move(taken.threads), &functions_};
}

std::set<Pid> who_has_moved(const std::unordered_map<Tid, std::uint64_t>& context_switches, const std::function<bool()>& interrupted) {
    std::set<Pid> moved;
    if (context_switches.empty()) return moved;
    for_each_task(bpf::Tasks::threads, interrupted, [&](const bpf::TaskRow& told) {
        const auto before = context_switches.find(told.tid);
        if (before != context_switches.end() && before->second != told.context_switches) moved.insert(told.pid);
    });
    return moved;
}

}  // namespace shimtrace::host
