#include "tracer/cli/run_traced_session.hpp"

#include "tracer/cli/unbegun_file.hpp"

#include <sys/resource.h>

#include <csignal>
#include <utility>

namespace shimtrace::cli {

namespace {

void say_what_colocating_risks(const TracePlan& plan) {
    if (!plan.session.request.colocate || !plan.session.request.attaches()) return;
    report({.what = "--colocate: a shimtrace that is killed with -9 leaves the target on one CPU", .hint = "taskset -a -p gives it back"},
           exit_done);
}

/// `plain`: as strace, by the signal that ended the session.
SessionExit exit_of(const Result<session::SessionEnd>& end, bool plain) {
    if (!end) return {.exit_code = report(end.error(), exit_failed)};
    for (const Error& error : end->skipped) report(error, exit_failed);
    return {.exit_code = end->exit_status, .killed_by = end->killed_by == 0 && plain ? end->stopped_by : end->killed_by};
}

}  // namespace

SessionExit run_session(const TracePlan& plan, const std::vector<EventSink*>& sinks, engine::StopRequest& stop) {
    say_what_colocating_risks(plan);
    return exit_of(session::run_session(plan.session, sinks, stop), plan.print.plain);
}

SessionExit record_session(const session::RecordingPlan& recording, const TracePlan& plan, std::vector<EventSink*> sinks,
                           engine::StopRequest& stop) {
    say_what_colocating_risks(plan);
    const UnbegunFile unbegun(recording.path);
    auto recorded = session::record_session(recording, plan.session, std::move(sinks), stop);
    if (!recorded) return {.exit_code = report(recorded.error(), exit_failed)};
    report_recording(recording, recorded->recording);
    const SessionExit end = exit_of(recorded->session, plan.print.plain);
    return recorded->recording.failure ? SessionExit{.exit_code = exit_failed} : end;
}

int end_like_command(const SessionExit& end) {
    if (end.killed_by == 0) return end.exit_code;
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(end.killed_by, SIG_DFL);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, end.killed_by);
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    ::raise(end.killed_by);
    return 128 + end.killed_by;
}

}  // namespace shimtrace::cli
