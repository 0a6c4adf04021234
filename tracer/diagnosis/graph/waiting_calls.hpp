// The system call that a thread waits in, and for what.
#pragma once

#include "decoders/syscalls/call_facts.hpp"
#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include <shimtrace/wait_graph.hpp>

#include <optional>
#include <string_view>

namespace shimtrace::diagnosis {

struct WaitingCall {
    std::string_view name;  ///< on 64-bit architectures
    decoders::WaitsFor how{};
    WaitKind kind{};
    Fd fd{-1};    ///< that it waits on; -1: it takes none, or several
    Fd ring{-1};  ///< the io_uring in which it waits: `how`, `kind` and `fd` are what has been asked of it, likely; -1: in none
};

/// nullopt: in no call that is known to wait. Of a call that reads one descriptor and writes another it is told which one it waits on, by
/// what they lead to.
std::optional<WaitingCall> waiting_call(const Facts& facts, const Process& process, const Thread& thread);

/// What a call that polls waits for: each of its descriptors, and what is in the epoll that it waits at, sets within sets included.
std::vector<Fd> watched_by(const Facts& facts, const Process& process, const Thread& thread, const WaitingCall& call);

/// Its call has a timeout, as poll and select may: it ends by itself.
bool ends_by_time(const Thread& thread);

/// vfork's parent sleeps until the child has exec'd or ended; newer kernels do that inside kernel_clone().
bool waits_for_vfork(const Thread& thread);

}  // namespace shimtrace::diagnosis
