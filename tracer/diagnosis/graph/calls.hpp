// The calls that daemons are at work on: whose they are, how long they usually take, and who asked.
#pragma once

#include "tracer/diagnosis/graph/indexed_snapshot.hpp"
#include "tracer/diagnosis/graph/node_key.hpp"

#include <shimtrace/snapshot.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// containerd, dockerd, CRI-O, a kubelet or a client, whose goroutines were read.
bool is_daemon(const Process& process);
/// It tries to lock a database again and again.
bool retries_lock(const Goroutine& goroutine);

/// It waits for a program that it has run, and for the end of what that writes; the other reads it (os/exec). Which goes with which, the
/// stacks do not tell.
bool awaits_output(const Goroutine& goroutine);
bool copies_output(const Goroutine& goroutine);

/// It has sent a name server a question, and reads the answer. For the next one Go's resolver makes another socket (net/dnsclient_unix.go).
bool asks_name_server(const Goroutine& goroutine);

/// containerd asks each shim that it finds at its start, before it serves anybody.
bool loads_shims(const Goroutine& goroutine);
/// A daemon that serves calls and whose goroutines were read.
bool serves_calls(const Process& process);

/// How long a call may take before it is late. Negative: for as long as its caller likes (a stream of events, a wait).
double usual_seconds(const GoServedCall& call);
/// A call that moves as fast as what it works on (a pull, a command in a container), however long that takes: only a root makes it late.
bool goes_on_for_long(const GoServedCall& call);

/// Which of a container's processes a call waits for, where its goroutine tells no more than that it is told of their end.
enum class Awaited { none, all, runtimes, execs };
Awaited awaited_by(const GoServedCall& call);
bool waits_for_processes(const GoServedCall& call);

/// What a call has given, the id or enough of its beginning, means the container with that id.
bool names_container(std::string_view given, std::string_view id);

/// The goroutines that serve a call of which somebody waits for the end, in the order of their ids.
std::vector<const Goroutine*> calls_under_way(const Process& daemon);

/// Of all daemons: those about a container, or, for a pod's sandbox, about the pod.
std::vector<NodeKey> calls_about(const Facts& facts, const ContainerRef& container, const ContainerFiles* files);
std::vector<NodeKey> calls_about(const Facts& facts, const PodRef& pod);
/// CRI's calls about a container that has no shim or files yet, and so no pod that is known (its log is being opened, its task made).
std::vector<NodeKey> calls_about_unknown(const Facts& facts);
/// It brings what happens when it happens, and owes nothing meanwhile: dockerd's to its containerd's events ("eventsSubscribe.Recv").
bool is_subscription(std::string_view asked);
/// Those that a process has made: found by the connection. Of a Go program also the goroutines that wait for a reply.
std::vector<NodeKey> calls_made_by(const Facts& facts, const Process& client);

/// Who handles what was asked on a connection: the goroutines of the process at its other end. Empty: not known.
std::vector<NodeKey> handlers_of(const Facts& facts, const OpenFile& connection, std::string_view method);
/// The same of any Go program: the goroutines of `server` that are at a request which came by its socket `own_end`.
std::vector<const Goroutine*> handlers_on(const Facts& facts, const Process& server, Inode own_end);

/// Pods of which a daemon's call or plugin tells and no shim does.
std::vector<PodRef> pods_without_shim(const Facts& facts);

/// Those of a container that has no shim and no files, and of which a call tells: by the beginning of its id, POD/NAME or
/// NAMESPACE/POD/NAME.
std::vector<PodRef> pods_of_unmade(const Facts& facts, std::string_view text);

/// The pod of a CNI plugin, by its CNI_ARGS; empty names: it does not say.
PodRef pod_of_plugin(const Process& plugin);

/// At least so long; negative: not known.
double waiting_seconds(const Goroutine& goroutine);

}  // namespace shimtrace::diagnosis
