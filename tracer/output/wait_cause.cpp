#include "tracer/output/wait_cause.hpp"

#include "decoders/syscalls/call_facts.hpp"

#include <algorithm>
#include <iterator>

namespace shimtrace::output {

namespace {

using decoders::WaitsFor;

struct OfCall {
    WaitsFor how;
    std::string_view cause;
};
constexpr OfCall of_calls[] = {
    {WaitsFor::syncs, "disk"},    {WaitsFor::opens, "opening"}, {WaitsFor::accepts, "client"},
    {WaitsFor::connects, "peer"}, {WaitsFor::polls, "poll"},    {WaitsFor::child, "child"},
    {WaitsFor::locks, "lock"},    {WaitsFor::sleeps, "sleep"},  {WaitsFor::signals, "signal"},
};

struct OfTarget {
    OpenFileKind kind;
    std::string_view cause;
};
constexpr OfTarget of_targets[] = {
    {OpenFileKind::pipe, "pipe"},
    {OpenFileKind::fifo, "pipe"},
    {OpenFileKind::unix_socket, "peer"},
    {OpenFileKind::inet_socket, "peer"},
    {OpenFileKind::pty, "terminal"},
    {OpenFileKind::char_device, "device"},
    {OpenFileKind::file, "disk"},
    {OpenFileKind::directory, "disk"},
    {OpenFileKind::block_device, "disk"},
    {OpenFileKind::eventfd, "event"},
    {OpenFileKind::timerfd, "sleep"},
    {OpenFileKind::signalfd, "signal"},
    {OpenFileKind::netlink_socket, "kernel"},
};

}  // namespace

std::string_view wait_cause(const Event& enter, const OpenFile* target) {
    const decoders::Waits waits = decoders::waits_of(enter.arch, enter.number, enter.args);
    if (!waits) return {};
    const auto call = std::ranges::find(of_calls, waits.how, &OfCall::how);
    if (call != std::end(of_calls)) return waits.how == WaitsFor::locks && waits.fd >= 0 ? "file lock" : call->cause;
    const auto kind = target == nullptr ? std::end(of_targets) : std::ranges::find(of_targets, target->kind, &OfTarget::kind);
    return kind == std::end(of_targets) ? "other" : kind->cause;
}

}  // namespace shimtrace::output
