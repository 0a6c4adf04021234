#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include "tracer/diagnosis/graph/calls.hpp"

#include <shimtrace/container_identity.hpp>
#include <shimtrace/frozen.hpp>
#include <shimtrace/observed.hpp>
#include <shimtrace/process_age.hpp>

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>

namespace shimtrace::diagnosis {

ProcessesByContainer::ProcessesByContainer(const Snapshot& snapshot) {
    by_pid_.reserve(snapshot.processes.size());
    for (const Process& process : snapshot.processes) {
        by_pid_.emplace(process.pid, &process);
        if (process.role.container) by_container_[process.role.container].push_back(&process);
    }
}

const Process* ProcessesByContainer::process(Pid pid) const {
    const auto found = pid ? by_pid_.find(pid) : by_pid_.end();
    return found == by_pid_.end() ? nullptr : found->second;
}

std::span<const Process* const> ProcessesByContainer::of(const ContainerRef& container) const {
    const auto found = by_container_.find(container);
    if (found == by_container_.end()) return {};
    return found->second;
}

namespace {

constexpr std::size_t many_of_one = 64;  ///< fewer are looked through

/// 0: not known.
std::int32_t inner_number(const Process& process, const Thread& thread) {
    if (thread.ns_tid != 0) return thread.ns_tid;
    return process.ns_pids.size() <= 1 ? thread.tid.value : 0;
}

bool is_living(const Thread& thread) {
    return thread.state != ProcessState::zombie && thread.state != ProcessState::dead;
}

Standstill standstill_of(const Thread& thread) {
    if (!thread.second) return Standstill::unknown;
    const Progress &then = thread.first, &now = *thread.second;
    // By the finer clock where both looks have it, by the other where both have that alone.
    const bool then_fine = then.on_cpu != Nanoseconds::zero(), now_fine = now.on_cpu != Nanoseconds::zero();
    const bool ran = then_fine && now_fine ? now.on_cpu != then.on_cpu : then_fine || now_fine ? false : now.cpu_ticks != then.cpu_ticks;
    return !ran && now.context_switches == then.context_switches ? Standstill::still : Standstill::moved;
}

Standstill standstill_of(const Process& process) {
    Standstill all = process.threads.empty() ? Standstill::unknown : Standstill::still;
    for (const Thread& thread : process.threads) {
        const Standstill one = standstill_of(thread);
        if (one == Standstill::moved) return one;
        if (one == Standstill::unknown) all = one;
    }
    return all;
}

bool do_all_but_one_rest(const Process& process) {
    const auto rests = [](const Thread& thread) { return thread.state == ProcessState::zombie || stack_has(thread, "futex_wait"); };
    return std::ranges::count_if(process.threads, std::not_fn(rests)) <= 1;
}

}  // namespace

Facts::Crowd Facts::crowd_of(const Process& process) {
    Crowd made{.threads = {},
               .by_inner_number = {},
               .goroutines = {},
               .standstill = standstill_of(process),
               .all_but_one_rest = do_all_but_one_rest(process)};
    made.threads.reserve(process.threads.size());
    for (const Thread& thread : process.threads) {
        made.threads.emplace(thread.tid.value, &thread);
        if (is_living(thread)) made.by_inner_number.emplace(inner_number(process, thread), &thread);
    }
    if (!process.go) return made;
    made.goroutines.reserve(process.go->goroutines.size());
    for (const Goroutine& goroutine : process.go->goroutines) made.goroutines.emplace(goroutine.id.value, &goroutine);
    return made;
}

const Facts::Crowd* Facts::crowd(const Process& process) const {
    const auto found = crowds_.find(&process);
    return found == crowds_.end() ? nullptr : &found->second;
}

const Thread* Facts::thread(const Process& process, Tid tid) const {
    if (const Crowd* many = crowd(process)) {
        const auto found = many->threads.find(tid.value);
        return found == many->threads.end() ? nullptr : found->second;
    }
    const auto found = std::ranges::find(process.threads, tid, &Thread::tid);
    return found == process.threads.end() ? nullptr : &*found;
}

std::vector<const Thread*> Facts::threads_called(const Process& process, std::int32_t number) const {
    std::vector<const Thread*> found;
    if (const Crowd* many = crowd(process)) {
        const auto [first, last] = many->by_inner_number.equal_range(number);
        for (auto at = first; at != last; ++at) found.push_back(at->second);
        return found;
    }
    for (const Thread& thread : process.threads)
        if (inner_number(process, thread) == number && is_living(thread)) found.push_back(&thread);
    return found;
}

const Goroutine* Facts::goroutine(const Process& process, GoroutineId id) const {
    if (!process.go) return nullptr;
    if (const Crowd* many = crowd(process)) {
        const auto found = many->goroutines.find(id.value);
        return found == many->goroutines.end() ? nullptr : found->second;
    }
    const auto found = std::ranges::find(process.go->goroutines, id, &Goroutine::id);
    return found == process.go->goroutines.end() ? nullptr : &*found;
}

bool Facts::all_but_one_rest(const Process& process) const {
    const Crowd* many = crowd(process);
    return many ? many->all_but_one_rest : do_all_but_one_rest(process);
}

Facts::Facts(const Snapshot& snapshot)
    : snapshot_(snapshot), sees_hosts_processes_(shimtrace::sees_hosts_processes(snapshot)), processes_(snapshot), namesakes_(snapshot) {
    for (const Process& process : snapshot.processes) {
        children_[process.parent.value].push_back(&process);
        for (const FdEntry& entry : process.fds) {
            const OpenFile& target = entry.target;
            if (target.socket && target.socket->inode) {
                auto& holders = socket_holders_[target.socket->inode.value];
                if (holders.empty() || holders.back() != process.pid) holders.push_back(process.pid);
            }
            if (target.kind != OpenFileKind::pipe && target.kind != OpenFileKind::fifo) continue;
            const auto access = target.flags & 3U;  // O_ACCMODE
            const bool reads = access != 1, writes = access != 0;
            auto& ends = ends_[target.inode.value];
            if (!ends.empty() && ends.back().pid == process.pid) {
                ends.back().reads |= reads;
                ends.back().writes |= writes;
            } else {
                ends.push_back(
                    {.pid = process.pid, .fd = entry.fd, .comm = process.comm, .state = process.state, .reads = reads, .writes = writes});
            }
        }
        for (const Thread& thread : process.threads) {
            if (!thread.second) continue;
            interval_s_ = std::max(interval_s_, std::chrono::duration<double>(thread.second->at - thread.first.at).count());
        }
    }
    for (const Process& process : snapshot.processes)
        if (process.threads.size() > many_of_one || (process.go && process.go->goroutines.size() > many_of_one))
            crowds_.emplace(&process, crowd_of(process));
    for (const Pipe& pipe : snapshot.pipes) pipes_[pipe.inode.value].push_back(&pipe);
    add_holders_of_pipes();
    for (const SocketFacts& socket : snapshot.sockets) sockets_.emplace(socket.inode.value, &socket);
    for (const Cgroup& cgroup : snapshot.cgroups) cgroups_.emplace(cgroup.path, &cgroup);
    for (const Process& process : snapshot.processes)
        if (serves_calls(process))
            for (const Goroutine* goroutine : calls_under_way(process)) served_calls_.push_back({&process, goroutine});
}

bool Facts::lives(Pid pid) const {
    const Process* process = this->process(pid);
    return process && !is_zombie(*process);
}

std::span<const Process* const> Facts::children(Pid parent) const {
    const auto found = children_.find(parent.value);
    if (found == children_.end()) return {};
    return found->second;
}

const OpenFile* Facts::target(const Process& process, Fd fd) const {
    // As the kernel lists them they are in order; of a recording nobody promises it.
    auto found = std::ranges::lower_bound(process.fds, fd.value, {}, [](const FdEntry& entry) { return entry.fd.value; });
    if (found == process.fds.end() || found->fd != fd) found = std::ranges::find(process.fds, fd, &FdEntry::fd);
    return found == process.fds.end() ? nullptr : &found->target;
}

const Pipe* Facts::pipe(Inode inode, std::uint64_t device) const {
    const auto found = pipes_.find(inode.value);
    if (found == pipes_.end() || found->second.empty()) return nullptr;
    for (const Pipe* pipe : found->second)
        if (pipe->device == device) return pipe;
    // A pipe's device is the kernel's pipefs; only where one side does not know it is the inode enough.
    for (const Pipe* pipe : found->second)
        if (pipe->device == 0 || device == 0) return pipe;
    return nullptr;
}

const SocketFacts* Facts::socket(Inode inode) const {
    const auto found = sockets_.find(inode.value);
    return found == sockets_.end() ? nullptr : found->second;
}

const Cgroup* Facts::cgroup(const std::string& path) const {
    const auto found = cgroups_.find(path);
    return found == cgroups_.end() ? nullptr : found->second;
}

const Cgroup* Facts::frozen_cgroup(const Process& process) const {
    const Cgroup* own = cgroup(process.cgroup);
    return own && is_frozen(*own) ? own : nullptr;
}

const Mount* Facts::mount_of(const Process& process, std::string_view path, std::uint64_t device) const {
    const Mount* best = nullptr;
    std::size_t length = 0;
    for (const Mount& mount : snapshot_.mounts) {
        if (device != 0 && mount.device == device) {
            if (!best || mount.seen_from == process.pid) best = &mount;
            continue;
        }
        if (device != 0 || !path.starts_with(mount.mount_point)) continue;
        const bool whole = mount.mount_point == "/" || path.size() == mount.mount_point.size() || path[mount.mount_point.size()] == '/';
        const auto* owner = this->process(mount.seen_from);
        const bool mine = mount.seen_from == process.pid || (owner && owner->ns.mnt == process.ns.mnt) || !mount.seen_from;
        if (whole && mine && mount.mount_point.size() >= length) {
            best = &mount;
            length = mount.mount_point.size();
        }
    }
    return best;
}

namespace {

/// Many may have one pipe: each of thousands that were forked.
class HoldersOnce {
public:
    void add(const Holder& holder) {
        const auto [place, is_new] = places_.try_emplace(holder.pid, all_.size());
        if (is_new) return all_.push_back(holder);
        all_[place->second].reads |= holder.reads;
        all_[place->second].writes |= holder.writes;
    }
    void add(const std::vector<Holder>& holders) {
        for (const Holder& holder : holders) add(holder);
    }
    std::vector<Holder> take() { return std::move(all_); }

private:
    std::vector<Holder> all_;
    std::unordered_map<Pid, std::size_t> places_;
};

}  // namespace

void Facts::add_holders_of_pipes() {
    // Few have the same number on several devices; a file may say so of any number.
    constexpr std::size_t most_alike = 16;
    std::unordered_map<std::uint64_t, std::size_t> alike;
    for (const Pipe& pipe : snapshot_.pipes) {
        HoldersOnce holders;
        holders.add(pipe.holders);
        const auto ends = ends_.find(pipe.inode.value);
        if (ends != ends_.end() && ++alike[pipe.inode.value] <= most_alike) holders.add(ends->second);
        pipe_holders_.emplace(&pipe, holders.take());
    }
}

const std::vector<Holder>& Facts::holders(Inode inode, std::uint64_t device) const {
    static const std::vector<Holder> nobody;
    if (const Pipe* pipe = this->pipe(inode, device)) return pipe_holders_.at(pipe);
    const auto ends = ends_.find(inode.value);
    return ends == ends_.end() ? nobody : ends->second;
}

std::vector<Pid> Facts::holders_of_socket(Inode inode) const {
    const auto found = socket_holders_.find(inode.value);
    return !inode || found == socket_holders_.end() ? std::vector<Pid>{} : found->second;
}

std::vector<Holder> Facts::holders(const OpenFile& target) const {
    constexpr std::size_t crowd = 64;  // a descriptor tells of no more
    HoldersOnce all;
    if (target.kind == OpenFileKind::pipe || target.kind == OpenFileKind::fifo) {
        const std::vector<Holder>& known = holders(target.inode, target.device);
        if (target.holders.empty() || known.size() > crowd) return known;
        all.add(known);
    }
    all.add(target.holders);
    return all.take();
}

bool Facts::descends_from(Pid pid, Pid ancestor) const {
    for (int steps = 0; steps < 256 && pid; ++steps) {
        if (pid == ancestor) return true;
        const Process* here = process(pid);
        if (!here || here->parent == pid) return false;
        pid = here->parent;
    }
    return false;
}

bool Facts::in_same_pid_namespace(const Process& a, const Process& b) const {
    if (a.ns.pid && b.ns.pid) return a.ns.pid == b.ns.pid;
    return a.ns_pids.size() > 1 && a.ns_pids.size() == b.ns_pids.size() && (descends_from(b.pid, a.pid) || descends_from(a.pid, b.pid));
}

std::optional<double> Facts::age_s(const Process& process) const {
    return shimtrace::age_s(process, snapshot_);
}

Standstill Facts::standstill(const Thread& thread) const {
    return standstill_of(thread);
}

Standstill Facts::standstill(const Process& process) const {
    const Crowd* many = crowd(process);
    return many ? many->standstill : standstill_of(process);
}

bool drops_sigterm(const Process& process) {
    if ((process.caught_signals & sigterm) != 0) return false;
    return is_namespace_init(process) || (process.ignored_signals & sigterm) != 0;
}

bool is_stopped(const Process& process) {
    return process.state == ProcessState::stopped;
}

bool is_zombie(const Process& process) {
    // In old recordings a process whose first thread alone has exited is shown so, too.
    return has_ended(process.state) && process.threads.size() <= 1;
}

bool is_program_of(const Process& process, const ContainerRef& container) {
    return container && process.role.container == container && is_container_role(process.role.role) &&
           process.role.role != ProcessRole::runtime_init;
}

const Thread* main_thread(const Process& process) {
    const auto found = std::ranges::find(process.threads, leader(process.pid), &Thread::tid);
    if (found != process.threads.end()) return &*found;
    return process.threads.empty() ? nullptr : &process.threads.front();
}

bool stack_has(const Thread& thread, std::string_view function) {
    if (thread.wchan.find(function) != std::string::npos) return true;
    return std::ranges::any_of(thread.kernel_stack, [&](const std::string& frame) { return frame.find(function) != std::string::npos; });
}

bool has_frame(const Goroutine& goroutine, std::string_view part) {
    return std::ranges::any_of(goroutine.stack, [&](const GoFrame& frame) { return frame.function.find(part) != std::string::npos; });
}

bool is_full(const Pipe* pipe) {
    // Writes of odd sizes leave gaps: a pipe has slots of a page each (linux/fs/pipe.c, pipe_write), and takes no more when
    // all are in use, whatever they hold.
    return pipe && pipe->queued && pipe->capacity && *pipe->capacity > 0 && *pipe->queued >= *pipe->capacity / 2;
}

}  // namespace shimtrace::diagnosis
