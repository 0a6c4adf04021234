#include "tracer/diagnosis/graph/waiting_calls.hpp"

#include <linux/io_uring.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis {

namespace {

using decoders::WaitsFor;

WaitKind kind_of(WaitsFor how) {
    switch (how) {
        case WaitsFor::nothing:
        case WaitsFor::sleeps:
        case WaitsFor::signals:
            return WaitKind::sleeps;
        case WaitsFor::reads:
            return WaitKind::reads;
        case WaitsFor::writes:
        case WaitsFor::transfers:
        case WaitsFor::syncs:
            return WaitKind::writes;
        case WaitsFor::opens:
            return WaitKind::opens;
        case WaitsFor::accepts:
            return WaitKind::accepts;
        case WaitsFor::connects:
            return WaitKind::connects;
        case WaitsFor::polls:
            return WaitKind::polls;
        case WaitsFor::child:
            return WaitKind::child;
        case WaitsFor::locks:
            return WaitKind::locks;
    }
    return WaitKind::sleeps;
}

bool waits_for_source(const Facts& facts, const OpenFile* source, const OpenFile* sink) {
    const auto pipe_of = [&](const OpenFile* end) {
        const bool is_pipe = end && (end->kind == OpenFileKind::pipe || end->kind == OpenFileKind::fifo);
        return is_pipe ? facts.pipe(end->inode, end->device) : nullptr;
    };
    const Pipe* const from = pipe_of(source);
    const Pipe* const to = pipe_of(sink);
    const auto empty = from && from->queued ? std::optional<bool>(*from->queued == 0) : std::nullopt;
    const auto full = to && to->queued ? std::optional<bool>(is_full(to)) : std::nullopt;
    return decoders::waits_for_source(source ? source->kind : OpenFileKind::unknown, empty, full);
}

/// linux/io_uring.h: how an operation waits for its descriptor.
struct RingRow {
    std::uint32_t operation;
    WaitsFor how;
};
constexpr auto ring_operations = std::to_array<RingRow>({
    {IORING_OP_READV, WaitsFor::reads},
    {IORING_OP_READ_FIXED, WaitsFor::reads},
    {IORING_OP_READ, WaitsFor::reads},
    {IORING_OP_RECVMSG, WaitsFor::reads},
    {IORING_OP_RECV, WaitsFor::reads},
    {IORING_OP_WRITEV, WaitsFor::writes},
    {IORING_OP_WRITE_FIXED, WaitsFor::writes},
    {IORING_OP_WRITE, WaitsFor::writes},
    {IORING_OP_SENDMSG, WaitsFor::writes},
    {IORING_OP_SEND, WaitsFor::writes},
    {IORING_OP_ACCEPT, WaitsFor::accepts},
    {IORING_OP_CONNECT, WaitsFor::connects},
});

/// Who waits for the one thing that has been asked of a ring waits as in that call itself; what that is, is a guess. Of several it waits
/// for any.
void look_into_ring(const Facts& facts, const Process& process, WaitingCall& call) {
    const OpenFile* ring = call.kind == WaitKind::polls ? facts.target(process, call.fd) : nullptr;
    if (!ring || ring->kind != OpenFileKind::io_uring) return;
    call.ring = call.fd;
    if (ring->interest.size() != 1) return;
    const InterestEntry& request = ring->interest.front();
    const auto row = std::ranges::find(ring_operations, request.events, &RingRow::operation);
    if (row == ring_operations.end()) return;
    call.how = row->how;
    call.kind = kind_of(row->how);
    call.fd = request.fd;
}

}  // namespace

std::optional<WaitingCall> waiting_call(const Facts& facts, const Process& process, const Thread& thread) {
    const decoders::Waits waits = decoders::waits_of(thread.arch, thread.syscall, thread.args);
    if (!waits) return std::nullopt;
    const auto descriptor = [&](std::int8_t place) {
        return Fd{place < 0 ? -1 : static_cast<std::int32_t>(thread.args[static_cast<std::size_t>(place)])};
    };
    WaitingCall call{decoders::call_facts(thread.arch, thread.syscall)->name, waits.how, kind_of(waits.how), descriptor(waits.fd)};
    look_into_ring(facts, process, call);
    if (waits.how != WaitsFor::transfers) return call;
    const Fd sink = descriptor(waits.to);
    if (waits_for_source(facts, facts.target(process, call.fd), facts.target(process, sink)))
        call.kind = WaitKind::reads;
    else
        call.fd = sink;
    return call;
}

std::vector<Fd> watched_by(const Facts& facts, const Process& process, const Thread& thread, const WaitingCall& call) {
    std::vector<Fd> open = thread.polled, watched, sets;
    if (call.fd.value >= 0) open.push_back(call.fd);
    // An epoll may be watched by another in its turn, five deep (linux/fs/eventpoll.c, EP_MAX_NESTS).
    for (std::size_t next = 0; next < open.size(); ++next) {
        const Fd fd = open[next];
        const OpenFile* set = facts.target(process, fd);
        const bool is_set = set && (set->kind == OpenFileKind::eventpoll || fd == call.fd);
        if (!is_set) {
            watched.push_back(fd);
        } else if (std::ranges::find(sets, fd) == sets.end()) {
            sets.push_back(fd);
            for (const InterestEntry& entry : set->interest) open.push_back(entry.fd);
        }
    }
    return watched;
}

bool ends_by_time(const Thread& thread) {
    const decoders::CallFacts* call = decoders::call_facts(thread.arch, thread.syscall);
    if (!call || call->places.timeout < 0) return false;
    const std::uint64_t timeout = thread.args[static_cast<std::size_t>(call->places.timeout)];
    return call->places.timeout_is_pointer ? timeout != 0 : static_cast<std::int32_t>(timeout) > 0;
}

bool waits_for_vfork(const Thread& thread) {
    const decoders::CallFacts* call = decoders::call_facts(thread.arch, thread.syscall);
    const bool makes_child = call && (call->name == "clone" || call->name == "vfork" || call->name == "clone3");
    return stack_has(thread, "wait_for_vfork_done") ||
           (thread.state == ProcessState::uninterruptible && makes_child && stack_has(thread, "kernel_clone"));
}

}  // namespace shimtrace::diagnosis
