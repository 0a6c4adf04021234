#include "tracer/session/live_session.hpp"

#include "tracer/containerd/plain_process.hpp"
#include "tracer/containerd/session_roles.hpp"
#include "tracer/output/tee.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/session/session_signals.hpp"
#include "tracer/session/version.hpp"
#include "tracer/snapshot/live_observer.hpp"
#include "tracer/snapshot/take_snapshot.hpp"
#include "tracer/stacks/native.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

namespace shimtrace::session {

namespace {

/// Sees the started command end: it is the first task of its session.
class CommandWatch final : public EventSink {
public:
    void event(const Event& event) override {
        if (event.kind == EventKind::attached && !command_) command_ = event.tid;
        const bool ended = event.kind == EventKind::exited || event.kind == EventKind::killed;
        if (ended && command_ == event.tid) SessionSignals::command_ended();
    }

private:
    std::optional<Tid> command_;
};

SessionInfo describe_session(const SessionPlan& plan) {
    SessionInfo info;
    info.arch = native_arch;
    info.host = host::host_info();
    if (plan.complete_host) plan.complete_host(info.host);
    info.real_anchor = host::real_now();
    info.monotonic_anchor = host::monotonic_now();
    info.writer = writer_name();
    info.command_line = plan.request.command;
    info.started_command = !plan.request.command.empty();
    info.follows = plan.request.follow;
    for (const Pid pid : plan.request.attach) info.targets.push_back(leader(pid));
    info.targets.insert(info.targets.end(), plan.request.attach_threads.begin(), plan.request.attach_threads.end());
    return info;
}

/// A look at the whole host, on a thread of its own: what is traced stands still for none.
class HostLook {
public:
    using List = std::function<Result<Snapshot>(std::function<bool()> interrupted)>;
    explicit HostLook(List list) : list_(std::move(list)) {}
    HostLook(const HostLook&) = delete;
    HostLook& operator=(const HostLook&) = delete;
    ~HostLook() {
        ends_ = true;
        if (thread_) thread_->join();
    }

    /// The first call begins it; nullopt: it is under way.
    std::optional<Snapshot> found() {
        if (!thread_) {
            std::promise<Result<Snapshot>> promise;
            result_ = promise.get_future();
            thread_ = try_signal_free_thread([this, promise = std::move(promise)]() mutable { promise.set_value(look()); });
            if (!thread_) {
                error_ = Error{"look at the host", 0, "no thread can be made for it"};
                return Snapshot{};
            }
        }
        if (result_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return std::nullopt;
        auto listed = result_.get();
        if (listed) return std::move(*listed);
        error_ = std::move(listed.error());
        return Snapshot{};
    }

    /// Why nothing was found.
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    Result<Snapshot> look() const {
        try {
            return list_([this] { return ends_.load(); });
        } catch (const std::exception& failure) {
            return fail("look at the host", 0, failure.what());
        }
    }

    List list_;
    std::atomic<bool> ends_ = false;  ///< nobody wants it any more
    std::optional<std::thread> thread_;
    std::future<Result<Snapshot>> result_;
    std::optional<Error> error_;
};

host::ObserverHooks role_hooks(containerd::SessionRoles& roles) {
    host::ObserverHooks hooks;
    hooks.target_role = [&roles](Pid holder, const OpenFile& target) { return roles.target(holder, target); };
    hooks.process_role = [&roles](const Process& process) { return roles.process(process); };
    hooks.known_process = [&roles](Pid pid) { return roles.known(pid); };
    return hooks;
}

host::ObserverHooks no_hooks() {
    host::ObserverHooks hooks;
    hooks.other_ends = false;
    return hooks;
}

}  // namespace

std::expected<void, Refusal> find_session_targets(SessionPlan& plan, const std::vector<std::string>& targets, const std::string& run_dir) {
    if (!host::use_own_proc())
        return std::unexpected(
            Refusal{{"trace from within a pid namespace", 0, "/proc shows another one: mount one's own (unshare --mount-proc)"}});
    engine::TraceRequest& request = plan.request;
    for (const Pid pid : plan.pids) {
        if (request.follow)
            request.attach.push_back(pid);
        else
            request.attach_threads.push_back(leader(pid));
    }
    const bool wants_roles = plan.roles && !plan.pids.empty();
    const auto are_plain = [&] {
        return std::ranges::all_of(plan.pids, [&](Pid pid) {
            auto line = containerd::plain_line(pid);
            if (line) std::ranges::move(*line, std::back_inserter(plan.plain));
            return line.has_value();
        });
    };
    const bool lists = !targets.empty() || (wants_roles && !are_plain());
    if (wants_roles && !lists)
        plan.list_host = [run_dir](std::function<bool()> interrupted) {
            return containerd::list_containers(run_dir, std::move(interrupted));
        };
    if (lists) {
        auto listed = containerd::list_containers(run_dir);
        if (!listed) return std::unexpected(Refusal{listed.error()});
        plan.surroundings = std::move(*listed);
        for (const std::string& text : targets) {
            auto found = find_target(plan.surroundings, text);
            if (!found) {
                // Who has strace in the fingers types the command without the dashes.
                if (!found.error().usage) found.error().error.hint += "; a command to start stands behind --";
                return std::unexpected(std::move(found.error()));
            }
            for (const auto& target : *found)
                for (const Pid pid : target.pids)
                    if (std::ranges::find(request.attach, pid) == request.attach.end()) request.attach.push_back(pid);
        }
    }
    if (!request.attaches() && request.command.empty())
        return std::unexpected(Refusal{{.what = "nothing to trace", .hint = "name a TARGET, -p PID, or -- COMMAND"}, true});
    return {};
}

Result<SessionEnd> run_session(const SessionPlan& plan, const std::vector<EventSink*>& sinks, engine::StopRequest& stop) {
    CommandWatch watch;
    std::vector<EventSink*> all(sinks);
    if (!plan.request.command.empty()) all.push_back(&watch);
    output::Tee tee(all);
    const SessionSignals signals(
        stop, {.started_command = !plan.request.command.empty(), .attached = plan.request.attaches(), .interruptible = plan.interruptible});
    HostLook look(plan.list_host);
    containerd::SessionRoles::ListHost list;
    if (plan.list_host) list = [&look] { return look.found(); };
    containerd::SessionRoles roles(host::read_process, std::move(list));
    if (!plan.surroundings.processes.empty())
        roles.learn(plan.surroundings);
    else
        roles.know(plan.plain);
    host::ObserverHooks hooks = plan.roles ? role_hooks(roles) : no_hooks();
    hooks.task_names = plan.request.task_names;
    hooks.sees_all = plan.request.follow && !plan.request.detach_on_exec && plan.request.calls.of(native_arch).all() &&
                     plan.request.calls.of(compat_arch).all();
    stacks::StackReader stack_reader;
    hooks.stack = [&stack_reader](Pid pid, Tid tid, const Memory& memory, std::vector<StackFrame>& into) {
        stack_reader.stack_of(pid, tid, memory, into);
    };
    const auto observer = host::make_session_observer(std::move(hooks));
    auto result = engine::trace(plan.request, describe_session(plan), *observer, tee, stop);
    if (!result) return std::unexpected(std::move(result.error()));
    SessionEnd end{.stopped_by = SessionSignals::stopped_by(), .skipped = std::move(result->skipped)};
    if (look.error()) end.skipped.push_back(*look.error());
    if (plan.request.command.empty()) return end;
    end.exit_status = result->exit_status;
    end.killed_by = result->killed_by;
    return end;
}

}  // namespace shimtrace::session
