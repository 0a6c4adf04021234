#include "tracer/engine/reporter.hpp"

#include "decoders/syscalls/transfer.hpp"
#include "tracer/engine/descriptor_calls.hpp"
#include "tracer/engine/ptrace_calls.hpp"

#include <algorithm>

namespace shimtrace::engine {

namespace {

bool holds(const SyscallSet& set, std::int64_t number) {
    return number >= 0 && static_cast<std::size_t>(number) < set.size() && set.test(static_cast<std::size_t>(number));
}

}  // namespace

bool Reporter::reports(Arch arch, std::int64_t number) const {
    return !muted_ && request_.calls.holds(arch, number, true);
}

bool Reporter::needs_return(Arch arch, std::int64_t number) const {
    return !muted_ && ((request_.resolve_descriptors && holds(descriptor_calls(arch), number)) ||
                       (request_.task_names && holds(naming_calls(arch), number)));
}

Event& Reporter::fresh(EventKind kind, const Tracee& tracee) {
    hand_over();
    event_.clear();
    event_.kind = kind;
    event_.pid = tracee.pid;
    event_.tid = tracee.tid();
    event_.time = now_;
    event_.system_time = system_time_;
    return event_;
}

void Reporter::attached(Tracee& tracee) {
    tracee.announced = true;
    if (muted_) return;
    observer_.task_started(tracee.pid, tracee.tid(), tracee.parent, tracee.clone_flags, sink_);
    Event& event = fresh(EventKind::attached, tracee);
    event.parent = tracee.parent;
    sink_.event(event);
}

void Reporter::resolve(const Event* exit, Event& into, const Event& enter) {
    fds_.clear();
    decoders::descriptors(enter, exit, fds_);
    const std::optional<Fd> returned = exit && !enter.fds.empty() ? decoders::returned_descriptor(enter, *exit) : std::nullopt;
    for (const Fd fd : fds_) {
        // What a descriptor was is what it was when the call was made: close leaves nothing to look at. What dup2 returns is new.
        const auto before = std::ranges::find(enter.fds, fd, &FdUse::fd);
        const bool known = exit && before != enter.fds.end();
        if (known && fd != returned) continue;
        const OpenFileId target = observer_.target(enter.pid, enter.tid, fd, sink_);
        if (!known || before->target != target) into.fds.push_back({fd, target});
    }
}

bool Reporter::may_carry_messages(const Event& enter) const {
    if (decoders::is_socket_message(enter.arch, enter.number)) return true;  // netlink's, for which nobody has to ask
    return whole_messages_.message_bytes > request_.limits.payload_bytes && request_.resolve_descriptors &&
           decoders::moves_bytes(enter.arch, enter.number);
}

/// What the call's bytes go over.
OpenFileId Reporter::carrier(const Event& enter) {
    const Fd fd{static_cast<std::int32_t>(enter.args[0])};
    return request_.resolve_descriptors ? observer_.target(enter.pid, enter.tid, fd, sink_)
                                        : observer_.netlink_socket(enter.pid, enter.tid, fd, sink_);
}

const decoders::CaptureLimits& Reporter::limits_at_entry(Event& enter) {
    if (!may_carry_messages(enter)) return request_.limits;
    const OpenFileId target = carrier(enter);
    if (target && !request_.resolve_descriptors) enter.fds.push_back({Fd{static_cast<std::int32_t>(enter.args[0])}, target});
    if (observer_.speaks_netlink(target)) return netlink_;
    return observer_.carries_messages(target) ? whole_messages_ : request_.limits;
}

const decoders::CaptureLimits& Reporter::limits_at_exit(const Event& enter) const {
    if (!may_carry_messages(enter)) return request_.limits;
    const auto use = std::ranges::find(enter.fds, Fd{static_cast<std::int32_t>(enter.args[0])}, &FdUse::fd);
    if (use == enter.fds.end()) return request_.limits;
    if (observer_.speaks_netlink(use->target)) return netlink_;
    return observer_.carries_messages(use->target) ? whole_messages_ : request_.limits;
}

void Reporter::entered(Tracee& tracee) {
    Event& enter = tracee.enter;
    enter.kind = EventKind::syscall_enter;
    enter.pid = tracee.pid;
    enter.tid = tracee.tid();
    enter.time = now_;
    enter.system_time = system_time_;
    if (!tracee.reported) return;
    decoders::capture_entry(enter, spaces_.of(tracee), limits_at_entry(enter));
    if (request_.resolve_descriptors) resolve(nullptr, enter, enter);
    if (request_.task_names) observer_.processes_named(enter, nullptr, sink_);
    if (request_.capture_stacks) observer_.stack(enter.pid, enter.tid, spaces_.of(tracee), enter.stack);
    hand_over_later(enter);
}

void Reporter::returned(Tracee& tracee, std::int64_t result, bool is_error, std::uint64_t instruction_pointer,
                        std::uint64_t stack_pointer) {
    const Event& enter = tracee.enter;
    Event& exit = fresh(EventKind::syscall_exit, tracee);
    exit.arch = enter.arch;
    exit.number = enter.number;
    exit.result = result;
    exit.is_error = is_error;
    exit.instruction_pointer = instruction_pointer;
    exit.stack_pointer = stack_pointer;
    if (muted_) return;
    if (!tracee.reported) return tell_observer(enter, exit);
    decoders::capture_exit(enter, exit, spaces_.of(tracee), limits_at_exit(enter));
    tell_observer(enter, exit);
    if (request_.resolve_descriptors) resolve(&exit, exit, enter);
    if (request_.task_names) observer_.processes_named(enter, &exit, sink_);
    hand_over_later(exit);
}

void Reporter::tell_observer(const Event& enter, const Event& exit) {
    observer_.call_returned(enter, exit);
    if (!exit.is_error && holds(naming_calls(enter.arch), enter.number)) observer_.task_renamed(enter, exit, sink_);
}

void Reporter::signalled(Tracee& tracee, int signal) {
    if (quiet(tracee) || !request_.signals.test(static_cast<std::size_t>(std::clamp(signal, 0, 64)))) return;
    Event& event = fresh(EventKind::signal, tracee);
    event.number = signal;
    SyscallInfo interrupted;
    if (request_.instruction_pointers && syscall_info(tracee.tid(), interrupted))
        event.instruction_pointer = interrupted.instruction_pointer;
    siginfo_t info;
    if (signal_info(tracee.tid(), info)) event.memory.add(RemoteAddress{0}, std::as_bytes(std::span(&info, 1)));
    if (request_.capture_stacks) observer_.stack(event.pid, event.tid, spaces_.of(tracee), event.stack);
    sink_.event(event);
}

void Reporter::group_stopped(Tracee& tracee, int signal) {
    if (quiet(tracee) || !request_.signals.test(static_cast<std::size_t>(std::clamp(signal, 0, 64)))) return;
    Event& event = fresh(EventKind::group_stop, tracee);
    event.number = signal;
    sink_.event(event);
}

void Reporter::executed(Tracee& tracee, Tid former) {
    if (muted_) return;
    Event& event = fresh(EventKind::exec, tracee);
    if (former != tracee.tid()) event.parent = former;
    sink_.event(event);  // what ends with it was of the former names
    observer_.task_executed(tracee.pid, tracee.tid(), sink_);
}

void Reporter::ended(Tracee& tracee, WaitStatus status) {
    if (tracee.announced && !quiet(tracee)) {
        Event& event = fresh(status.exited() ? EventKind::exited : EventKind::killed, tracee);
        if (status.exited()) {
            event.result = status.exit_status();
        } else {
            event.number = status.killed_by();
            event.result = status.dumped_core() ? 1 : 0;
        }
        sink_.event(event);
    }
    if (tracee.announced) observer_.task_ended(tracee.pid, tracee.tid());
}

void Reporter::still_blocked(Tracee& tracee) {
    const Event& enter = tracee.enter;
    Event& event = fresh(EventKind::still_blocked, tracee);
    event.arch = enter.arch;
    event.number = enter.number;
    event.args = enter.args;
    event.since = enter.since.value_or(enter.time);
    event.at_attach = enter.at_attach;
    event.note = observer_.blocked_note(enter);
    sink_.event(event);
}

void Reporter::passed_by(const Tracee& tracee) {
    if (!muted_) sink_.event(fresh(EventKind::detached, tracee));
}

void Reporter::detached(Tracee& tracee) {
    if (tracee.announced && !quiet(tracee)) sink_.event(fresh(EventKind::detached, tracee));
    if (tracee.announced) observer_.task_ended(tracee.pid, tracee.tid());
}

}  // namespace shimtrace::engine
