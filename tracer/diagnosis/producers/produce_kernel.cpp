// Waits that only the kernel's own functions tell: what a thread sleeps in, whatever call it made.
#include "decoders/kernel/remote_memory.hpp"
#include "decoders/kernel/served_file_systems.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/called_file.hpp"
#include "tracer/diagnosis/producers/kernel_sleeps.hpp"
#include "tracer/diagnosis/producers/peers.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis::produce {

namespace {

template <std::size_t N>
bool sleeps_in(const Thread& thread, const std::array<std::string_view, N>& functions) {
    return std::ranges::any_of(functions, [&](std::string_view function) { return stack_has(thread, function); });
}

// linux/fs/fuse/dev.c
constexpr auto fuse = std::to_array<std::string_view>({"request_wait_answer", "fuse_"});
// linux/net/sunrpc/sched.c, linux/fs/nfs, linux/fs/smb/client, linux/net/ceph, linux/net/9p
constexpr auto network_file_systems =
    std::to_array<std::string_view>({"rpc_wait_bit_killable", "rpc_wait_for_completion_task", "nfs_", "nfs4_", "cifs_", "smb2_",
                                     "wait_for_response", "ceph_", "p9_client_rpc"});
/// By the beginning of a function's name: kernfs is no network's.
bool sleeps_in_network_file_system(const Thread& thread) {
    const auto is_of_one = [](std::string_view function) {
        function.remove_prefix(std::min(function.find_first_not_of('_'), function.size()));
        return std::ranges::any_of(network_file_systems, [&](std::string_view name) { return function.starts_with(name); });
    };
    return is_of_one(thread.wchan) || std::ranges::any_of(thread.kernel_stack, is_of_one);
}
// linux/mm/filemap.c: a page that somebody else has asked the server for, or that readahead has
constexpr auto pages = std::to_array<std::string_view>({"folio_wait_bit", "wait_on_page_bit", "folio_lock", "__lock_page"});

/// The mount whose server is to give the page that the thread waits for; nullptr: it waits for none, or the file is on a disk.
const Mount* server_of_page(const Context& look, const Process& process, const Thread& thread) {
    if (thread.state != ProcessState::uninterruptible || !sleeps_in(thread, pages)) return nullptr;
    const CalledFile file = called_file(look.facts, process, thread);
    const Mount* mount = file.path.empty() && file.device == 0 ? nullptr : look.facts.mount_of(process, file.path, file.device);
    return mount && kernel::is_served(mount->type) ? mount : nullptr;
}

/// Where the call's path leads to no such mount (by a symbolic link, or as there is none in the call): of those that the process sees, one
/// where it has a file open, or the one that leaves requests lie. Of several it may be any: nullptr, and their words in `others`.
template <typename Fits>
const Mount* guessed_mount(const Context& look, const Process& process, Fits fits, std::string& others) {
    std::vector<const Mount*> found;
    int best = 0;
    for (const Mount& one : look.facts.snapshot().mounts) {
        const Process* seen_from = look.facts.process(one.seen_from);
        const bool is_seen = one.seen_from == process.pid || !seen_from || !process.ns.mnt || seen_from->ns.mnt == process.ns.mnt;
        if (!fits(one) || !is_seen || std::ranges::find(found, one.device, &Mount::device) != found.end()) continue;
        const bool has_open = std::ranges::any_of(process.fds, [&](const FdEntry& entry) { return entry.target.device == one.device; });
        const int speaks_for_it = (one.fuse_waiting > 0 ? 2 : 0) + (has_open ? 1 : 0);
        if (speaks_for_it > best) found.clear();
        if (speaks_for_it < best) continue;
        best = speaks_for_it;
        found.push_back(&one);
    }
    if (found.size() == 1) return found.front();
    for (const Mount* one : found) others += (others.empty() ? "" : ", ") + mount_words(*one);
    return nullptr;
}

// linux/mm/filemap.c: memory that a file is mapped into was touched. No call tells of which file.
constexpr auto touches = std::to_array<std::string_view>({"filemap_fault"});

/// Whose memory it is that the thread works on: the process's own, or another's that it reads by /proc/PID.
const Process& owner_of_memory(const Context& look, const Process& process, const Thread& thread) {
    const Process* owner = look.facts.process(kernel::remote_memory(process, thread));
    return owner ? *owner : process;
}

/// The FUSE mount whose server is to give the page of memory that the thread has touched; nullptr: it has touched none, or nothing speaks
/// for one alone. Its server has to be stopped, and the process to have a file of it open or as its program, or requests to lie there: a
/// server that is at work has requests, too, and the page may be a disk's.
const Mount* server_of_touched(const Context& look, const Process& process, const Thread& thread) {
    if (thread.state != ProcessState::uninterruptible || !sleeps_in(thread, pages) || !sleeps_in(thread, touches)) return nullptr;
    const Process& owner = owner_of_memory(look, process, thread);
    const Mount* of_program = look.facts.mount_of(owner, owner.exe, 0);
    const auto is_of_one = [&](const Mount& mount) {
        const Process* server = look.facts.process(mount.fuse_server);
        const bool has_file = (of_program && of_program->device == mount.device) ||
                              std::ranges::any_of(owner.fds, [&](const FdEntry& entry) { return entry.target.device == mount.device; });
        return kernel::is_fuse(mount.type) && server && is_stopped(*server) && (has_file || mount.fuse_waiting > 0);
    };
    std::string others;
    return guessed_mount(look, owner, is_of_one, others);
}

// linux/fs/autofs/waitq.c, root.c, expire.c
constexpr auto autofs = std::to_array<std::string_view>({"autofs_wait", "autofs_mount_wait", "autofs_expire_wait"});
// linux/fs/notify/fanotify/fanotify.c
constexpr auto fanotify = std::to_array<std::string_view>({"fanotify_handle_event", "fanotify_get_response"});
// linux/kernel/seccomp.c: seccomp_do_user_notification() sleeps inside __seccomp_filter()
constexpr auto seccomp = std::to_array<std::string_view>({"seccomp_do_user_notification", "__seccomp_filter", "seccomp_notify"});
// linux/mm/memcontrol.c, memcontrol-v1.c
constexpr auto memory = std::to_array<std::string_view>(
    {"mem_cgroup_handle_over_high", "mem_cgroup_oom_synchronize", "mem_cgroup_out_of_memory", "mem_cgroup_oom"});
// linux/kernel/locking/percpu-rwsem.c under sb_start_write(): a write to a frozen file system
constexpr auto frozen_file_system =
    std::to_array<std::string_view>({"percpu_rwsem_wait", "percpu_down_read", "sb_start_write", "freeze_super"});
// States of D that mean something else.
constexpr auto not_the_disk = std::to_array<std::string_view>({"__refrigerator", "do_freezer_trap", "zap_pid_ns_processes", "ptrace_stop"});

bool asleep(const Thread& thread) {
    return thread.state == ProcessState::sleeping || thread.state == ProcessState::uninterruptible;
}

}  // namespace

void file_system(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !asleep(*thread)) return;
    const Mount* page = server_of_page(look, *process, *thread);
    const Mount* touched = page ? nullptr : server_of_touched(look, *process, *thread);
    const bool by_fuse = sleeps_in(*thread, fuse) || (page && kernel::is_fuse(page->type)) || touched,
               by_autofs = sleeps_in(*thread, autofs);
    if (!by_fuse && !by_autofs && !page && !sleeps_in_network_file_system(*thread)) return;
    // A FUSE server sleeps in fuse_dev_do_read until there is something to serve: it is the server, and idle.
    if (by_fuse && stack_has(*thread, "fuse_dev_do_read") && !stack_has(*thread, "request_wait_answer")) return;
    const CalledFile file = called_file(look.facts, *process, *thread);
    const auto fits = [&](const Mount& mount) {
        if (by_autofs) return kernel::is_autofs(mount.type);
        return by_fuse ? kernel::is_fuse(mount.type) : kernel::is_network_file_system(mount.type);
    };
    const Mount* mount = look.facts.mount_of(*process, file.path, file.device);
    const bool is_there = mount && fits(*mount);
    std::string others;
    if (!is_there) mount = touched ? touched : guessed_mount(look, owner_of_memory(look, *process, *thread), fits, others);
    const Process* server = mount ? look.facts.process(mount->fuse_server) : nullptr;
    Wait wait{.kind = WaitKind::served_by,
              .to = server ? NodeKey::of(server->pid)
                    : mount
                        ? NodeKey{.kind = NodeKind::mount, .name = fmt::format("the server of {}", printable(mount->source, most_shown))}
                        : NodeKey::nobody("a file system's server"),
              .evidence = call_words(look.facts, *process, *thread),
              .root_cause = by_autofs ? RootCause::automounter : RootCause::file_system,
              .object_text = mount ? mount_words(*mount) : std::string("a file system")};
    if (is_there && !file.path.empty())
        wait.evidence += fmt::format("; the file is {} on {}", printable(file.path, most_shown), mount_words(*mount));
    else if (mount)
        wait.evidence += fmt::format("; of {}, as it seems", mount_words(*mount));
    if (!others.empty()) wait.evidence += "; of one of these, as it seems: " + printable(others, 400);
    if (is_there) wait.mount_device = mount->device;  // what is a guess is not given up
    if (mount && mount->fuse_waiting > 0) wait.evidence += fmt::format(", with {} requests without an answer", mount->fuse_waiting);
    settle(wait, look.facts.standstill(*thread), look.facts.interval_s(), patience_s);
    if (server && (is_stopped(*server) || server->state == ProcessState::traced || look.facts.frozen_cgroup(*server)))
        wait.confidence = Confidence::certain;
    else if (server && acts_as_one(look.facts, *server))
        std::swap(wait.root_cause, wait.if_idle);  // what it waits for in its turn, if anything, is the end
    if (!is_there) wait.confidence = std::min(wait.confidence, Confidence::likely);
    out.push_back(std::move(wait));
}

namespace {

/// FAN_OPEN_PERM, FAN_ACCESS_PERM, FAN_OPEN_EXEC_PERM, FAN_PRE_ACCESS: the kernel waits for an answer.
bool asks_for_permission(const FanotifyMark& mark) {
    return (mark.mask & 0x170000U) != 0;
}

/// A fanotify group that is asked for permission, and whether one of its marks is known to be on the file.
struct Listener {
    const Process* process;
    const FdEntry* group;
    bool covers_file = false;
};

std::vector<Listener> listeners(const Context& look, const Process& waiter, const CalledFile& file, const OpenFile* target) {
    const Mount* mount = look.facts.mount_of(waiter, file.path, file.device);
    const auto covers = [&](const FanotifyMark& mark) {
        if (mark.inode) return target && mark.inode == target->inode && (target->device == 0 || mark.device == target->device);
        return mount && (mark.mount != 0 ? mark.mount == mount->id : mark.device == mount->device);
    };
    std::vector<Listener> all;
    for (const Process& other : look.facts.snapshot().processes)
        for (const FdEntry& entry : other.fds) {
            const auto& marks = entry.target.marks;
            if (other.pid == waiter.pid || entry.target.kind != OpenFileKind::fanotify || std::ranges::none_of(marks, asks_for_permission))
                continue;
            all.push_back({&other, &entry, std::ranges::any_of(marks, [&](const FanotifyMark& mark) {
                               return asks_for_permission(mark) && covers(mark);
                           })});
        }
    if (std::ranges::any_of(all, &Listener::covers_file)) std::erase_if(all, [](const Listener& one) { return !one.covers_file; });
    return all;
}

}  // namespace

void fanotify_listener(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !asleep(*thread) || !sleeps_in(*thread, fanotify)) return;
    const CalledFile file = called_file(look.facts, *process, *thread);
    const auto call = waiting_call(look.facts, *process, *thread);
    const OpenFile* target = call && call->fd.value >= 0 ? look.facts.target(*process, call->fd) : nullptr;
    Wait wait{.kind = WaitKind::served_by,
              .to = NodeKey::nobody("a fanotify listener"),
              .evidence = call_words(look.facts, *process, *thread) + "; SIGKILL ends it",
              .root_cause = RootCause::fanotify_listener,
              .object_text = file.path.empty() ? std::string("the access") : "the access to " + short_path(file.path)};
    settle(wait, look.facts.standstill(*thread), look.facts.interval_s(), patience_s);
    if (wait.normal) return;
    const std::vector<Listener> all = listeners(look, *process, file, target);
    if (all.empty()) out.push_back(wait);
    for (const Listener& one : all) {
        Wait each = wait;
        each.to = NodeKey::of(one.process->pid);
        each.evidence += fmt::format("; {} has the fanotify group that {} as descriptor {}", who(*one.process),
                                     one.covers_file ? "is marked there" : "asks for permission", one.group->fd.value);
        // Who reads a large file before the answer takes seconds; one that has not moved at all has not even begun.
        constexpr double slow_s = 5;
        if (look.facts.standstill(*one.process) == Standstill::moved && look.facts.interval_s() < slow_s)
            each.confidence = Confidence::possible;
        if (is_stopped(*one.process) || one.process->state == ProcessState::traced) each.confidence = Confidence::certain;
        if (!one.covers_file && all.size() > 1) each.confidence = std::min(each.confidence, Confidence::likely);
        out.push_back(std::move(each));
    }
}

void seccomp_agent(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !asleep(*thread) || !sleeps_in(*thread, seccomp)) return;
    bool found = false;
    for (const Process& other : look.facts.snapshot().processes) {
        if (other.pid == process->pid) continue;
        const auto listener =
            std::ranges::find_if(other.fds, [](const FdEntry& entry) { return entry.target.kind == OpenFileKind::seccomp_notify; });
        if (listener == other.fds.end()) continue;
        // Which filter a listener is of the kernel does not tell; that no call waits at it, it does.
        constexpr std::uint64_t nothing_waits = 4;
        const bool busy = std::ranges::any_of(other.fds, [](const FdEntry& entry) {
            return entry.target.kind == OpenFileKind::seccomp_notify && entry.target.count != nothing_waits;
        });
        if (!busy) continue;
        Wait wait{.kind = WaitKind::served_by,
                  .to = NodeKey::of(other.pid),
                  .evidence = fmt::format("{}; {} has the seccomp listener as descriptor {}", call_words(look.facts, *process, *thread),
                                          who(other), listener->fd.value),
                  .root_cause = RootCause::notify_agent,
                  .object_text = "seccomp notification"};
        settle(wait, look.facts.standstill(*thread), look.facts.interval_s());
        if (is_stopped(other)) wait.confidence = Confidence::certain;
        out.push_back(std::move(wait));
        found = true;
    }
    if (found) return;
    Wait wait{.kind = WaitKind::served_by,
              .to = NodeKey::nobody("a seccomp agent"),
              .evidence = call_words(look.facts, *process, *thread),
              .root_cause = RootCause::notify_agent,
              .object_text = "seccomp notification"};
    settle(wait, look.facts.standstill(*thread), look.facts.interval_s());
    out.push_back(std::move(wait));
}

void memory_limit(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !asleep(*thread) || !sleeps_in(*thread, memory)) return;
    const Cgroup* cgroup = look.facts.cgroup(process->cgroup);
    Wait wait{.kind = WaitKind::throttled_by,
              .to = {.kind = NodeKind::cgroup, .name = process->cgroup},
              .evidence = call_words(look.facts, *process, *thread),
              .root_cause = RootCause::memory,
              .object_text = fmt::format("memory cgroup {}", printable(process->cgroup, most_shown))};
    if (cgroup && cgroup->memory_current > 0) wait.evidence += fmt::format("; the cgroup uses {} bytes", cgroup->memory_current);
    if (cgroup && cgroup->memory_high) wait.evidence += fmt::format(", memory.high is {}", *cgroup->memory_high);
    if (cgroup && cgroup->memory_max) wait.evidence += fmt::format(", its limit is {}", *cgroup->memory_max);
    if (cgroup && cgroup->under_oom) wait.evidence += ", under OOM";
    // Throttling lets a thread run for a moment between two sleeps of up to 2 s (mm/memcontrol.c): being there is the proof.
    wait.confidence = cgroup && (cgroup->under_oom || (cgroup->memory_high && cgroup->memory_current >= *cgroup->memory_high))
                          ? Confidence::certain
                          : Confidence::likely;
    out.push_back(std::move(wait));
}

void pid_namespace_teardown(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !stack_has(*thread, "zap_pid_ns_processes")) return;
    for (const Process& left : look.facts.snapshot().processes) {
        if (left.pid == process->pid) continue;
        const bool inside =
            look.facts.in_same_pid_namespace(*process, left) ||
            (left.ns_pids.size() > 1 && left.ns_pids.size() >= process->ns_pids.size() && look.facts.descends_from(left.pid, process->pid));
        if (!inside) continue;
        const Thread* main = main_thread(left);
        Wait wait{.kind = WaitKind::teardown,
                  .to = NodeKey::of(left.pid),
                  .evidence = fmt::format("{} is dying and waits in zap_pid_ns_processes for {} ({})", who(*process), who(left),
                                          words(left.state).predicate),
                  .if_idle = is_zombie(left) || left.state == ProcessState::uninterruptible ? RootCause::pidns_member : RootCause::none,
                  .object_text = "the last processes of its pid namespace"};
        settle(wait, main ? look.facts.standstill(*main) : Standstill::unknown, look.facts.interval_s());
        wait.normal = false;
        out.push_back(std::move(wait));
    }
}

void vfork_child(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !waits_for_vfork(*thread)) return;
    for (const Process* child : look.facts.children(process->pid)) {
        Wait wait = child_wait(look, *process, *child, fmt::format("{} waits for its vfork child {}", who(*process), who(*child)));
        wait.inferred = true;
        out.push_back(std::move(wait));
    }
}

void uninterruptible(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || thread->state != ProcessState::uninterruptible || look.facts.frozen_cgroup(*process)) return;
    if (sleeps_in(*thread, fuse) || sleeps_in_network_file_system(*thread) || sleeps_in(*thread, autofs) || sleeps_in(*thread, fanotify) ||
        sleeps_in(*thread, memory) || sleeps_in(*thread, not_the_disk) || waits_for_vfork(*thread) ||
        server_of_page(look, *process, *thread) || server_of_touched(look, *process, *thread))
        return;
    // Without permission only the state shows, and that has many reasons.
    if (thread->syscall < 0 && thread->kernel_stack.empty() && (thread->wchan.empty() || thread->wchan == "0")) return;
    const CalledFile file = called_file(look.facts, *process, *thread);
    const Mount* mount = called_mount(look.facts, *process, file);
    const bool frozen = sleeps_in(*thread, frozen_file_system) || (mount && mount->frozen);
    Wait wait{.kind = WaitKind::uninterruptible,
              .to = NodeKey::of(process->pid),
              .evidence = call_words(look.facts, *process, *thread) + sleep_words(*thread),
              .root_cause = RootCause::uninterruptible,
              .object_text = file.path.empty() ? std::string("the kernel") : short_path(file.path)};
    if (!file.path.empty()) wait.evidence += fmt::format("; the file is {}", printable(file.path, most_shown));
    if (mount) wait.evidence += fmt::format(" on {}", mount_words(*mount));
    if (mount) wait.mount_device = mount->device;
    wait.frozen_mount = frozen;
    if (frozen) wait.evidence += "; the file system is frozen (fsfreeze)";
    if (mount && !frozen) wait.evidence += device_words(look.facts, mount->device);
    // The disk is slow at times: a second and a half of not moving at all is not a slow write.
    settle(wait, look.facts.standstill(*thread), look.facts.interval_s(), frozen ? 0 : patience_s);
    if ((mount && mount->frozen) || (frozen && wait.confidence == Confidence::likely)) wait.confidence = Confidence::certain;
    if (!follow_kernel_lock(look, *process, *thread, wait, out)) out.push_back(std::move(wait));
}

}  // namespace shimtrace::diagnosis::produce
