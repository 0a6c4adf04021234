// A Snapshot with indexes: who is whose child, who holds which end, which processes make up a container.
#pragma once

#include "tracer/diagnosis/graph/node_key.hpp"

#include <shimtrace/namesakes.hpp>
#include <shimtrace/snapshot.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shimtrace::diagnosis {

/// What one question is about: a container's processes, or one process. `ref` may be empty.
struct Scope {
    ContainerRef ref;
    std::string place = {};  ///< where its state is, if others have the same name
    Pid shim, init;
    Pid monitor = {};            ///< its conmon, where it has that instead of a shim
    std::vector<Pid> runtimes;   ///< runc processes at work on it, outermost first
    std::vector<Pid> processes;  ///< the container's own, init first
    const ContainerFiles* files = nullptr;
    std::vector<NodeKey> calls;  ///< goroutines of daemons (or of the client asked about) whose calls are about it
    PodRef pod;                  ///< of which no shim tells; empty: it is no such question
    Pid sandbox = {};            ///< the kernel that its processes run on, where that is not the host's
};

/// A snapshot's processes by pid and by container, each in the snapshot's order.
class ProcessesByContainer {
public:
    explicit ProcessesByContainer(const Snapshot& snapshot);
    /// nullptr: none has it.
    [[nodiscard]] const Process* process(Pid pid) const;
    [[nodiscard]] std::span<const Process* const> of(const ContainerRef& container) const;

private:
    std::unordered_map<Pid, const Process*> by_pid_;
    std::map<ContainerRef, std::vector<const Process*>> by_container_;
};

enum class Standstill : std::uint8_t { unknown, moved, still };

struct ServedCall {
    const Process* server;
    const Goroutine* goroutine;
};

class Facts {
public:
    explicit Facts(const Snapshot& snapshot);

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }

    [[nodiscard]] const Process* process(Pid pid) const { return processes_.process(pid); }
    [[nodiscard]] const ProcessesByContainer& processes() const { return processes_; }
    [[nodiscard]] std::span<const Process* const> children(Pid parent) const;
    /// False: that a process is not there says nothing (observed.hpp).
    [[nodiscard]] bool sees_hosts_processes() const { return sees_hosts_processes_; }
    /// It is there, and no zombie.
    [[nodiscard]] bool lives(Pid pid) const;
    /// The goroutines of daemons that serve a call of which somebody waits for the end (calls.hpp).
    [[nodiscard]] std::span<const ServedCall> served_calls() const { return served_calls_; }
    [[nodiscard]] const OpenFile* target(const Process& process, Fd fd) const;
    [[nodiscard]] const Thread* thread(const Process& process, Tid tid) const;
    /// Those that live and have that number in their own pid namespace.
    [[nodiscard]] std::vector<const Thread*> threads_called(const Process& process, std::int32_t inner_number) const;
    [[nodiscard]] const Goroutine* goroutine(const Process& process, GoroutineId id) const;
    /// A pipe or fifo; nullptr: the snapshot has no row for it.
    [[nodiscard]] const Pipe* pipe(Inode inode, std::uint64_t device) const;
    [[nodiscard]] const SocketFacts* socket(Inode inode) const;
    [[nodiscard]] const Cgroup* cgroup(const std::string& path) const;
    /// That of the process, where it is frozen, or about to be; nullptr: it is not, or not known.
    [[nodiscard]] const Cgroup* frozen_cgroup(const Process& process) const;
    [[nodiscard]] const Mount* mount_of(const Process& process, std::string_view path, std::uint64_t device) const;

    /// The processes that hold `target`'s object (pipes) or its other side (sockets, ptys), each once.
    [[nodiscard]] std::vector<Holder> holders(const OpenFile& target) const;
    [[nodiscard]] const std::vector<Holder>& holders(Inode inode, std::uint64_t device) const;
    /// The processes with a descriptor of that socket, each once.
    [[nodiscard]] std::vector<Pid> holders_of_socket(Inode inode) const;

    [[nodiscard]] bool descends_from(Pid pid, Pid ancestor) const;
    [[nodiscard]] bool in_same_pid_namespace(const Process& a, const Process& b) const;
    /// The age in seconds at the time of the snapshot; nullopt where the start time is not known.
    [[nodiscard]] std::optional<double> age_s(const Process& process) const;
    /// The time between the two looks; 0 where there was one look only.
    [[nodiscard]] double interval_s() const { return interval_s_; }

    [[nodiscard]] Standstill standstill(const Thread& thread) const;
    /// `still` only where every thread of it is.
    [[nodiscard]] Standstill standstill(const Process& process) const;
    /// All its threads wait for each other in futex(2), but one at most.
    [[nodiscard]] bool all_but_one_rest(const Process& process) const;

    /// The processes and files of one container. `shim` 0: found by the reference alone.
    [[nodiscard]] Scope scope(const ContainerRef& ref, Pid shim, const std::string& place = {}) const;
    [[nodiscard]] Scope scope(Pid pid) const;
    [[nodiscard]] Scope scope(const PodRef& pod) const;
    /// Every container that a shim serves or that files show, each once, in the order of namespace and id.
    [[nodiscard]] std::vector<Scope> all_scopes() const;

private:
    void add_holders_of_pipes();
    [[nodiscard]] const ContainerFiles* files_of(const ContainerRef& ref, const Process* shim, Pid init, const std::string& place) const;
    [[nodiscard]] const Process* shim_above(const Process& process) const;
    /// Of several that have a sandbox's role the only one below the shim; nullptr: there is none, or it cannot be told.
    [[nodiscard]] const Process* one_sandbox(std::span<const Process* const> claimants, Pid shim) const;

    /// Of a process with many threads or goroutines, each of which asks about the others.
    struct Crowd {
        std::unordered_map<std::int32_t, const Thread*> threads;
        std::unordered_multimap<std::int32_t, const Thread*> by_inner_number;
        std::unordered_map<std::uint64_t, const Goroutine*> goroutines;
        Standstill standstill = Standstill::unknown;
        bool all_but_one_rest = false;
    };
    [[nodiscard]] static Crowd crowd_of(const Process& process);
    [[nodiscard]] const Crowd* crowd(const Process& process) const;

    const Snapshot& snapshot_;
    bool sees_hosts_processes_;  ///< asked for once a container
    double interval_s_ = 0;
    ProcessesByContainer processes_;
    Namesakes namesakes_;
    std::unordered_map<std::int32_t, std::vector<const Process*>> children_;
    std::unordered_map<std::uint64_t, std::vector<const Pipe*>> pipes_;
    std::unordered_map<std::uint64_t, const SocketFacts*> sockets_;
    std::unordered_map<std::uint64_t, std::vector<Pid>> socket_holders_;
    std::unordered_map<std::string, const Cgroup*> cgroups_;
    std::unordered_map<const Process*, Crowd> crowds_;
    std::vector<ServedCall> served_calls_;  ///< by process in the snapshot's order, then by goroutine: asked for once a container
    std::unordered_map<std::uint64_t, std::vector<Holder>> ends_;        ///< inode → holders, from descriptors in the snapshot
    std::unordered_map<const Pipe*, std::vector<Holder>> pipe_holders_;  ///< those, and those that the pipe's own row has
};

/// Facts that need no index.
bool is_stopped(const Process& process);
/// SIGTERM does nothing to it: it ignores it, or is pid 1 of its namespace and has no handler for it (linux/kernel/signal.c,
/// sig_task_ignored()).
bool drops_sigterm(const Process& process);
/// In a process's sets of signals.
constexpr std::uint64_t sigterm = 1ULL << 14U;
bool is_full(const Pipe* pipe);
/// One of the container's own programs; runc's init is not yet one.
bool is_program_of(const Process& process, const ContainerRef& container);
bool is_zombie(const Process& process);
/// The thread that /proc shows the process by; nullptr: threads were not read.
const Thread* main_thread(const Process& process);
bool stack_has(const Thread& thread, std::string_view function);
/// A function of its stack has that in its name.
bool has_frame(const Goroutine& goroutine, std::string_view part);

}  // namespace shimtrace::diagnosis
