// Who makes the edges: a row for each way to wait. A producer looks at one node and says what it waits for; it knows
// nothing of verdicts. A new way to wait is a new row.
#pragma once

#include "tracer/diagnosis/graph/indexed_snapshot.hpp"
#include "tracer/diagnosis/graph/node_key.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// What a producer looks at: the facts, and the container (or process) that is asked about.
struct Context {
    const Facts& facts;
    const Scope& scope;
};

struct Producer {
    std::string_view name;
    NodeKind from;
    void (*produce)(const Context&, const NodeKey&, std::vector<Wait>&);
};

std::span<const Producer> producers();

/// Every edge out of `subject`, in the order of the table.
std::vector<Wait> waits_of(const Context& look, const NodeKey& subject);

// The producers, one file a family.
namespace produce {
using Waits = std::vector<Wait>;
/// It reads what a server that it has connected to is to send.
bool asks_server(const Context& look, const Process& process, const Goroutine& goroutine);
/// Long enough to be believed.
Standstill lasts(const Context& look, const Goroutine& goroutine);
// produce_processes.cpp
void frozen(const Context&, const NodeKey& process, Waits&);
void traced(const Context&, const NodeKey& process, Waits&);
void stopped(const Context&, const NodeKey& process, Waits&);
void unreaped_zombie(const Context&, const NodeKey& process, Waits&);
void threads(const Context&, const NodeKey& process, Waits&);
void stdio_held_open(const Context&, const NodeKey& process, Waits&);
// produce_children.cpp
void plugin_retries_lock(const Context&, const NodeKey& process, Waits&);
void own_children(const Context&, const NodeKey& process, Waits&);
void shim_runtimes(const Context&, const NodeKey& process, Waits&);
// produce_shims.cpp
void lost_exits(const Context&, const NodeKey& process, Waits&);
void unready_logger(const Context&, const NodeKey& process, Waits&);
void busy_mounts(const Context&, const NodeKey& process, Waits&);
// produce_stops.cpp
void ignored_stop(const Context&, const NodeKey& process, Waits&);
// produce_threads.cpp
void thread_reads(const Context&, const NodeKey& thread, Waits&);
void thread_writes(const Context&, const NodeKey& thread, Waits&);
void thread_opens(const Context&, const NodeKey& thread, Waits&);
void thread_waits_for_child(const Context&, const NodeKey& thread, Waits&);
void thread_polls(const Context&, const NodeKey& thread, Waits&);
void thread_locks(const Context&, const NodeKey& thread, Waits&);
void thread_rests(const Context&, const NodeKey& thread, Waits&);
/// A runtime reads a pipe to its end, which does not come: nobody of the runtime's own has the other end, but others do.
void inherited_pipe(const Context&, std::span<const Holder> holders, const OpenFile& pipe, Standstill, const std::string& reads, Waits&);
// produce_kernel.cpp
void file_system(const Context&, const NodeKey& thread, Waits&);
void fanotify_listener(const Context&, const NodeKey& thread, Waits&);
void seccomp_agent(const Context&, const NodeKey& thread, Waits&);
void memory_limit(const Context&, const NodeKey& thread, Waits&);
void pid_namespace_teardown(const Context&, const NodeKey& thread, Waits&);
void vfork_child(const Context&, const NodeKey& thread, Waits&);
void uninterruptible(const Context&, const NodeKey& thread, Waits&);
// produce_faults.cpp
void fault_handler(const Context&, const NodeKey& thread, Waits&);
// produce_streams.cpp
void pipe_readers(const Context&, const NodeKey& pipe, Waits&);
void console_master(const Context&, const NodeKey& pty, Waits&);
void copier(const Context&, const NodeKey& process, Waits&);
/// stdout or stderr is full up to its reader, whichever call its writer is in: one that retries, or io_uring, is never seen in a write.
void full_stream(const Context&, const NodeKey& process, Waits&);
// produce_sockets.cpp
void containerd_unread(const Context&, const NodeKey& process, Waits&);
void containerd_gone(const Context&, const NodeKey& process, Waits&);
// produce_peers.cpp
void thread_on_socket(const Context&, const NodeKey& thread, Waits&);
void goroutine_on_socket(const Context&, const NodeKey& goroutine, Waits&);
// produce_forwarders.cpp
void passed_on(const Context&, const NodeKey& process, Waits&);
// produce_user_locks.cpp
void thread_user_lock(const Context&, const NodeKey& thread, Waits&);
void thread_joins(const Context&, const NodeKey& thread, Waits&);
// produce_language_locks.cpp
void thread_language_lock(const Context&, const NodeKey& thread, Waits&);
// produce_rings.cpp
void thread_in_ring(const Context&, const NodeKey& thread, Waits&);
// produce_goroutines.cpp
void goroutines(const Context&, const NodeKey& process, Waits&);
void goroutine_descriptor(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_lock(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_child(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_plugin(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_thread(const Context&, const NodeKey& goroutine, Waits&);
// produce_calls.cpp
void goroutine_reply(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_waker(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_awaits_output(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_stream(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_subject(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_retries_lock(const Context&, const NodeKey& goroutine, Waits&);
// produce_exits.cpp
void goroutine_awaits_exit(const Context&, const NodeKey& goroutine, Waits&);
// produce_ingests.cpp
void goroutine_excluded(const Context&, const NodeKey& goroutine, Waits&);
void goroutine_awaits_client(const Context&, const NodeKey& goroutine, Waits&);
}  // namespace produce

// What the families share.

/// Lets two looks decide: progress makes the wait a passing one; standstill for `needed_s` makes it likely; one look leaves
/// it possible.
void settle(Wait& wait, Standstill standstill, double interval_s, double needed_s = 0);
/// How long a wait that is usual for moments must last before it is believed.
constexpr double patience_s = 1.5;
/// Of what both looks show alike: likely where they lie that far apart, else possible.
Confidence seen_twice(const Context& look);

const Thread* thread_of(const Facts& facts, const NodeKey& subject);
const Goroutine* goroutine_of(const Facts& facts, const NodeKey& subject);
/// True for the container's own programs, whose waits on one another are their own affair.
bool is_workload(const Context& look, const Process& process);
/// True for one of those, a program of the host's, or a plugin, in Go: what its goroutines wait for is told as another program's threads
/// would be.
bool is_program(const Context& look, const Process& process);
/// In the foreground a runtime copies what the container's program writes, in a user namespace by pipes of its own, for as long as that
/// lives.
bool copies_stdio(const Context& look, const Process& runtime);
/// A pipeline inside the container is its own affair: `yes | sleep 1000` is what was asked for.
bool is_own_affair(const Context& look, const Process& process, const OpenFile& pipe);
/// An event loop that listens to what it has started alone, as `execFile` of node does, waits for that as long as it owes an answer. False:
/// it listens to none, or to several. `watched`: each descriptor, and whether it is for room alone.
bool hears_one_child(const Context& look, const Process& process, const Thread& thread, const std::vector<std::pair<Fd, bool>>& watched,
                     std::vector<Wait>& out);
/// True for runc and what it runs before the container's own program.
bool is_runtime(const Process& process);
/// How long a runtime's command takes at most, when nothing shows that it waits for: they take well under a second.
constexpr double slow_runtime_s = 5;
/// `parent` waits until `child` ends; a hook, or what a runtime has started else, is the end of the chain where nothing leads on from it.
Wait child_wait(const Context& look, const Process& parent, const Process& child, std::string evidence);
/// A file that a plugin has open, and that somebody else alone has locked: whoever polls for a lock (old iptables' -w, file locks of Go and
/// Python) is never seen in flock. nullptr: it has none such, has the lock itself, or is in flock.
const FileLock* held_by_other(const Facts& facts, const Process& process);
/// True for an orphan that a runtime has come to be the parent of, as a subreaper: a daemon of a hook's. Of its own children each is waited
/// for by a goroutine.
bool is_left_behind(const Process& parent, const Process& child);
/// True where the child's own wait is the parent's: of a workload, only where it is asked about by itself, its children not.
bool is_followed_child(const Context& look, const Process& parent, const Process& child);
/// The pipe as a node, named by its role.
NodeKey pipe_subject(const OpenFile& target);
/// True where somebody among `ends` reads, and everybody who does is known to be stopped.
bool all_readers_are_stopped(const Facts& facts, const std::vector<Holder>& ends);
/// systemd's private socket or the system bus: by role, or by the name that its server gave it.
bool is_bus(const OpenFile& target);
/// "write(1, …) on stdout pipe, 65536 of 65536 bytes".
std::string call_words(const Facts& facts, const Process& process, const Thread& thread);

}  // namespace shimtrace::diagnosis
