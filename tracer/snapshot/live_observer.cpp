#include "tracer/snapshot/live_observer.hpp"
#include "tracer/procfs/clock.hpp"

#include "decoders/syscalls/named_processes.hpp"
#include "decoders/syscalls/table.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/procfs/socket_question.hpp"
#include "tracer/snapshot/blocked_note.hpp"
#include "tracer/snapshot/descriptor_cache.hpp"
#include "tracer/snapshot/holder_watch.hpp"
#include "tracer/snapshot/new_pairs.hpp"
#include "tracer/snapshot/take_snapshot.hpp"
#include "tracer/snapshot/time_share.hpp"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ranges>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::host {
namespace {

constexpr Nanoseconds facts_last = std::chrono::milliseconds(100);  ///< timers, counts
constexpr Nanoseconds holders_last = std::chrono::seconds(1);       ///< who holds the other end, and how it is
constexpr Nanoseconds first_look_patience = std::chrono::milliseconds(300);

bool has_other_end(OpenFileKind kind) {
    return is_pipe(kind) || kind == OpenFileKind::pty || kind == OpenFileKind::unix_socket;
}

bool is_path(OpenFileKind kind) {
    return kind == OpenFileKind::file || kind == OpenFileKind::directory || kind == OpenFileKind::fifo ||
           kind == OpenFileKind::block_device || kind == OpenFileKind::char_device;
}

bool carries_messages(OpenFileRole role) {
    return role == OpenFileRole::shim_ttrpc || role == OpenFileRole::containerd_ttrpc || role == OpenFileRole::containerd_grpc ||
           role == OpenFileRole::plugin_grpc || role == OpenFileRole::dbus || role == OpenFileRole::nri;
}

/// What strace shows of it stands in fdinfo.
bool tells_by_fdinfo(OpenFileKind kind) {
    return kind == OpenFileKind::eventpoll || kind == OpenFileKind::pidfd || kind == OpenFileKind::signalfd ||
           kind == OpenFileKind::unknown;
}

/// What its tasks' definitions say of a process.
struct KnownProcess {
    std::string comm;
    std::vector<std::int32_t> ns_pids;
    Inode pid_namespace;
    ProcessRoleInfo role;
};

class LiveObserver final : public SessionObserver {
public:
    explicit LiveObserver(ObserverHooks hooks) : hooks_(std::move(hooks)), proc_(ProcDirectory::open()) {
        if (proc_) fragile_ = FragileMounts::of(*proc_);
    }

    OpenFileId target(Pid pid, Tid tid, Fd fd, EventSink& sink) override;
    void call_returned(const Event& enter, const Event& exit) override {
        cache_.call_returned(enter, exit);
        if (hooks_.sees_all && hooks_.other_ends) new_pairs_.call_returned(enter, exit);
    }
    void task_renamed(const Event& enter, const Event& exit, EventSink& sink) override;
    void processes_named(const Event& enter, const Event* exit, EventSink& sink) override;
    void task_started(Pid pid, Tid tid, Tid parent, std::uint64_t clone_flags, EventSink& sink) override;
    void task_executed(Pid pid, Tid tid, EventSink& sink) override;
    void task_ended(Pid pid, Tid tid) override {
        traced_.erase(tid);
        cache_.ended(tid);
        if (tid == leader(pid)) forked_ = monotonic_now();
    }
    void stack(Pid pid, Tid tid, const Memory& memory, std::vector<StackFrame>& into) override {
        if (hooks_.stack) hooks_.stack(pid, tid, memory, into);
    }
    std::string blocked_note(const Event& enter) override;
    bool carries_messages(OpenFileId id) const override { return id.value < carriers_.size() && carriers_[id.value].messages; }
    OpenFileId netlink_socket(Pid pid, Tid tid, Fd fd, EventSink& sink) override;
    bool speaks_netlink(OpenFileId id) const override { return id.value < carriers_.size() && carriers_[id.value].netlink; }

private:
    bool open_table(DescriptorTable& table, Tid tid);
    bool still_good(const CachedFd& known, const DescriptorTable& table, Fd fd) const;
    std::optional<OpenFile> read(Pid pid, Tid tid, DescriptorTable& table, Fd fd, EventSink& sink);
    void add_interest(Pid pid, Tid tid, OpenFile& set, EventSink& sink);
    std::optional<OpenFile> working_directory(Tid tid);
    void add_holders(Pid pid, OpenFile& target);
    std::shared_ptr<const HolderLook> look_at_traced();
    CachedFd remember(const OpenFile& target, EventSink& sink);
    [[nodiscard]] bool writes_to_comm(const Event& enter) const;
    void emit_task(Pid pid, Tid tid, EventSink& sink, const KnownProgram& program = {});
    [[nodiscard]] const Process* forked_from(Pid parent, std::uint64_t clone_flags) const;
    const KnownProcess& identify(Pid pid, const KnownProgram& program = {});
    std::string read_comm(const ProcDirectory& directory, const std::string& name);

    ObserverHooks hooks_;
    OrErrno<ProcDirectory> proc_;
    std::string scratch_;
    DescriptorCache cache_;
    std::map<OpenFile, OpenFileId> dictionary_;
    std::unordered_map<std::uint32_t, std::string> paths_;  ///< by target: the link's text, to tell whether it has changed
    struct Carrier {
        bool messages = false, netlink = false;
    };
    std::vector<Carrier> carriers_;  ///< by target
    std::unordered_map<Pid, KnownProcess> known_;
    std::unordered_set<Tid> traced_;
    std::unordered_map<std::int32_t, std::string> named_;  ///< of those that are not traced: what was told last
    FragileMounts fragile_;
    HolderWatch watch_;
    NewPairs new_pairs_;
    std::shared_ptr<const HolderLook> family_;  ///< of those that are traced
    TimeShare looks_;                           ///< for them
    MonotonicTime forked_;                      ///< when a task last got copies of descriptors, or ended
};

bool LiveObserver::open_table(DescriptorTable& table, Tid tid) {
    if (table.fd) return true;
    if (!proc_) return false;
    const auto task = proc_->directory(tid.value);
    if (!task) return false;
    auto fd = task->directory("fd");
    if (!fd) return false;
    table.fd = std::move(*fd);
    table.opened_by = tid;
    return true;
}

bool LiveObserver::still_good(const CachedFd& known, const DescriptorTable& table, Fd fd) const {
    if (known.changes && monotonic_now() - known.read > facts_last) return false;
    if (known.paths == 0 || known.paths == cache_.paths()) return true;
    if (!table.fd) return false;
    const auto link = table.fd->link(DecimalName(fd.value).c_str());
    const auto path = paths_.find(known.id.value);
    return link && path != paths_.end() && *link == path->second;
}

OpenFileId LiveObserver::target(Pid pid, Tid tid, Fd fd, EventSink& sink) {
    DescriptorTable& table = cache_.table(pid, tid);
    if (fd.value == AT_FDCWD) {
        if (table.directory.id && table.directory.paths == cache_.paths()) return table.directory.id;
        const auto directory = working_directory(tid);
        if (!directory) return {};
        table.directory = remember(*directory, sink);
        return table.directory.id;
    }
    if (fd.value < 0) return {};
    if (CachedFd* known = table.find(fd)) {
        if (still_good(*known, table, fd)) {
            if (known->paths) known->paths = cache_.paths();
            return known->id;
        }
        *known = {};
    }
    const auto found = read(pid, tid, table, fd, sink);
    if (!found) return {};
    const CachedFd known = remember(*found, sink);
    table.set(fd, known);
    return known.id;
}

std::optional<OpenFile> LiveObserver::read(Pid pid, Tid tid, DescriptorTable& table, Fd fd, EventSink& sink) {
    // The task through which the table was opened may be gone: once more through the one that asks.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!open_table(table, tid)) return std::nullopt;
        auto target = read_descriptor(*table.fd, fd, fragile_);
        if (!target) {
            if (table.opened_by == tid) return std::nullopt;
            table.fd.reset();
            continue;
        }
        // One descriptor of our own for each table, not two: there may be thousands of tables.
        if (hooks_.other_ends || tells_by_fdinfo(target->kind))
            add_fdinfo(*table.fd, pid, ("../fdinfo/" + std::to_string(fd.value)).c_str(), *target, scratch_);
        for (InterestEntry& row : target->interest)
            if (auto link = table.fd->link(DecimalName(row.fd.value).c_str())) row.path = std::move(*link);
        if (hooks_.other_ends) add_interest(pid, tid, *target, sink);
        if (is_socket(target->kind)) {
            KnownSocket known = ask_socket(pid, *table.fd, fd, target->inode);
            target->kind = known.kind;
            if (!known.facts.protocol.empty()) target->socket = std::move(known.facts);
        }
        new_pairs_.is_found(tid, fd, *target);
        if (!hooks_.other_ends) {
            target->count = 0;
            target->timer_value = {};
        } else {
            add_holders(pid, *target);
        }
        if (hooks_.target_role) target->role = hooks_.target_role(pid, *target);
        return std::move(*target);
    }
    return std::nullopt;
}

OpenFileId LiveObserver::netlink_socket(Pid pid, Tid tid, Fd fd, EventSink& sink) {
    DescriptorTable& table = cache_.table(pid, tid);
    if (fd.value < 0 || !open_table(table, tid)) return {};
    if (kind_of_protocol(socket_protocol(*table.fd, fd)) != OpenFileKind::netlink_socket) return {};
    const auto target = read(pid, tid, table, fd, sink);
    return target ? remember(*target, sink).id : OpenFileId{};
}

/// What each descriptor of an interest set leads to. Sets within sets are named by their paths: the kernel allows five levels.
void LiveObserver::add_interest(Pid pid, Tid tid, OpenFile& set, EventSink& sink) {
    constexpr std::size_t most = 64;
    for (InterestEntry& row : set.interest | std::views::take(most))
        if (row.path != "anon_inode:[eventpoll]") row.target = this->target(pid, tid, row.fd, sink);
}

std::optional<OpenFile> LiveObserver::working_directory(Tid tid) {
    if (!proc_) return std::nullopt;
    const auto task = proc_->directory(tid.value);
    if (!task) return std::nullopt;
    auto link = task->link("cwd");
    if (!link) return std::nullopt;
    OpenFile target;
    target.kind = OpenFileKind::directory;
    target.path = std::move(*link);
    return target;
}

/// What those that are traced hold: enough where nobody else can have it, and soon done. Where it is not, or was done too often of late
/// (the program stands still for it), the look at everybody has to do.
std::shared_ptr<const HolderLook> LiveObserver::look_at_traced() {
    constexpr std::size_t most = 16;
    if (family_ && family_->started >= std::max(cache_.changed(), forked_) && monotonic_now() - family_->started <= holders_last)
        return family_;
    std::vector<Pid> processes;
    for (const Tid tid : traced_) {
        const Pid pid = cache_.process_of(tid);
        if (pid && std::ranges::find(processes, pid) == processes.end()) processes.push_back(pid);
        if (processes.size() > most) break;
    }
    family_ = nullptr;
    if (const MonotonicTime now = monotonic_now(); processes.size() <= most && looks_.left(now)) {
        family_ = look_at_holders(processes, fragile_);
        looks_.spent(now, monotonic_now());
    }
    return family_ ? family_ : watch_.latest(holders_last, first_look_patience);
}

void LiveObserver::add_holders(Pid pid, OpenFile& target) {
    if (!has_other_end(target.kind)) return;
    const auto key = object_of(target);
    const PairOwners owners = key ? new_pairs_.owners(*key) : PairOwners::maker;
    if (owners == PairOwners::maker) return;
    const auto look = owners == PairOwners::traced ? look_at_traced() : watch_.latest(holders_last, first_look_patience);
    // Descriptors that have changed hands since then make the look a wrong answer: none is better.
    if (!look || look->started < std::max(cache_.changed(), forked_)) return;
    std::span<const Holder> holders;
    if (!is_socket(target.kind))
        holders = look->index.find(other_side(*key));
    else if (target.socket && target.socket->peer_inode)
        holders = look->index.of_socket(target.socket->peer_inode);
    constexpr std::size_t most = 16;
    holders = holders.first(std::min(holders.size(), most));
    target.holders.assign(holders.begin(), holders.end());
    // Both ends are its own: as long as nobody else was born, it was not said either.
    if (owners == PairOwners::traced && std::ranges::all_of(holders, [pid](const Holder& holder) { return holder.pid == pid; }))
        target.holders.clear();
    // Whether it ran at that moment says nothing, and would make another target of it at each look.
    // Nor does a stop that the tracer itself causes.
    for (Holder& holder : target.holders)
        if (holder.state == ProcessState::running || (holder.state == ProcessState::traced && known_.contains(holder.pid)))
            holder.state = ProcessState::sleeping;
}

CachedFd LiveObserver::remember(const OpenFile& target, EventSink& sink) {
    const auto [at, is_new] = dictionary_.try_emplace(target, OpenFileId{static_cast<std::uint32_t>(dictionary_.size() + 1)});
    const OpenFileId id = at->second;
    if (is_new) {
        if (is_path(target.kind)) paths_.emplace(id.value, target.path);
        carriers_.resize(id.value + std::size_t{1});
        carriers_[id.value] = {host::carries_messages(target.role->role), target.kind == OpenFileKind::netlink_socket};
        sink.target(id, target);
    }
    const bool ticks = target.kind == OpenFileKind::eventfd || target.kind == OpenFileKind::timerfd || has_other_end(target.kind);
    return {.id = id, .paths = is_path(target.kind) ? cache_.paths() : 0, .changes = hooks_.other_ends && ticks, .read = monotonic_now()};
}

/// kcmp(2): whether two tasks share their descriptor table. Where it cannot be asked, threads do.
bool share_files(Pid one, Tid other) {
    return ::syscall(SYS_kcmp, one.value, other.value, KCMP_FILES, 0, 0) <= 0;
}

void LiveObserver::task_started(Pid pid, Tid tid, Tid parent, std::uint64_t clone_flags, EventSink& sink) {
    const Pid forking = cache_.process_of(parent);
    traced_.insert(tid);
    cache_.started(pid, tid, parent, (clone_flags & CLONE_FILES) != 0);
    if (!parent && tid != leader(pid) && !share_files(pid, tid)) cache_.unshared(pid, tid);
    if (tid == leader(pid)) {
        known_.erase(pid);
        new_pairs_.process_started();
    }
    if (parent && !(clone_flags & CLONE_FILES)) forked_ = monotonic_now();
    emit_task(pid, tid, sink, {.forked_from = tid == leader(pid) ? forked_from(forking, clone_flags) : nullptr});
}

/// Whoever executes a program is told of, so that a child which has just been seen to be born runs what its parent is known to run.
const Process* LiveObserver::forked_from(Pid parent, std::uint64_t clone_flags) const {
    return parent && (clone_flags & CLONE_PARENT) == 0 && hooks_.known_process ? hooks_.known_process(parent) : nullptr;
}

void LiveObserver::task_executed(Pid pid, Tid tid, EventSink& sink) {
    cache_.executed(pid, tid);
    forked_ = monotonic_now();
    known_.erase(pid);
    emit_task(pid, tid, sink, {.just_executed = true});
}

/// A file comm of whatever procfs: /proc/self/comm, /proc/PID/task/TID/comm.
bool LiveObserver::writes_to_comm(const Event& enter) const {
    constexpr std::uint64_t longest = 64;  // the kernel takes 15 bytes of it
    if (enter.args[2] > longest) return false;
    const Fd fd{static_cast<std::int32_t>(enter.args[0])};
    const auto use = std::ranges::find(enter.fds, fd, &FdUse::fd);
    if (use != enter.fds.end()) {
        const auto path = paths_.find(use->target.value);
        return path != paths_.end() && path->second.ends_with("/comm");
    }
    if (!hooks_.task_names || !proc_) return false;
    const auto link = proc_->link((std::to_string(enter.tid.value) + "/fd/" + std::to_string(fd.value)).c_str());
    return link && link->ends_with("/comm");
}

void LiveObserver::task_renamed(const Event& enter, const Event&, EventSink& sink) {
    constexpr std::uint64_t set_name = PR_SET_NAME;
    std::vector<std::int32_t> renamed;
    if (decoders::syscall_name(enter.arch, enter.number) == "prctl") {
        if (enter.args[0] == set_name) renamed = {enter.tid.value};
    } else if (writes_to_comm(enter) && proc_) {
        // Any thread of the caller's process may be meant (pthread_setname_np), in the numbers of another pid namespace.
        if (const auto tasks = proc_->directory((std::to_string(enter.pid.value) + "/task").c_str()))
            renamed = tasks->numbers().value_or(renamed);
    }
    for (const std::int32_t tid : renamed) {
        if (const auto known = known_.find(enter.pid); known != known_.end() && Tid{tid} == leader(enter.pid))
            known->second.comm = read_comm(*proc_, std::to_string(tid) + "/comm");
        emit_task(enter.pid, Tid{tid}, sink);
    }
}

/// A tracee may name any number.
constexpr std::size_t most_told = 1 << 14;

void LiveObserver::processes_named(const Event& enter, const Event* exit, EventSink& sink) {
    // What a caller in a pid namespace of its own calls them is no name that can be looked up here.
    const auto caller = known_.find(enter.pid);
    if (!proc_ || (caller != known_.end() && caller->second.ns_pids.size() > 1)) return;
    for (const std::int32_t number : decoders::named_processes(enter, exit)) {
        if (traced_.contains(Tid{number})) continue;
        std::string comm = read_comm(*proc_, std::to_string(number) + "/comm");
        const auto told = named_.find(number);
        if (told == named_.end() ? comm.empty() : comm == told->second) continue;
        if (named_.size() >= most_told) named_.clear();  // they are told again
        named_[number] = comm;
        sink.task({.pid = Pid{}, .tid = Tid{number}, .comm = std::move(comm), .ns_tids = {}, .pid_namespace = {}, .role = {}});
    }
}

const KnownProcess& LiveObserver::identify(Pid pid, const KnownProgram& program) {
    const auto [at, is_new] = known_.try_emplace(pid);
    KnownProcess& known = at->second;
    if (!is_new || !proc_) return known;
    const auto directory = proc_->directory(pid.value);
    if (!directory) return known;
    if (hooks_.process_role) {
        ReadErrors errors;
        if (auto row = read_identity(*directory, scratch_, errors, program)) {
            known.role = hooks_.process_role(row->process);
            known.comm = std::move(row->process.comm);
            known.ns_pids = std::move(row->process.ns_pids);
            known.pid_namespace = row->process.ns.pid;
        }
    } else {
        known.comm = read_comm(*directory, "comm");
        if (const auto text = directory->read("status", scratch_)) known.ns_pids = parse_status(*text).ns_pids;
        if (const auto link = directory->link("ns/pid")) known.pid_namespace = Inode{bracketed_number(*link, "pid:[").value_or(0)};
    }
    return known;
}

std::string LiveObserver::read_comm(const ProcDirectory& directory, const std::string& name) {
    const auto text = directory.read(name.c_str(), scratch_);
    return std::string(text ? text->substr(0, text->find_last_not_of('\n') + 1) : std::string_view());
}

void LiveObserver::emit_task(Pid pid, Tid tid, EventSink& sink, const KnownProgram& program) {
    const KnownProcess& known = identify(pid, program);
    TaskInfo info{
        .pid = pid, .tid = tid, .comm = known.comm, .ns_tids = known.ns_pids, .pid_namespace = known.pid_namespace, .role = known.role};
    if (tid != leader(pid) && proc_) {
        info.ns_tids = {tid.value};
        const std::string name = std::to_string(tid.value);
        info.comm = read_comm(*proc_, name + "/comm");
        // Only a process of a pid namespace below has more than one number.
        if (known.ns_pids.size() != 1)
            if (const auto text = proc_->read((name + "/status").c_str(), scratch_)) info.ns_tids = parse_status(*text).ns_pids;
    }
    sink.task(info);
}

std::string LiveObserver::blocked_note(const Event& enter) {
    if (!hooks_.other_ends || !proc_) return {};
    const auto look = watch_.latest(holders_last, first_look_patience);
    return describe_blocked(enter, *proc_, look.get());
}

}  // namespace

std::unique_ptr<SessionObserver> make_session_observer(ObserverHooks hooks) {
    return std::make_unique<LiveObserver>(std::move(hooks));
}

}  // namespace shimtrace::host
